"""Where the time goes: samples of the server while it carries out calls (perf, software clock)."""

import re
import shutil
import subprocess
import time
from pathlib import Path

from . import compare, hookswitch, load
from .hookswitch import ACTION_ARGUMENTS, READ_ARGUMENTS, Server

FREQUENCY = 797


def run(folder: Path, output: Path, binary: Path, upstream: int, kind: str, seconds: float) -> str:
    """The costliest functions; the whole list goes to target/bench/profile-<kind>.txt."""
    perf = shutil.which("perf")
    if perf is None:
        raise SystemExit("perf is not installed (Debian: linux-perf)")
    server = Server(binary, folder / "profile", upstream)
    tool = hookswitch.read_tool(upstream) if kind == "read" else hookswitch.action_tool(upstream)
    server.api.post("/v1/tools", tool)
    wanted = [(hookswitch.KEY, [tool["name"]])] * compare.SESSIONS
    sessions = hookswitch.start_sessions(server.port, wanted)
    rows = [(session, hookswitch.KEY, tool["name"]) for session in sessions]
    arguments = READ_ARGUMENTS if kind == "read" else ACTION_ARGUMENTS
    targets = [str(hookswitch.write_targets(folder / "profile.txt", rows)), *arguments]
    load.drive("call", server.port, 32, 2, targets)

    data = output / f"perf-{kind}.data"
    record = [perf, "record", "-q", "-e", "cpu-clock", "-F", str(FREQUENCY), "--call-graph", "dwarf,16384", "-p", str(server.child.pid)]
    recorder = subprocess.Popen([*record, "-o", str(data), "--", "sleep", str(seconds)])
    time.sleep(0.2)
    cpu = server.child.cpu_seconds()
    measured = load.drive("call", server.port, 32, seconds, targets)
    cpu = (server.child.cpu_seconds() - cpu) / measured.requests * 1e6
    recorder.wait(60)
    server.stop()
    lines = [f"{measured.per_second:,.0f} calls/s under perf, {cpu:.0f} µs of CPU a call", ""]
    for title, more in (
        ("By thread", ["--sort", "comm"]),
        ("By function, self", ["--sort", "symbol"]),
    ):
        lines += [title, *_report(perf, data, ["--no-children", "-g", "none", *more])[:80], ""]
    lines += ["By function, with what it calls", *_report(perf, data, ["--children", "-g", "none", "--sort", "symbol"])[:150]]
    text = "\n".join(lines) + "\n"
    (output / f"profile-{kind}.txt").write_text(text)
    return text


def _report(perf: str, data: Path, more: list[str]) -> list[str]:
    command = [perf, "report", "-q", "--stdio", "--percent-limit", "0.15", "-i", str(data), *more]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line.rstrip() for line in ran.stdout.splitlines() if line.strip() and not line.startswith("#")]
    return [re.sub(r"\s+- +-$|::h[0-9a-f]{16}\b", "", line) for line in lines]
