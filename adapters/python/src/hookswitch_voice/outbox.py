"""What was sent and is not known to have been heard, so that it can be sent again."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from .errors import Backlogged

Frame = dict[str, Any]


class Outbox:
    """Numbered frames in order, at most ``limit``. Frames of calls are never given up; old reports are."""

    def __init__(self, limit: int = 256) -> None:
        self._limit = limit
        self._frames: OrderedDict[int, Frame] = OrderedDict()
        self._next = 1

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def last(self) -> int:
        """The highest number that was given."""
        return self._next - 1

    def add(self, frame: Frame) -> Frame:
        """Numbers a frame and keeps it."""
        if len(self._frames) >= self._limit:
            self._make_room()
        numbered = {**frame, "n": self._next}
        self._frames[self._next] = numbered
        self._next += 1
        return numbered

    def _make_room(self) -> None:
        oldest = next((n for n, f in self._frames.items() if f["type"] == "report"), None)
        if oldest is None:
            raise Backlogged("too many calls wait for the connection")
        del self._frames[oldest]

    def heard(self, n: int) -> None:
        """Everything up to this number has arrived."""
        while self._frames and next(iter(self._frames)) <= n:
            self._frames.popitem(last=False)

    def again(self, received: int | None) -> list[Frame]:
        """What to send after coming back. ``None``: the other side forgot; reports are not repeated."""
        if received is not None:
            self.heard(received)
        else:
            for n in [n for n, f in self._frames.items() if f["type"] == "report"]:
                del self._frames[n]
        return list(self._frames.values())
