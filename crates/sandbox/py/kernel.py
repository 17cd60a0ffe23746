"""System calls that the standard library has no name for."""

import ctypes
import os

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
CLONE_THREAD = 0x00010000

MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38

# The same numbers on every architecture.
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_libc.mmap.restype = ctypes.c_void_p


def _checked(result, what):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _long(value):
    return ctypes.c_long(value) if isinstance(value, int) else value


def syscall(number, *arguments):
    return _checked(_libc.syscall(ctypes.c_long(number), *map(_long, arguments)), f"syscall {number}")


def unshare(flags):
    _checked(_libc.unshare(ctypes.c_int(flags)), f"unshare {flags:#x}")


def setns(descriptor, flags):
    _checked(_libc.setns(ctypes.c_int(descriptor), ctypes.c_int(flags)), "setns")


def prctl(option, value, pointer=0):
    _checked(_libc.prctl(ctypes.c_int(option), _long(value), _long(pointer), _long(0), _long(0)), f"prctl {option}")


def mount_tmpfs(target, options):
    flags = ctypes.c_ulong(MS_NOSUID | MS_NODEV | MS_NOEXEC)
    _checked(_libc.mount(b"scratch", target.encode(), b"tmpfs", flags, options.encode()), f"mount {target}")


def drop_capabilities():
    """Empties the effective, permitted and inheritable sets, and with them the ambient one."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    _checked(_libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")


def install_filter(program):
    """Installs a seccomp program: bytes of `struct sock_filter`, eight each."""

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    code = ctypes.create_string_buffer(program, len(program))
    prctl(PR_SET_SECCOMP, 2, ctypes.byref(Program(len(program) // 8, ctypes.addressof(code))))


def is_single_threaded():
    # Asking for what only a process of one thread may ask for; it changes nothing.
    try:
        unshare(CLONE_THREAD)
    except OSError:
        return False
    return True


def address_space(near=None, ceiling=1 << 40, grain=1 << 16):
    """Bytes of address space in use, without /proc: the ceiling less the largest mapping that still fits below it.

    With a guess near the truth a few attempts are enough.
    """
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (ceiling, hard))
    low, high = 0, ceiling // grain
    if near is not None:
        guess = (ceiling - near) // grain
        if _fits((guess - 64) * grain):
            low = guess - 64
        if not _fits((guess + 64) * grain):
            high = guess + 63
    while low < high:
        middle = (low + high + 1) // 2
        if _fits(middle * grain):
            low = middle
        else:
            high = middle - 1
    return ceiling - low * grain


def _fits(size):
    # PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    place = _libc.mmap(None, ctypes.c_size_t(size), 0, 0x4022, -1, ctypes.c_long(0))
    if place in (None, ctypes.c_void_p(-1).value):
        return False
    _libc.munmap(ctypes.c_void_p(place), ctypes.c_size_t(size))
    return True
