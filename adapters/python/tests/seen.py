"""What the interruption tests saw, as lines of the table in docs/runtimes.md."""

from __future__ import annotations

import os
from pathlib import Path

from conftest import Receiver


def note(runtime: str, how: str, asks: str, receiver: Receiver, context: str) -> None:
    """Keeps one line, where the script asked for it."""
    if (folder := os.environ.get("HOOKSWITCH_SEEN")) is None:
        return
    words = {"CANCELLED": "`CANCELLED`", "in progress": "“still in progress”", "B-1": "B-1", "B-2": "B-2"}
    told = ", ".join(shown for word, shown in words.items() if word in context)
    line = f"| {runtime} | {how} | {asks} | {len(receiver.effects)} | {told} |\n"
    name = "-".join("".join(c for c in part if c.isalnum()) for part in (runtime, how, asks))
    Path(folder).mkdir(parents=True, exist_ok=True)
    (Path(folder) / f"{name}.md").write_text(line)
