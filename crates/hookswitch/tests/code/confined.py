"""Runs a program as an ordinary user without capabilities, under a container engine's seccomp profile.

confined.py <profile.json> <uid> <without this part of a rule's comment, or -> <program> <arguments…>
"""

import ctypes
import json
import os
import re
import struct
import sys

profile, uid, without, *program = sys.argv[1:]
numbers = {}
with open("/usr/include/x86_64-linux-gnu/asm/unistd_64.h") as header:
    for line in header:
        if found := re.match(r"#define __NR_(\w+) (\d+)", line):
            numbers[found[1]] = int(found[2])

with open(profile) as file:
    profile = json.load(file)
assert profile["defaultAction"] == "SCMP_ACT_ERRNO" and profile["defaultErrnoRet"] == 1
allowed = set()
for rule in profile["syscalls"]:
    assert rule["action"] == "SCMP_ACT_ALLOW" and "args" not in rule
    if without == "-" or without not in rule["comment"]:
        allowed |= {numbers[name] for name in rule["names"] if name in numbers}

LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050001, 0x80000000
steps = [
    (LOAD, 0, 0, 4),
    (EQUAL, 1, 0, 0xC000003E),  # x86_64
    (RETURN, 0, 0, KILL),
    (LOAD, 0, 0, 0),
    (AT_LEAST, 0, 1, 0x40000000),  # x32
    (RETURN, 0, 0, REFUSE),
]
for number in sorted(allowed):
    steps += [(EQUAL, 0, 1, number), (RETURN, 0, 0, ALLOW)]
steps.append((RETURN, 0, 0, REFUSE))
code = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *step) for step in steps))


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


os.setgroups([])
os.setresgid(int(uid), int(uid), int(uid))
os.setresuid(int(uid), int(uid), int(uid))
libc = ctypes.CDLL(None, use_errno=True)
filter = Program(len(steps), ctypes.cast(code, ctypes.c_void_p))
assert libc.prctl(38, 1, 0, 0, 0) == 0, "no_new_privs"
assert libc.prctl(22, 2, ctypes.byref(filter), 0, 0) == 0, os.strerror(ctypes.get_errno())
os.execv(program[0], program)
