"""The frames of the session socket that a runtime reads, as types. The document is ``docs/asyncapi.json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Json = Any
"""Any JSON value."""

Report = Literal[
    "user_turn",
    "user_speech_started",
    "user_speech_finished",
    "agent_speech_started",
    "agent_speech_finished",
    "interrupted",
]


@dataclass(frozen=True, slots=True)
class ToolFunction:
    """A tool as the model may be offered it. ``parameters`` is JSON Schema."""

    name: str
    description: str
    parameters: Mapping[str, Json]

    @classmethod
    def read(cls, raw: Mapping[str, Json]) -> ToolFunction:
        """Reads one entry of ``tools``."""
        body = raw["function"]
        return cls(body["name"], body["description"], body["parameters"])

    def lowered(self) -> dict[str, Json]:
        """The form of OpenAI-compatible endpoints."""
        body = {"name": self.name, "description": self.description, "parameters": dict(self.parameters)}
        return {"type": "function", "function": body}


@dataclass(frozen=True, slots=True)
class Say:
    """Say this line now; interruptible."""

    execution_id: str
    text: str


@dataclass(frozen=True, slots=True)
class SpeakFirst:
    """Say something of your own before this call, or answer that you can't."""

    execution_id: str
    tool_call_id: str


@dataclass(frozen=True, slots=True)
class MayCallTools:
    """Whether tools may be called from now on."""

    value: bool


@dataclass(frozen=True, slots=True)
class MayInterrupt:
    """Whether user speech may end the agent's turn from now on."""

    value: bool


@dataclass(frozen=True, slots=True)
class CallStarted:
    """A call was let go."""

    execution_id: str
    tool_call_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a call. ``outcome`` is None while an ``async`` call goes on."""

    execution_id: str
    tool_call_id: str
    outcome: str | None
    result: Json
    replayed: bool
    joined: bool
    timed_out: bool
    may_speak: bool
    may_call_tools: bool
    code: str | None = None
    confirmation: str | None = None


@dataclass(frozen=True, slots=True)
class AsyncResult:
    """The result of an ``async`` call."""

    execution_id: str
    tool_call_id: str
    outcome: str
    result: Json
    may_speak: bool
    may_call_tools: bool


@dataclass(frozen=True, slots=True)
class LateResult:
    """A result that came after its call had been answered: for the model's next turn."""

    execution_id: str
    tool_call_id: str
    outcome: str | None
    result: Json


@dataclass(frozen=True, slots=True)
class ToolsChanged:
    """All tools that the model may be offered from now on."""

    tools: tuple[ToolFunction, ...]


@dataclass(frozen=True, slots=True)
class EngineAction:
    """Do something with the call itself. The same ``idempotency_key`` again means: once."""

    id: str
    idempotency_key: str
    action: str
    params: Json
    timeout_ms: int


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that somebody should look at."""

    code: str
    detail: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Ended:
    """The session has ended; the last order."""

    reason: str


Order = (
    Say
    | SpeakFirst
    | MayCallTools
    | MayInterrupt
    | CallStarted
    | Result
    | AsyncResult
    | LateResult
    | ToolsChanged
    | EngineAction
    | Warned
    | Ended
)

_KINDS: dict[str, type[Any]] = {
    "say": Say,
    "speak_first": SpeakFirst,
    "may_call_tools": MayCallTools,
    "may_interrupt": MayInterrupt,
    "call_started": CallStarted,
    "result": Result,
    "async_result": AsyncResult,
    "late_result": LateResult,
    "engine_action": EngineAction,
    "warning": Warned,
    "ended": Ended,
}
_MAY_BE_ABSENT = frozenset({"outcome", "code", "confirmation"})


def read_tools(raw: Json) -> tuple[ToolFunction, ...]:
    """Reads a list of tools."""
    return tuple(ToolFunction.read(entry) for entry in raw)


def read_order(frame: Mapping[str, Json]) -> Order | None:
    """Reads an order; None where this version does not know the type. KeyError where a member is missing."""
    if frame["type"] == "tools_changed":
        return ToolsChanged(read_tools(frame["tools"]))
    kind = _KINDS.get(frame["type"])
    if kind is None:
        return None
    names = kind.__dataclass_fields__
    order: Order = kind(**{n: frame.get(n) if n in _MAY_BE_ABSENT else frame[n] for n in names})
    return order
