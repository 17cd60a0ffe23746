"""Waits for what must come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PATIENCE = 15.0


async def until(holds: Callable[[], bool], what: Callable[[], object] = lambda: "it") -> None:
    """Until it holds, or fails with what there is."""
    clock = asyncio.get_running_loop().time
    end = clock() + PATIENCE
    while not holds():
        assert clock() < end, f"did not come: {what()}"
        await asyncio.sleep(0.01)
