"""What the model is told of results that no function call of its runtime waits for any more."""

from __future__ import annotations

import json

from .frames import AsyncResult, LateResult, Result


def tell(order: Result | AsyncResult | LateResult) -> str:
    """One message for the context: which call, how it ended, what came of it."""
    said = json.dumps(order.result, ensure_ascii=False)
    ended = order.outcome or "not known"
    return (
        f"Result of the earlier tool call {order.tool_call_id or 'of this session'} (outcome: {ended}): {said} "
        "This replaces what was said about that call before. Do not repeat the call because of it."
    )
