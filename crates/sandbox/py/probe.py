"""Run as a tool at boot: tries to get out. Answers with what got out; an empty object is what lets tools run."""

import ctypes
import errno
import os
import resource
import socket
import sys


def attempt(action):
    """None when the attempt was refused, else what it gave."""
    try:
        return repr(action())
    except (OSError, MemoryError, ValueError):
        return None


def system_call(number, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result


def fork():
    child = os.fork()
    if child == 0:
        os._exit(0)
    return child


def denied_by_filter(number):
    """A refusal that could come from elsewhere proves nothing: the filter answers EPERM before any check."""
    try:
        system_call(number, -1, -1, -1, -1, -1, -1)
    except OSError as error:
        if error.errno != errno.EPERM:
            raise AssertionError(errno.errorcode.get(error.errno)) from None
        return None
    return "allowed"


def f(port, calls, files, memory):
    got = {}

    def expect_refusal(name, action):
        value = attempt(action)
        if value is not None:
            got[name] = value

    for path in files:
        expect_refusal(f"read {path}", lambda: open(path, "rb").read(1) if not os.path.isdir(path) else os.listdir(path))
    for path in ("/x", "/hookswitch/x", "/usr/lib/x", "/dev/x", "/tmp/x"):
        expect_refusal(f"write {path}", lambda: open(path, "wb"))
    expect_refusal("fork", fork)
    expect_refusal("execute", lambda: os.execv(sys.executable, ["x"]))
    expect_refusal("signal everybody", lambda: os.kill(-1, 0))
    expect_refusal("reach the server's network", lambda: socket.create_connection(("127.0.0.1", port), 1))
    expect_refusal("reach the network", lambda: socket.create_connection(("192.0.2.1", 80), 1))
    expect_refusal("listen", lambda: socket.create_server(("127.0.0.1", 0)))
    for name, family, kind in (("unix", 1, 1), ("udp", 2, 2), ("netlink", 16, 3), ("packet", 17, 3)):
        expect_refusal(f"open a {name} socket", lambda: socket.socket(family, kind))
    expect_refusal("raise a limit", lambda: resource.setrlimit(resource.RLIMIT_AS, (-1, -1)))
    expect_refusal("take memory", lambda: len(bytearray(memory)))
    for name, number in calls.items():
        try:
            value = denied_by_filter(number)
        except AssertionError as error:
            value = f"not denied by the filter but by {error}"
        if value is not None:
            got[name] = value
    if os.getpid() != 1:
        got["pid"] = os.getpid()
    if 0 in (os.getuid(), os.geteuid()):
        got["uid"] = 0
    if os.path.exists("/proc/self"):
        got["proc"] = "there is a /proc"
    return got
