"""What scripted models do, in both runtimes."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any


def eager() -> Callable[[str, str], str | tuple[str, str, dict[str, Any]]]:
    """Books on a user's turn unless it has read a confirmation; else says what it knows.

    Many models do so when a result is missing, "cancelled" or "in progress" and the caller asks again.
    """
    numbers = itertools.count(1)

    def decide(context: str, last_role: str) -> str | tuple[str, str, dict[str, Any]]:
        if "B-" in context:
            number = context.split("B-", 1)[1][0]
            return f"It is booked as B-{number}."
        if last_role == "user":
            return f"call_{next(numbers)}", "book_slot", {"slot": "10:00"}
        return "I could not book it."

    return decide
