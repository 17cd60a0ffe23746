"""How soon a started server answers, and what it weighs when it has nothing to do."""

import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from . import hookswitch
from .hookswitch import Server

STARTS = 12
SESSIONS = 5000


@dataclass
class Startup:
    """Figures of a server without load."""

    first_start_ms: float
    start_ms: list[float]
    idle_mb: float
    session_kb: float

    @property
    def median_ms(self) -> float:
        return statistics.median(self.start_ms)


def run(folder: Path, binary: Path, upstream: int) -> Startup:
    """Starts on an empty folder once, then again and again on what is there."""
    data = folder / "startup"
    server = Server(binary, data, upstream)
    first = server.first_answer_ms
    server.api.post("/v1/tools", hookswitch.read_tool(upstream))
    server.stop()
    starts = []
    for _ in range(STARTS):
        server = Server(binary, data, upstream)
        starts.append(server.first_answer_ms)
        server.stop()
    server = Server(binary, data, upstream)
    time.sleep(3)
    idle = server.child.memory_mb()
    print(f"    starting {SESSIONS} sessions", flush=True)
    hookswitch.start_sessions(server.port, [(hookswitch.KEY, ["find_customer"])] * 200)
    before = server.child.memory_mb()
    hookswitch.start_sessions(server.port, [(hookswitch.KEY, ["find_customer"])] * SESSIONS)
    session_kb = (server.child.memory_mb() - before) * 1000 / SESSIONS
    server.stop()
    return Startup(first, starts, idle, session_kb)
