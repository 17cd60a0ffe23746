"""A real server, a receiver that counts effects, and sessions."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

KEY = "hs_live_AdapterTestsOnly0123456789abcd"


class Receiver:
    """What the tools act on. ``hold`` keeps answers back until ``release``."""

    def __init__(self) -> None:
        self.effects: list[dict[str, Any]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.arrived = threading.Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])) or b"{}")
                with outer.arrived:
                    outer.effects.append({"path": self.path, "body": body})
                    number = len(outer.effects)
                    outer.arrived.notify_all()
                outer.gate.wait(20)
                answer = json.dumps({"confirmation": f"B-{number}"}).encode()
                try:
                    self.send_response(200)
                    self.send_header("content-type", "application/json")
                    self.send_header("content-length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)
                except OSError:
                    pass

            def log_message(self, *_: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.address = f"127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def hold(self) -> None:
        self.gate.clear()

    def release(self) -> None:
        self.gate.set()

    def wait_for(self, count: int) -> None:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.effects) >= count, 15), self.effects


class Server:
    """A hookswitch process with a free port; ended by its own handle."""

    def __init__(self, folder: Path, receiver: Receiver) -> None:
        self.folder, self.receiver, self.listen = folder, receiver, "127.0.0.1:0"
        self.start()

    def start(self) -> None:
        binary = os.environ["HOOKSWITCH_BINARY"]
        arguments = ["serve", "--listen", self.listen, "--log-format", "json", "--data", str(self.folder)]
        self.process = subprocess.Popen(
            [binary, *arguments, "--allow-egress", self.receiver.address],
            env={"PATH": os.environ["PATH"], "HOOKSWITCH_BOOTSTRAP_KEY": KEY},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        for line in self.process.stderr:
            said = json.loads(line)
            if said.get("message") == "serving":
                self.listen = said["address"].removeprefix("http://")
                break
        else:
            raise AssertionError("the server ended before it served")
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://{self.listen}"

    def stop(self, *, kill: bool = False) -> None:
        if kill:
            self.process.kill()
        else:
            self.process.terminate()
        self.process.wait(30)

    def post(self, path: str, body: Any) -> Any:
        return self.ask("POST", path, body)

    def get(self, path: str) -> Any:
        return self.ask("GET", path, None)

    def ask(self, method: str, path: str, body: Any) -> Any:
        request = urllib.request.Request(
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"authorization": f"Bearer {KEY}", "content-type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.release()
    receiver.http.shutdown()


@pytest.fixture
def server(tmp_path: Path, receiver: Receiver) -> Iterator[Server]:
    server = Server(tmp_path, receiver)
    yield server
    server.stop(kill=True)


@pytest.fixture
def booking(server: Server, receiver: Receiver) -> Callable[..., str]:
    """A session with the tool ``book_slot``, an action; changed by keyword arguments."""

    def make(**changes: Any) -> str:
        draft = {
            "name": "book_slot",
            "description": "Books a slot",
            "kind": "webhook",
            "effect": "action",
            "webhook": {"url": f"http://{receiver.address}/book", "method": "POST"},
            "parameters": [{"name": "slot", "schema": {"type": "string"}, "required": True}],
            "timeout_ms": 5000,
        }
        server.post("/v1/tools", {**draft, **changes})
        session: str = server.post("/v1/sessions", {"tools": ["book_slot"]})["id"]
        return session

    return make
