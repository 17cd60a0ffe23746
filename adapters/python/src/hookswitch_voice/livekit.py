"""LiveKit Agents: an agent that has the tools of a session and obeys its orders.

    agent = HookswitchAgent(session, instructions="You book slots.")
    await agent_session.start(agent)

Subclass it as you would ``Agent``; call ``super()`` in ``on_enter`` and ``llm_node``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Callable, Coroutine
from typing import Any

from livekit.agents import Agent, AgentStateChangedEvent, ModelSettings, RunContext, UserStateChangedEvent, llm
from livekit.agents.llm import ToolError, ToolResult, function_tool
from livekit.agents.voice.events import SpeechCreatedEvent
from livekit.agents.voice.speech_handle import SpeechHandle

from .errors import HookswitchError
from .frames import AsyncResult, LateResult, MayInterrupt, Order, Result, Say, SpeakFirst, ToolFunction, ToolsChanged
from .session import Session
from .truth import tell

_TIME_TO_SPEAK = 1.0


class HookswitchAgent(Agent):
    """An agent whose tools are the session's, beside those given as ``tools``."""

    def __init__(self, session: Session, *, tools: list[llm.Tool | llm.Toolset] | None = None, **rest: Any) -> None:
        """``rest`` is what ``Agent`` takes, ``instructions`` at least."""
        self._hookswitch = session
        self._own_tools = list(tools or [])
        self._turn: str | None = None
        self._muted = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._current: SpeechHandle | None = None
        self._watched: dict[str, SpeechHandle] = {}
        super().__init__(tools=self._all_tools(session.tools), **rest)

    def _all_tools(self, tools: tuple[ToolFunction, ...]) -> list[llm.Tool | llm.Toolset]:
        return [*self._own_tools, *(self._lower(tool) for tool in tools)]

    def _lower(self, tool: ToolFunction) -> llm.Tool:
        schema = tool.lowered()["function"]

        async def call(raw_arguments: dict[str, object], context: RunContext[Any]) -> ToolResult:
            return await self._call(tool.name, raw_arguments, context)

        return function_tool(call, raw_schema=schema)

    async def _call(self, name: str, arguments: dict[str, object], context: RunContext[Any]) -> ToolResult:
        try:
            result = await self._hookswitch.call(context.function_call.call_id, name, arguments)
        except HookswitchError as error:
            # What was sent may have happened: the model must not take this for "not done".
            raise ToolError(f"{error}; whether it was done is not known") from error
        self._muted = not result.may_call_tools
        return ToolResult(result.result, reply_required=result.may_speak)

    async def on_enter(self) -> None:
        """Begins to report and to obey."""
        self.session.on("speech_created", self._on_speech)
        self.session.on("user_state_changed", self._on_user_state)
        self.session.on("agent_state_changed", self._on_agent_state)
        self._hookswitch.obey(self._obey)

    async def on_exit(self) -> None:
        """Stops reporting."""
        self.session.off("speech_created", self._on_speech)
        self.session.off("user_state_changed", self._on_user_state)
        self.session.off("agent_state_changed", self._on_agent_state)

    def llm_node(
        self, chat_ctx: llm.ChatContext, tools: list[llm.Tool], model_settings: ModelSettings
    ) -> AsyncIterable[Any]:
        """Reports a new user turn before the model runs; hides the tools while none may be called."""
        return self._think(chat_ctx, tools, model_settings)

    async def _think(
        self, chat_ctx: llm.ChatContext, tools: list[llm.Tool], model_settings: ModelSettings
    ) -> AsyncIterable[Any]:
        turns = [item.id for item in chat_ctx.items if item.type == "message" and item.role == "user"]
        if turns and turns[-1] != self._turn:
            self._turn, self._muted = turns[-1], False
            await self._report_interruptions()
            await self._hookswitch.report("user_turn")
        if self._muted or not self._hookswitch.may_call_tools:
            tools = []
        async for chunk in Agent.default.llm_node(self, chat_ctx, tools, model_settings):
            yield chunk

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _on_user_state(self, event: UserStateChangedEvent) -> None:
        if event.new_state == "speaking":
            self._start(self._hookswitch.report("user_speech_started"))
        elif event.old_state == "speaking":
            self._start(self._hookswitch.report("user_speech_finished"))

    def _on_agent_state(self, event: AgentStateChangedEvent) -> None:
        if event.new_state == "speaking":
            self._start(self._hookswitch.report("agent_speech_started"))
        elif event.old_state == "speaking":
            self._start(self._hookswitch.report("agent_speech_finished"))

    def _on_speech(self, event: SpeechCreatedEvent) -> None:
        self._current = event.speech_handle
        if not self._hookswitch.may_interrupt:
            event.speech_handle.allow_interruptions = False
        self._watched[event.speech_handle.id] = event.speech_handle
        self._start(self._watch(event.speech_handle))

    async def _watch(self, speech: SpeechHandle) -> None:
        """Reports an interruption when it happens: the speech itself is done only after its tools are."""
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        finish: Callable[[SpeechHandle], None] = lambda _: None if over.done() else over.set_result(None)
        speech.add_done_callback(finish)
        await speech.wait_if_not_interrupted([over])
        await self._report_interruptions()
        self._watched.pop(speech.id, None)

    async def _report_interruptions(self) -> None:
        """Each once, and before the user turn that follows it: the watch may wake after the model is asked."""
        for speech in [speech for speech in self._watched.values() if speech.interrupted]:
            del self._watched[speech.id]
            await self._hookswitch.report("interrupted")

    async def _obey(self, order: Order) -> None:
        match order:
            case Say(text=text):
                self.session.say(text)
            case SpeakFirst(execution_id=held):
                self._start(self._speak_or_say_so(held))
            case MayInterrupt(value=value):
                if self._current is not None and not self._current.done() and not self._current.interrupted:
                    self._current.allow_interruptions = value
            case ToolsChanged(tools=tools):
                await self.update_tools(self._all_tools(tools))
            case AsyncResult(may_speak=may_speak):
                await self._tell(order)
                if may_speak:
                    self.session.generate_reply()
            case Result() | LateResult():
                await self._tell(order)

    async def _tell(self, order: Result | AsyncResult | LateResult) -> None:
        context = self.chat_ctx.copy()
        context.add_message(role="system", content=tell(order))
        await self.update_chat_ctx(context)

    async def _speak_or_say_so(self, held: str) -> None:
        """Speech that the model has written may be on its way; where none comes, the server has a line."""
        until = asyncio.get_running_loop().time() + _TIME_TO_SPEAK
        while self.session.agent_state != "speaking":
            if asyncio.get_running_loop().time() >= until:
                await self._hookswitch.cannot_speak(held)
                return
            await asyncio.sleep(0.05)
