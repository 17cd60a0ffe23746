"""The server that is measured: started as anybody would start it, filled through its own API."""

import http.client
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from .api import Api
from .children import Child, free_port

# Nothing secret: the servers of a bench live on loopback, for minutes, in a folder of their own.
KEY = "hs_live_bench_bench_bench_bench_bench"

READ_ARGUMENTS = ['{"fields":"short","customer_id":"', '"}']
ACTION_ARGUMENTS = ['{"date":"2026-12-01","time":"14:30","customer_id":"', '"}']


def read_tool(upstream: int, name: str = "find_customer") -> dict[str, Any]:
    """A lookup: GET, an argument in the path, one in the query, a template in a header."""
    return {
        "name": name,
        "description": "Looks a customer up",
        "kind": "webhook",
        "effect": "read",
        "webhook": {
            "url": f"http://127.0.0.1:{upstream}/customers/{{{{input.customer_id}}}}",
            "method": "GET",
            "headers": {"X-Session": "{{system.session_id}}"},
        },
        "parameters": [
            {
                "name": "customer_id",
                "required": True,
                "place": "path",
                "schema": {"type": "string", "pattern": "^c[0-9]+$", "maxLength": 40},
            },
            {"name": "fields", "schema": {"type": "string", "enum": ["short", "all"]}},
        ],
    }


def action_tool(upstream: int) -> dict[str, Any]:
    """A booking: POST with a body template; its intent and its outcome are on disk before they count."""
    return {
        "name": "book_appointment",
        "description": "Books one appointment",
        "kind": "webhook",
        "effect": "action",
        "webhook": {
            "url": f"http://127.0.0.1:{upstream}/appointments",
            "method": "POST",
            "body": {
                "slot": {"date": "{{input.date}}", "time": "{{input.time}}"},
                "customer": "{{input.customer_id}}",
                "session": "{{system.session_id}}",
            },
        },
        "parameters": [
            {"name": "date", "required": True, "schema": {"type": "string", "format": "date"}},
            {"name": "time", "required": True, "schema": {"type": "string", "maxLength": 5}},
            {"name": "customer_id", "required": True, "schema": {"type": "string", "maxLength": 40}},
        ],
    }


class Server:
    """A running server with its data in a folder."""

    def __init__(self, binary: Path, data: Path, upstream: int, log: str = "info,hookswitch::access=warn"):
        self.port = free_port()
        command = [str(binary), "serve", "--listen", f"127.0.0.1:{self.port}", "--data", str(data)]
        command += ["--allow-egress", f"127.0.0.1:{upstream}", "--log", log]
        self.child = Child("hookswitch", command, data.parent / f"{data.name}.out", {"HOOKSWITCH_BOOTSTRAP_KEY": KEY})
        self.first_answer_ms = self._wait()
        self.api = Api(self.port, KEY)

    def _wait(self, seconds: float = 60) -> float:
        """Milliseconds from the start of the process to its first whole answer to a request with a key."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                connection.request("GET", "/v1/me", headers={"Authorization": f"Bearer {KEY}"})
                answer = connection.getresponse()
                answer.read()
                if answer.status == 200:
                    return (time.monotonic() - self.child.started) * 1000
            except OSError:
                self.child.check()
                time.sleep(0.001)
            finally:
                connection.close()
        raise SystemExit(f"hookswitch does not answer after {seconds:.0f} s; see {self.child.log}")

    def stop(self) -> None:
        self.child.stop()


def start_sessions(port: int, wanted: list[tuple[str, list[str]]]) -> list[str]:
    """One session for each (key, tools), four at once; their ids in order."""

    def start_some(part: list[tuple[int, tuple[str, list[str]]]]) -> list[tuple[int, str]]:
        api = Api(port, "")
        made = []
        for at, (api.key, tools) in part:
            made.append((at, api.post("/v1/sessions", {"tools": tools})["id"]))
        return made

    numbered = list(enumerate(wanted))
    parts = [numbered[start::4] for start in range(4)]
    with ThreadPoolExecutor(4) as threads:
        made = [session for part in threads.map(start_some, parts) for session in part]
    return [session for _, session in sorted(made)]


def write_targets(path: Path, rows: list[tuple[str, str, str]]) -> Path:
    """The file of sessions that wrk/call.lua reads: session, key, tool."""
    path.write_text("".join(" ".join(row) + os.linesep for row in rows))
    return path
