"""Gives voice runtimes the tools of a hookswitch session, and obeys its orders.

The core is ``Session``. ``hookswitch_voice.pipecat`` and ``hookswitch_voice.livekit`` bind it to these runtimes; each
needs its runtime installed and is imported only by those who use it.
"""

from .errors import Backlogged, HookswitchError, SessionEnded, SessionLost, Unavailable
from .frames import (
    AsyncResult,
    CallStarted,
    Ended,
    EngineAction,
    LateResult,
    MayCallTools,
    MayInterrupt,
    Order,
    Report,
    Result,
    Say,
    SpeakFirst,
    ToolFunction,
    ToolsChanged,
    Warned,
)
from .session import Session

__all__ = [
    "AsyncResult",
    "Backlogged",
    "CallStarted",
    "Ended",
    "EngineAction",
    "HookswitchError",
    "LateResult",
    "MayCallTools",
    "MayInterrupt",
    "Order",
    "Report",
    "Result",
    "Say",
    "Session",
    "SessionEnded",
    "SessionLost",
    "SpeakFirst",
    "ToolFunction",
    "ToolsChanged",
    "Unavailable",
    "Warned",
]
__version__ = "0.1.0"
