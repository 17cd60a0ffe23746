"""Landlock: what a call may open, the second fence behind its mount namespace."""

import ctypes
import os
import struct

from _hookswitch import kernel

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
MAKE_CHAR, MAKE_BLOCK, REFER, TRUNCATE, IOCTL_DEV = 1 << 6, 1 << 11, 1 << 13, 1 << 14, 1 << 15
CONNECT_TCP = 1 << 1


def version():
    """The kernel's Landlock ABI; 0 when it has none."""
    try:
        return kernel.syscall(kernel.LANDLOCK_CREATE_RULESET, None, 0, 1)
    except OSError:
        return 0


def _handled(abi):
    files = (1 << 13) - 1
    for since, right in ((2, REFER), (3, TRUNCATE), (5, IOCTL_DEV)):
        if abi >= since:
            files |= right
    return files


def restrict(abi, readable, scratch, port):
    """From here on only `readable` can be read, only `scratch` written, only `port` connected to (none when it is 0)."""
    files = _handled(abi)
    attributes = struct.pack("<Q", files)
    if abi >= 4:
        attributes += struct.pack("<Q", 0b11)
    if abi >= 6:
        attributes += struct.pack("<Q", 0b11)
    ruleset = kernel.syscall(kernel.LANDLOCK_CREATE_RULESET, _buffer(attributes), len(attributes), 0)
    try:
        for path in readable:
            _allow(ruleset, path, READ_FILE | READ_DIR)
        for device in ("/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"):
            _allow(ruleset, device, READ_FILE)
        _allow(ruleset, "/dev/null", (READ_FILE | WRITE_FILE | TRUNCATE) & files)
        _allow(ruleset, scratch, files & ~(EXECUTE | MAKE_CHAR | MAKE_BLOCK | IOCTL_DEV))
        if abi >= 4 and port:
            rule = _buffer(struct.pack("<QQ", CONNECT_TCP, port))
            kernel.syscall(kernel.LANDLOCK_ADD_RULE, ruleset, 2, rule, 0)
        kernel.syscall(kernel.LANDLOCK_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset, path, rights):
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not os.path.isdir(path):
            rights &= ~READ_DIR
        rule = _buffer(struct.pack("<Qi", rights, place))
        kernel.syscall(kernel.LANDLOCK_ADD_RULE, ruleset, 1, rule, 0)
    finally:
        os.close(place)


def _buffer(data):
    return ctypes.create_string_buffer(data, len(data))
