"""The main comparison: direct, nginx, hookswitch reading, hookswitch acting, fastmcp; in turns."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from . import hookswitch, load, nginx, peer
from .children import Child
from .disk import fdatasync_median_us
from .hookswitch import ACTION_ARGUMENTS, READ_ARGUMENTS, Server
from .load import Measured

SESSIONS = 1000
CONNECTIONS = (1, 32)


@dataclass
class Contender:
    """Somebody who is measured."""

    name: str
    drive: Callable[[int, float], Measured]
    process: Child | None = None
    runs: dict[int, list[Measured]] = field(default_factory=dict)
    cpu_us: dict[int, list[float]] = field(default_factory=dict)

    def run(self, connections: int, seconds: float) -> Measured:
        before = self.process.cpu_seconds() if self.process else 0.0
        measured = self.drive(connections, seconds)
        after = self.process.cpu_seconds() if self.process else 0.0
        self.runs.setdefault(connections, []).append(measured)
        self.cpu_us.setdefault(connections, []).append((after - before) / measured.requests * 1e6)
        return measured

    def median(self, figure: str, connections: int) -> float:
        """Median over the rounds of `per_second`, `p50_us` or `p99_us`."""
        return statistics.median(getattr(run, figure) for run in self.runs[connections])

    def median_cpu_us(self, connections: int) -> float:
        return statistics.median(self.cpu_us[connections])

    @property
    def requests(self) -> int:
        return sum(run.requests for runs in self.runs.values() for run in runs)


@dataclass
class Comparison:
    """What the rounds came to."""

    contenders: dict[str, Contender]
    fdatasync_us: float
    records_lag_s: float
    sessions: int
    session_kb: float
    idle_mb: float
    loaded_mb: float
    peak_mb: float


def run(folder: Path, binary: Path, upstream: int, python: Path | None, rounds: int, seconds: float) -> Comparison:
    """All rounds; every answer of every contender is checked."""
    proxy, proxy_port = nginx.start_proxy(folder, upstream)
    server = Server(binary, folder / "compare", upstream)
    time.sleep(2)
    idle = server.child.memory_mb()
    read = server.api.post("/v1/tools", hookswitch.read_tool(upstream))["id"]
    action = server.api.post("/v1/tools", hookswitch.action_tool(upstream))["id"]
    names = ["find_customer", "book_appointment"]
    print(f"    starting {SESSIONS} sessions", flush=True)
    before = server.child.memory_mb()
    sessions = hookswitch.start_sessions(server.port, [(hookswitch.KEY, names)] * SESSIONS)
    session_kb = (server.child.memory_mb() - before) * 1000 / SESSIONS

    def calls(tool: str, arguments: list[str]) -> Callable[[int, float], Measured]:
        rows = [(session, hookswitch.KEY, tool) for session in sessions]
        targets = hookswitch.write_targets(folder / f"{tool}.txt", rows)
        return lambda connections, span: load.drive(
            "call", server.port, connections, span, [str(targets), *arguments]
        )

    contenders = [
        Contender("direct", lambda connections, span: load.drive("get", upstream, connections, span)),
        Contender("nginx", lambda connections, span: load.drive("get", proxy_port, connections, span), proxy),
        Contender("read", calls(names[0], READ_ARGUMENTS), server.child),
        Contender("action", calls(names[1], ACTION_ARGUMENTS), server.child),
    ]
    if python is not None:
        mcp, port = peer.start(python, folder, upstream)
        contenders.append(Contender("fastmcp", lambda count, span: load.drive("mcp", port, count, span, at="/mcp"), mcp))
    for contender in contenders:
        contender.drive(CONNECTIONS[-1], 1)
    flushes, lags = [], []
    for number in range(1, rounds + 1):
        flushes.append(fdatasync_median_us(folder))
        for connections in CONNECTIONS:
            for contender in contenders:
                measured = contender.run(connections, seconds)
                print(
                    f"    round {number}/{rounds}  {connections:>2} connections  {contender.name:<8}"
                    f" {measured.per_second:>9,.0f} /s   p50 {measured.p50_us:>7,.0f} µs",
                    flush=True,
                )
                if contender.process is server.child:
                    lags.append(_wait_for_records(server, [read, action]))
    comparison = Comparison(
        {contender.name: contender for contender in contenders},
        statistics.median(flushes),
        max(lags),
        SESSIONS,
        session_kb,
        idle,
        server.child.memory_mb(),
        server.child.memory_mb("VmHWM"),
    )
    _check_records(server, {read: contenders[2].requests, action: contenders[3].requests})
    server.stop()
    return comparison


def _stats(server: Server, tool: str) -> dict[str, int]:
    return server.api.get(f"/v1/tools/{tool}/stats")


def _wait_for_records(server: Server, tools: list[str]) -> float:
    """Seconds until no record is outstanding any more: work that a round leaves to the next one."""
    begun = last = time.monotonic()
    counts: list[int] = []
    while last - begun < 30:
        now = [_stats(server, tool)["calls"] for tool in tools]
        if now != counts:
            counts, last = now, time.monotonic()
        elif time.monotonic() - last > 0.3:
            break
        time.sleep(0.02)
    return last - begun


def _check_records(server: Server, answered: dict[str, int]) -> None:
    """Every answered call has its record, and all of them say `done`."""
    for tool, least in answered.items():
        stats = _stats(server, tool)
        if stats["calls"] < least or stats["done"] != stats["calls"]:
            raise SystemExit(f"{least} calls of {tool} were answered, but the records say {stats}")
