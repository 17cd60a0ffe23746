"""Pipecat with the adapter, and the same without it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from conftest import KEY, Receiver, Server
from model import eager
from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.llm_service import FunctionCallParams
from pipecat_stage import Messages, ScriptedLLM, Stage, staged
from recorded import RecordedSession
from seen import note
from waiting import until

from hookswitch_voice import Session
from hookswitch_voice.pipecat import HookswitchProcessor


def scripted() -> ScriptedLLM:
    decide = eager()

    def script(messages: Messages) -> str | tuple[str, str, dict[str, Any]]:
        return decide(json.dumps(messages), str(messages[-1]["role"]))

    return ScriptedLLM(script)


async def arrived(receiver: Receiver, count: int) -> None:
    await asyncio.to_thread(receiver.wait_for, count)


async def test_a_conversation_with_a_tool_call(server: Server, receiver: Receiver, booking: Callable[..., str]) -> None:
    speech = {"line": "One moment."}
    async with Session(server.url, booking(speech=speech), KEY, speech=False) as session:
        llm, context = scripted(), LLMContext()
        async with staged(llm, context, [HookswitchProcessor(session, llm, context)]) as stage:
            await stage.user("A slot at ten, please")
            await until(lambda: "It is booked as B-1." in stage.ears.heard, lambda: stage.ears.heard)
    tools = context.tools
    assert isinstance(tools, ToolsSchema)
    assert [tool.name for tool in tools.standard_tools] == ["book_slot"]
    assert receiver.effects[0]["body"] == {"slot": "10:00"}
    assert "One moment." in stage.ears.heard
    called = [m["tool_calls"][0]["id"] for m in llm.read[-1] if m.get("tool_calls")]
    assert called == ["call_1"]
    told = [m["content"] for m in llm.read[-1] if m["role"] == "tool"]
    assert json.loads(told[0]) == {"confirmation": "B-1"}


async def test_a_result_that_must_stay_unspoken(
    server: Server, receiver: Receiver, booking: Callable[..., str]
) -> None:
    async with Session(server.url, booking(speech={"forbid_speech_after": True}), KEY) as session:
        llm, context = scripted(), LLMContext()
        async with staged(llm, context, [HookswitchProcessor(session, llm, context)]) as stage:
            await stage.user("A slot at ten, please")
            await stage.reads("B-1")
    assert len(llm.read) == 1
    assert stage.ears.heard == []


async def test_a_late_result_reaches_the_model(server: Server, receiver: Receiver, booking: Callable[..., str]) -> None:
    receiver.hold()
    async with Session(server.url, booking(timeout_ms=500), KEY) as session:
        llm, context = scripted(), LLMContext()
        async with staged(llm, context, [HookswitchProcessor(session, llm, context)]) as stage:
            await stage.user("A slot at ten, please")
            await stage.reads("tool timed out")
            receiver.release()
            await stage.reads("B-1")
            await stage.user("And, is it booked?")
            await until(lambda: "It is booked as B-1." in stage.ears.heard, lambda: stage.ears.heard)
    assert len(receiver.effects) == 1


async def play(stage: Stage, receiver: Receiver, asks: str, settled: str) -> None:
    """The caller interrupts while the booking runs, and asks for it again: at once, or when it is over."""
    receiver.hold()
    await stage.user("A slot at ten, please")
    await arrived(receiver, 1)
    await stage.interrupt()
    if asks == "after":
        receiver.release()
        await stage.reads(settled)
        await stage.user("Sorry. A slot at ten, please")
    else:
        await stage.user("Sorry. A slot at ten, please")
        # What the model decided now has been acted on when its call is in the context.
        await stage.reads("call_2")
        receiver.release()
    await until(lambda: any("It is booked" in said for said in stage.ears.heard), stage.text)


@pytest.mark.parametrize("asks", ["while", "after"])
async def test_interrupted_with_the_adapter(
    server: Server, receiver: Receiver, booking: Callable[..., str], asks: str
) -> None:
    async with RecordedSession(server.url, booking(), KEY) as session:
        llm, context = scripted(), LLMContext()
        async with staged(llm, context, [HookswitchProcessor(session, llm, context)]) as stage:
            await play(stage, receiver, asks, "B-1")
    note("Pipecat", "with the adapter", asks, receiver, stage.text())
    assert session.reports == ["user_turn", "interrupted", "user_turn"]
    assert len(receiver.effects) == 1
    assert "B-1" in stage.text() and "B-2" not in stage.text()


@pytest.mark.parametrize("asks", ["while", "after"])
@pytest.mark.parametrize("cancels", [True, False])
async def test_interrupted_alone(receiver: Receiver, asks: str, cancels: bool) -> None:
    """The comparison: the same tool as a plain function of Pipecat's."""

    async def book(params: FunctionCallParams) -> None:
        async with (
            aiohttp.ClientSession() as client,
            client.post(f"http://{receiver.address}/book", json=dict(params.arguments)) as answer,
        ):
            await params.result_callback(await answer.json())

    llm, context = scripted(), LLMContext()
    schema = FunctionSchema("book_slot", "Books a slot", {"slot": {"type": "string"}}, ["slot"])
    context.set_tools(ToolsSchema(standard_tools=[schema]))
    llm.register_function("book_slot", book, cancel_on_interruption=cancels)
    async with staged(llm, context, []) as stage:
        await play(stage, receiver, asks, "CANCELLED" if cancels else "B-1")
    how = "alone, as it comes" if cancels else "alone, `cancel_on_interruption=False`"
    note("Pipecat", how, asks, receiver, stage.text())
    # Not a promise of ours: when this changes, docs/runtimes.md must.
    assert len(receiver.effects) == (2 if cancels or asks == "while" else 1)
