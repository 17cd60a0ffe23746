"""A LiveKit agent session with a scripted model and without audio."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from livekit.agents import Agent, AgentSession, APIConnectOptions, llm
from livekit.agents.llm import ChatChunk, ChoiceDelta, FunctionToolCall
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS
from waiting import until

Script = Callable[[str, str], str | tuple[str, str, dict[str, Any]]]


def shown(context: llm.ChatContext) -> list[dict[str, Any]]:
    """A context as plain data."""
    items: list[dict[str, Any]] = context.to_dict()["items"]
    return items


class ScriptedLLM(llm.LLM[Any]):
    """Answers by script and keeps what it was given."""

    def __init__(self, script: Script) -> None:
        super().__init__()
        self.script = script
        self.read: list[list[dict[str, Any]]] = []
        self.offered: list[list[str]] = []

    def chat(
        self,
        *,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool] | None = None,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
        **_: Any,
    ) -> llm.LLMStream:
        self.read.append(shown(chat_ctx))
        self.offered.append([tool.id for tool in tools or []])
        return ScriptedStream(self, chat_ctx=chat_ctx, tools=tools or [], conn_options=conn_options)


class ScriptedStream(llm.LLMStream):
    """One answer."""

    async def _run(self) -> None:
        assert isinstance(self._llm, ScriptedLLM)
        items = shown(self._chat_ctx)
        last = "user" if items[-1].get("role") == "user" else "tool"
        # An injected "still in progress" pair stands behind the user's words.
        running = [item for item in items if "in progress" in str(item.get("output"))]
        if running and any(item.get("role") == "user" for item in items[-3:]):
            last = "user"
        answer = self._llm.script(json.dumps(items), last)
        if isinstance(answer, str):
            delta = ChoiceDelta(role="assistant", content=answer)
        else:
            call_id, name, arguments = answer
            call = FunctionToolCall(name=name, arguments=json.dumps(arguments), call_id=call_id)
            delta = ChoiceDelta(role="assistant", tool_calls=[call])
        self._event_ch.send_nowait(ChatChunk(id="chunk", delta=delta))


class Stage:
    """A running agent session."""

    def __init__(self, llm: ScriptedLLM, session: AgentSession[None], agent: Agent) -> None:
        self.llm, self.session, self.agent = llm, session, agent

    async def user(self, text: str) -> None:
        before = len(self.llm.read)
        self.session.generate_reply(user_input=text)
        await until(lambda: len(self.llm.read) > before, self.text)

    async def interrupt(self) -> None:
        # Not awaited: the future is done when the tools are, which is what the caller does not wait for.
        self.session.interrupt()

    def text(self) -> str:
        return json.dumps(shown(self.agent.chat_ctx))

    def said(self) -> list[str]:
        items = self.agent.chat_ctx.items
        return [item.text_content or "" for item in items if item.type == "message" and item.role == "assistant"]

    async def reads(self, text: str) -> None:
        """Until this is in the context."""
        await until(lambda: text in self.text(), self.text)


@asynccontextmanager
async def staged(llm: ScriptedLLM, agent: Agent) -> AsyncIterator[Stage]:
    session: AgentSession[None] = AgentSession(llm=llm)
    await session.start(agent)
    try:
        yield Stage(llm, session, agent)
    finally:
        await session.aclose()
