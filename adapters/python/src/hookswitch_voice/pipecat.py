"""Pipecat: a processor that gives a pipeline the tools of a session and obeys its orders.

Place it directly before the LLM service::

    hookswitch = HookswitchProcessor(session, llm, context)
    Pipeline([transport.input(), stt, aggregators.user(), hookswitch, llm, tts, transport.output(),
              aggregators.assistant()])
"""

from __future__ import annotations

import asyncio
from typing import Any

from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    Frame,
    FunctionCallResultProperties,
    InterruptionFrame,
    LLMContextFrame,
    LLMMessagesAppendFrame,
    TTSSpeakFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext, LLMContextMessage
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.llm_service import FunctionCallParams, LLMService
from pipecat.turns.user_mute.base_user_mute_strategy import BaseUserMuteStrategy

from .frames import AsyncResult, LateResult, Order, Report, Result, Say, SpeakFirst, ToolFunction, ToolsChanged
from .session import Session
from .truth import tell

_REPORTS: dict[type[Frame], Report] = {
    UserStartedSpeakingFrame: "user_speech_started",
    UserStoppedSpeakingFrame: "user_speech_finished",
    BotStartedSpeakingFrame: "agent_speech_started",
    BotStoppedSpeakingFrame: "agent_speech_finished",
    InterruptionFrame: "interrupted",
}
_TIME_TO_SPEAK = 1.0
# The server answers every call within its budget, and says what it knows; a second clock here would only lie.
_NO_SECOND_CLOCK = 24 * 3600.0


class HookswitchMute(BaseUserMuteStrategy):
    """Keeps the user from ending the agent's turn while the session forbids it (``uninterruptible``)."""

    def __init__(self, session: Session) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._session = session

    async def process_frame(self, frame: Frame) -> bool:
        """Whether the user is not listened to now."""
        return not self._session.may_interrupt


class HookswitchProcessor(FrameProcessor):
    """Registers the session's tools, reports the conversation, carries out orders."""

    def __init__(self, session: Session, llm: LLMService[Any], context: LLMContext) -> None:
        super().__init__()
        self._session, self._llm, self._context = session, llm, context
        self._offered: set[str] = set()
        self._turn: object = None
        self._speaking = False
        self._offer(session.tools)
        session.obey(self._obey)

    def _offer(self, tools: tuple[ToolFunction, ...]) -> None:
        """The session's tools replace those it gave before; the application's own stay."""
        given = self._context.tools
        own = [t for t in given.standard_tools if t.name not in self._offered] if isinstance(given, ToolsSchema) else []
        for name in self._offered - {tool.name for tool in tools}:
            self._llm.unregister_function(name)
        for tool in tools:
            # Never cancelled by the runtime: what is cancelled when is decided where it is known what was sent.
            self._llm.register_function(
                tool.name, self._call, cancel_on_interruption=False, timeout_secs=_NO_SECOND_CLOCK
            )
        self._offered = {tool.name for tool in tools}
        schema = ToolsSchema(standard_tools=[*own, *(_lower(tool) for tool in tools)])
        self._context.set_tools(schema)

    async def _call(self, params: FunctionCallParams) -> None:
        result = await self._session.call(params.tool_call_id, params.function_name, dict(params.arguments))
        if not result.may_call_tools:
            self._context.set_tool_choice("none")
        # Without "don't run" the model runs when the last call of its reply has its answer.
        properties = None if result.may_speak else FunctionCallResultProperties(run_llm=False)
        await params.result_callback(result.result, properties=properties)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Reports what passes by, before the LLM sees it, and lets it pass."""
        await super().process_frame(frame, direction)
        report = _REPORTS.get(type(frame))
        if report is not None:
            self._note(report)
            await self._session.report(report)
        elif isinstance(frame, LLMContextFrame):
            await self._note_turn(frame.context)
        await self.push_frame(frame, direction)

    def _note(self, report: Report) -> None:
        if report == "agent_speech_started":
            self._speaking = True
        elif report == "agent_speech_finished":
            self._speaking = False

    async def _note_turn(self, context: LLMContext) -> None:
        """A context whose last words of the user are new is a user turn."""
        turns = [m for m in context.get_messages() if isinstance(m, dict) and m.get("role") == "user"]
        if turns and turns[-1] is not self._turn:
            self._turn = turns[-1]
            if self._session.may_call_tools and context.tool_choice == "none":
                context.set_tool_choice("auto")
            await self._session.report("user_turn")

    async def _obey(self, order: Order) -> None:
        match order:
            case Say(text=text):
                await self.push_frame(TTSSpeakFrame(text))
            case SpeakFirst(execution_id=held):
                self.create_task(self._speak_or_say_so(held))
            case ToolsChanged(tools=tools):
                self._offer(tools)
            case AsyncResult(may_speak=may_speak):
                await self._tell(order, run=may_speak)
            case Result() | LateResult():
                await self._tell(order, run=False)

    async def _tell(self, order: Result | AsyncResult | LateResult, *, run: bool) -> None:
        message: LLMContextMessage = {"role": "developer", "content": tell(order)}
        if run:
            await self.push_frame(LLMMessagesAppendFrame(messages=[message], run_llm=True), FrameDirection.UPSTREAM)
        else:
            self._context.add_message(message)

    async def _speak_or_say_so(self, held: str) -> None:
        """Speech that the model has written may be on its way; where none comes, the server has a line."""
        until = asyncio.get_running_loop().time() + _TIME_TO_SPEAK
        while not self._speaking:
            if asyncio.get_running_loop().time() >= until:
                await self._session.cannot_speak(held)
                return
            await asyncio.sleep(0.05)


def _lower(tool: ToolFunction) -> FunctionSchema:
    parameters = tool.parameters
    return FunctionSchema(
        name=tool.name,
        description=tool.description,
        properties=dict(parameters.get("properties", {})),
        required=list(parameters.get("required", [])),
    )
