"""One run of wrk, and what it measured."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent / "wrk"

_runs = 0


@dataclass(frozen=True)
class Measured:
    """Figures of one run."""

    requests: int
    seconds: float
    p50_us: float
    p99_us: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


def next_run() -> str:
    """A number that no other load of this bench has: arguments never repeat."""
    global _runs
    _runs += 1
    return f"{_runs:03d}"


def drive(
    script: str,
    port: int,
    connections: int,
    seconds: float,
    arguments: list[str] | None = None,
    at: str = "",
) -> Measured:
    """Loads 127.0.0.1:port; fails when a single answer is not what it must be."""
    threads = 1 if connections == 1 else 2
    address = f"127.0.0.1:{port}"
    extra = arguments or []
    command = [
        "wrk",
        f"-t{threads}",
        f"-c{connections}",
        f"-d{max(1, round(seconds))}s",
        "--timeout",
        "10s",
        "-s",
        str(SCRIPTS / f"{script}.lua"),
        f"http://{address}{at}",
        "--",
        address,
        next_run(),
        str(threads),
        *extra,
    ]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=False)
    lines = [line[7:] for line in ran.stdout.splitlines() if line.startswith("RESULT ")]
    if ran.returncode != 0 or not lines:
        raise SystemExit(f"wrk failed ({ran.returncode}):\n{ran.stdout}\n{ran.stderr}")
    found = json.loads(lines[0])
    wrong = {name: found[name] for name in ("bad", "status_errors", "socket_errors") if found[name]}
    if wrong or found["requests"] == 0:
        raise SystemExit(f"{script} with {connections} connections: {wrong}, such as: {found['example']}")
    return Measured(found["requests"], found["micros"] / 1e6, found["p50_us"], found["p99_us"])
