"""One call, start to end, in a process that serves no other: LOAD, ready, CALL, RESULT."""

import asyncio
import gc
import inspect
import json
import mmap
import os
import resource
import struct
import sys
import tempfile
import time

from _hookswitch import confine, entry, report, touch, values

TALK = 3


def main(plan, request, descriptors):
    _, memory, cpu_seconds, online = request
    confine.adopt(descriptors)
    confine.confine(plan, memory << 20, cpu_seconds, bool(online))
    _fresh()
    load = _read()
    if load is None:
        os._exit(0)
    if load.get("proxy"):
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            os.environ[name] = load["proxy"]
    # Room to speak with when the tool has used up its own: address space alone, no page of it is touched.
    spare_room = mmap.mmap(-1, 512 * 1024)
    tool = None
    try:
        tool = entry.load(load)
        touch.platform(tool, load["code"])
        answer = {"ready": tool.form}
    except BaseException as error:
        spare_room.close()
        answer = {"err": report.failure(error, load["name"], loading=True)}
    _write(json.dumps(answer).encode())
    if tool is None:
        _flush()
        os._exit(0)
    gc.collect()
    gc.freeze()
    body = _read_body()
    if body is None:
        os._exit(0)
    started = _cpu()
    try:
        request = json.loads(body)
        value = tool.run(request["arguments"], request["context"])
        if inspect.isawaitable(value):
            value = asyncio.run(_settle(value))
        text = values.encode(value)
        if len(text) > load["result_bytes"]:
            raise values.TooLarge(f"the result is longer than {load['result_bytes']} bytes")
        answer = b'{"ok":%b,"type":%b,"cpu":%d}' % (text, json.dumps(type(value).__name__).encode(), _cpu() - started)
    except BaseException as error:
        spare_room.close()
        value = text = None
        failure = report.failure(error, load["name"])
        answer = json.dumps({"err": failure, "cpu": _cpu() - started}).encode()
    _flush()
    _write(answer)
    os._exit(0)


async def _settle(awaitable):
    return await awaitable


def _fresh():
    """What a fork must not share with its siblings; CPython and OpenSSL see to their own generators."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and hasattr(numpy, "random"):
        numpy.random.seed()
    tempfile.tempdir = None
    os.environ["HOME"] = os.environ["TMPDIR"] = os.environ["PWD"] = confine.SCRATCH
    os.environ.pop("OLDPWD", None)
    time.tzset()


def _cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return int((usage.ru_utime + usage.ru_stime) * 1e6)


def _flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            pass


def _exactly(count):
    parts = []
    while count:
        part = os.read(TALK, min(count, 1 << 20))
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _read_body():
    head = _exactly(4)
    return None if head is None else _exactly(struct.unpack("<I", head)[0])


def _read():
    body = _read_body()
    return None if body is None else json.loads(body)


def _write(body):
    view = memoryview(struct.pack("<I", len(body)) + body)
    while view:
        view = view[os.write(TALK, view) :]
