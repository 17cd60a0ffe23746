"""What a call's process does to itself before it has read one byte of the tool."""

import fcntl
import os
import resource
import signal

from _hookswitch import fence, kernel

SCRATCH = "/tmp/call"


def adopt(descriptors):
    """Makes the call's socket 3 and its logs 1 and 2, /dev/null 0, and closes everything else."""
    talk, out, err = (fcntl.fcntl(descriptor, fcntl.F_DUPFD, 64) for descriptor in descriptors)
    null = os.open("/dev/null", os.O_RDWR)
    for source, target in ((null, 0), (out, 1), (err, 2), (talk, 3)):
        os.dup2(source, target)
    os.closerange(4, 1 << 20)


def confine(plan, memory, cpu_seconds, online):
    skip = plan["skip"]
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    kernel.unshare(kernel.CLONE_NEWNS | kernel.CLONE_NEWIPC)
    kernel.mount_tmpfs(SCRATCH, f"size={plan['scratch_bytes']},nr_inodes=1024,mode=0700")
    os.chdir(SCRATCH)
    # A user namespace of the call's own: it owns nothing, not even this mount namespace, and counts threads alone.
    kernel.unshare(kernel.CLONE_NEWUSER)
    kernel.drop_capabilities()
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    if plan["landlock"]:
        fence.restrict(plan["landlock"], plan["readable"], SCRATCH, plan["port"] if online else 0)
    if "rlimits" not in skip:
        _limit(plan, memory, cpu_seconds)
    if "seccomp" not in skip:
        kernel.install_filter(plan["online" if online else "offline"])


def _limit(plan, memory, cpu_seconds):
    room = kernel.address_space(plan["address_space"]) + memory
    for name, value in (
        ("CORE", 0),
        ("MEMLOCK", 0),
        ("MSGQUEUE", 0),
        ("RTPRIO", 0),
        ("NICE", 0),
        ("FSIZE", plan["scratch_bytes"]),
        ("NOFILE", plan["files"]),
        ("NPROC", plan["threads"]),
        ("CPU", cpu_seconds),
        ("AS", room),
    ):
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
