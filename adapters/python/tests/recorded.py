"""A session that keeps what was reported to it."""

from __future__ import annotations

from typing import Any

from hookswitch_voice import Report, Session


class RecordedSession(Session):
    """The real one, with a list beside it."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.reports: list[Report] = []

    async def report(self, report: Report) -> None:
        self.reports.append(report)
        await super().report(report)
