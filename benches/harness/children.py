"""Processes of the bench: started here, stopped here, by id."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

_running: list["Child"] = []


class Child:
    """A process with its output in a file."""

    def __init__(self, name: str, command: list[str], log: Path, environment: dict[str, str] | None = None):
        self.name, self.log = name, log
        self.started = time.monotonic()
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env={**os.environ, **(environment or {})},
            )
        _running.append(self)

    @property
    def pid(self) -> int:
        return self._process.pid

    def check(self) -> None:
        """Fails with the end of its output when it is gone."""
        if self._process.poll() is not None:
            tail = self.log.read_text(errors="replace")[-2000:]
            raise SystemExit(f"{self.name} ended with {self._process.returncode}:\n{tail}")

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self in _running:
            _running.remove(self)

    def memory_mb(self, field: str = "VmRSS") -> float:
        """Resident memory of the process itself in MB (10^6 bytes)."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024 / 1e6
        return 0.0

    def cpu_seconds(self) -> float:
        """Time on the processor so far, children that still run included."""
        tick = os.sysconf("SC_CLK_TCK")
        total = 0
        for pid in [self.pid, *_children_of(self.pid)]:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / tick


def _children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def stop_all() -> None:
    """Stops everything that still runs, the youngest first."""
    for child in reversed(_running.copy()):
        child.stop()


def stop_on_signals() -> None:
    """A bench that is told to stop leaves nothing behind."""

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for_port(child: Child, port: int, seconds: float = 60) -> None:
    """Until somebody listens."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        child.check()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise SystemExit(f"{child.name} does not listen after {seconds:.0f} s; see {child.log}")
