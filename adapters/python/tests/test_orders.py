"""Orders that reach a runtime through its binding."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import KEY, Server
from livekit.agents import AgentSession
from livekit_stage import ScriptedLLM as LiveKitLLM
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat_stage import ScriptedLLM as PipecatLLM

from hookswitch_voice import HookswitchError, MayInterrupt, Session, ToolFunction, ToolsChanged
from hookswitch_voice.livekit import HookswitchAgent
from hookswitch_voice.pipecat import HookswitchMute, HookswitchProcessor

OTHER = ToolFunction("other", "Another tool", {"type": "object", "properties": {}})


async def test_changed_tools_replace_those_before(server: Server, booking: Any) -> None:
    async with Session(server.url, booking(), KEY) as session:
        llm, context = PipecatLLM(lambda _: "Yes."), LLMContext()
        processor = HookswitchProcessor(session, llm, context)
        await processor._obey(ToolsChanged((OTHER,)))
        assert [tool.name for tool in context.tools.standard_tools] == ["other"]  # type: ignore[union-attr]
        assert llm.has_function("other") and not llm.has_function("book_slot")

        agent = HookswitchAgent(session, instructions="You book slots.")
        runtime: AgentSession[None] = AgentSession(llm=LiveKitLLM(lambda *_: "Yes."))
        await runtime.start(agent)
        await agent._obey(ToolsChanged((OTHER,)))
        assert [tool.id for tool in agent.tools] == ["other"]
        await runtime.aclose()


async def test_the_user_is_muted_while_the_session_says_so(server: Server, booking: Any) -> None:
    async with Session(server.url, booking(), KEY) as session:
        mute = HookswitchMute(session)
        heard = []
        for value in (False, True):
            await session._take({"type": "may_interrupt", "value": value})
            heard.append(await mute.process_frame(None))  # type: ignore[arg-type]
        assert heard == [True, False]
        assert MayInterrupt(True).value


async def test_a_call_that_is_not_taken_fails(server: Server, booking: Any) -> None:
    async with Session(server.url, booking(), KEY) as session:
        with pytest.raises(HookswitchError, match="not taken"):
            await session.call("", "book_slot", {"slot": "10:00"})
