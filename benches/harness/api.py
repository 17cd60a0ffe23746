"""The native API as the bench uses it: one kept connection, JSON in and out."""

import http.client
import json
from typing import Any


class Api:
    """A client with a key."""

    def __init__(self, port: int, key: str):
        self.port, self.key = port, key
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(self, method: str, path: str, body: Any = None, wanted: tuple[int, ...] = (200, 201)) -> Any:
        """The answer's JSON; fails when its status is not wanted."""
        content = None if body is None else json.dumps(body)
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        self._connection.request(method, path, content, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        if answer.status not in wanted:
            raise SystemExit(f"{method} {path}: {answer.status} {text[:1000]}")
        return json.loads(text) if text.startswith(("{", "[")) else text

    def post(self, path: str, body: Any) -> Any:
        return self.ask("POST", path, body)

    def get(self, path: str) -> Any:
        return self.ask("GET", path)
