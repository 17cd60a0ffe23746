"""The two kinds of process that only fork: the zygote of a dependency set, and a tenant's below it.

Neither ever holds code, arguments or secrets of a tool. Messages, one a packet, little-endian:
server to zygote  number, memory in MiB, CPU seconds, 1 when online (u32 each), with the child's descriptors
zygote to server  R json (ready) | P number + pidfd | E number, text | X number, wait status, CPU microseconds
"""

import fcntl
import gc
import importlib
import json
import os
import select
import signal
import socket
import struct
import sys
import threading

from _hookswitch import call, fence, kernel

CONTROL = 0
REQUEST = struct.Struct("<IIII")


def main():
    with open("/hookswitch/plan.json") as file:
        plan = json.load(file)
    for name in ("offline", "online"):
        with open(f"/hookswitch/{name}.bpf", "rb") as file:
            plan[name] = file.read()
    plan["landlock"] = 0 if "landlock" in plan["skip"] else fence.version()
    # The standard library first: no package may stand in for a module that this process imports.
    sys.path[:] = [path for path in sys.path if path != "/hookswitch"] + plan["import_paths"]
    threading.stack_size(512 * 1024)
    for name in plan["preload"]:
        importlib.import_module(name)
    if not kernel.is_single_threaded():
        raise SystemExit("a preloaded module starts threads: this set can't be forked")
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    for name in ("MALLOC_ARENA_MAX", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.pop(name, None)
    # What was printed before a kill is what an author looks for.
    sys.stdout.reconfigure(line_buffering=True)
    gc.collect()
    gc.freeze()
    control = socket.socket(fileno=CONTROL)
    about = {"landlock": plan["landlock"], "python": sys.version.split()[0]}
    control.send(b"R" + json.dumps(about).encode())
    serve(plan, control, tenant)


def tenant(plan, request, descriptors):
    """A process of one tenant: its own network, and the parent of its calls."""
    os.dup2(descriptors[0], CONTROL)
    # What the zygote of the set holds (its pidfds, its parent's sockets) ends here; 1 and 2 are its own.
    os.closerange(3, 1 << 20)
    control = socket.socket(fileno=CONTROL)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    kernel.unshare(kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS)
    socket.sethostname("sandbox")
    listener = _listener(plan["port"])
    socket.send_fds(control, [b"R{}"], [listener.fileno()])
    listener.close()
    gc.collect()
    gc.freeze()
    plan["address_space"] = kernel.address_space()
    serve(plan, control, call.main)


def _listener(port):
    """The way out of the box: accepted on by the server, connected to from inside."""
    listener = socket.socket()
    # SIOCGIFFLAGS, SIOCSIFFLAGS: the loopback interface up, the only one here.
    name = b"lo".ljust(16, b"\0")
    (flags,) = struct.unpack_from("<H", fcntl.ioctl(listener, 0x8913, name + bytes(24)), 16)
    fcntl.ioctl(listener, 0x8914, name + struct.pack("<H", flags | 1) + bytes(22))
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


def serve(plan, control, born):
    """Forks a child for each request and tells how each ended, until the server hangs up."""
    myself = os.pidfd_open(os.getpid())
    children = {}
    poll = select.poll()
    poll.register(CONTROL, select.POLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor != CONTROL:
                poll.unregister(descriptor)
                _bury(control, descriptor, *children.pop(descriptor))
                continue
            packet, descriptors, _, _ = socket.recv_fds(control, 64, 8)
            if not packet:
                os._exit(0)
            request = REQUEST.unpack(packet)
            try:
                pid, pidfd = _fork(plan, myself, born, request, descriptors)
            except OSError as error:
                control.send(struct.pack("<cI", b"E", request[0]) + str(error).encode()[:200])
            else:
                children[pidfd] = (pid, request[0])
                poll.register(pidfd, select.POLLIN)
                socket.send_fds(control, [struct.pack("<cI", b"P", request[0])], [pidfd])
            finally:
                for taken in descriptors:
                    os.close(taken)


def _fork(plan, myself, born, request, descriptors):
    kernel.unshare(kernel.CLONE_NEWPID)
    try:
        pid = os.fork()
        if pid == 0:
            _live(plan, born, request, descriptors)
    finally:
        # A second child would otherwise land in the first one's pid namespace.
        kernel.setns(myself, kernel.CLONE_NEWPID)
    return pid, os.pidfd_open(pid)


def _live(plan, born, request, descriptors):
    """The child's whole life: nothing of the parent's stack runs again."""
    try:
        born(plan, request, descriptors)
    except BaseException:
        import traceback

        try:
            traceback.print_exc()
            sys.stderr.flush()
        except BaseException:
            pass
    finally:
        os._exit(1)


def _bury(control, pidfd, pid, number):
    _, status, usage = os.wait4(pid, 0)
    os.close(pidfd)
    micros = int((usage.ru_utime + usage.ru_stime) * 1e6)
    control.send(struct.pack("<cIiQ", b"X", number, status, micros))
