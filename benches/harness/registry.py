"""Does a large registry slow a call down? Ten tools of one organisation against 100,000 of 1,000."""

import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from . import hookswitch, load
from .hookswitch import READ_ARGUMENTS, Server
from .load import Measured
from .seed import copy_tools

FEW_TOOLS = 10
ORGS = 1000
SESSIONS = 1000
CONNECTIONS = 32


@dataclass
class RegistrySize:
    """Both sides, round by round."""

    few: list[Measured]
    many: list[Measured]
    tools: int
    orgs: int
    few_mb: float
    many_mb: float
    database_mb: float
    start_ms: float

    @property
    def slowdown(self) -> float:
        """Median over the rounds of (calls per second with few tools) / (with many)."""
        pairs = zip(self.few, self.many, strict=True)
        return statistics.median(few.per_second / many.per_second for few, many in pairs)


def run(folder: Path, binary: Path, upstream: int, tools: int, rounds: int, seconds: float) -> RegistrySize:
    """Both servers at once, idle but for the one that is loaded; in turns."""
    few = Server(binary, folder / "few", upstream)
    names = [f"find_customer_{number}" for number in range(FEW_TOOLS)]
    for name in names:
        few.api.post("/v1/tools", hookswitch.read_tool(upstream, name))
    wanted = [(hookswitch.KEY, [names[at % FEW_TOOLS]]) for at in range(SESSIONS)]
    few_targets = _targets(folder / "few.txt", few, wanted)

    many, keys, database = _seeded(folder, binary, upstream, tools)
    wanted = [(keys[at % ORGS], ["find_customer"]) for at in range(SESSIONS)]
    many_targets = _targets(folder / "many.txt", many, wanted)

    sides: list[tuple[str, Server, list[str], list[Measured]]] = [
        (f"{FEW_TOOLS} tools", few, few_targets, []),
        (f"{tools:,} tools", many, many_targets, []),
    ]
    for _, server, targets, _ in sides:
        load.drive("call", server.port, CONNECTIONS, 2, targets)
    for number in range(1, rounds + 1):
        for name, server, targets, found in sides:
            measured = load.drive("call", server.port, CONNECTIONS, seconds, targets)
            found.append(measured)
            print(
                f"    round {number}/{rounds}  {name:>13} {measured.per_second:>9,.0f} /s"
                f"   p50 {measured.p50_us:>7,.0f} µs",
                flush=True,
            )
            # What the records of this side still need on the disk must not weigh on the other.
            time.sleep(1)
    size = RegistrySize(
        sides[0][3],
        sides[1][3],
        tools,
        ORGS,
        few.child.memory_mb(),
        many.child.memory_mb(),
        database,
        many.first_answer_ms,
    )
    few.stop()
    many.stop()
    return size


def _seeded(folder: Path, binary: Path, upstream: int, tools: int) -> tuple[Server, list[str], float]:
    """A server with that many tools, the keys of its organisations, and the size of its database in MB."""
    data = folder / "many"
    server = Server(binary, data, upstream)
    print(f"    making {ORGS} organisations, a tool in each", flush=True)
    keys = []
    for number in range(ORGS):
        made = server.api.post("/v1/orgs", {"name": f"org {number}"})
        keys.append(made["key"]["secret"])
    api = hookswitch.Api(server.port, "")
    for api.key in keys:
        api.post("/v1/tools", hookswitch.read_tool(upstream))
    server.stop()
    print(f"    copying them to {tools:,} tools", flush=True)
    copy_tools(data / "hookswitch.db", tools)
    size = (data / "hookswitch.db").stat().st_size / 1e6
    server = Server(binary, data, upstream)
    found = server.api.ask("GET", "/v1/tools?limit=1")
    assert "data" in found
    return server, keys, size


def _targets(path: Path, server: Server, wanted: list[tuple[str, list[str]]]) -> list[str]:
    sessions = hookswitch.start_sessions(server.port, wanted)
    rows = [(session, key, tools[0]) for session, (key, tools) in zip(sessions, wanted, strict=True)]
    return [str(hookswitch.write_targets(path, rows)), *READ_ARGUMENTS]
