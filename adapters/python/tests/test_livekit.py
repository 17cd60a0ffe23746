"""LiveKit Agents with the adapter, and the same without it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from conftest import KEY, Receiver, Server
from livekit.agents import Agent, RunContext, function_tool
from livekit_stage import ScriptedLLM, Stage, staged
from model import eager
from recorded import RecordedSession
from seen import note
from waiting import until

from hookswitch_voice import Session
from hookswitch_voice.livekit import HookswitchAgent


async def arrived(receiver: Receiver, count: int) -> None:
    await asyncio.to_thread(receiver.wait_for, count)


async def test_a_conversation_with_a_tool_call(server: Server, receiver: Receiver, booking: Callable[..., str]) -> None:
    async with Session(server.url, booking(speech={"line": "One moment."}), KEY) as session:
        llm = ScriptedLLM(eager())
        async with staged(llm, HookswitchAgent(session, instructions="You book slots.")) as stage:
            await stage.user("A slot at ten, please")
            await until(lambda: "It is booked as B-1." in stage.said(), stage.text)
            await until(lambda: "One moment." in stage.said(), stage.text)
    assert llm.offered[0] == ["book_slot"]
    assert receiver.effects[0]["body"] == {"slot": "10:00"}
    told = [item for item in llm.read[-1] if item["type"] == "function_call_output"]
    assert told[0]["call_id"] == "call_1"
    assert "B-1" in told[0]["output"]


async def test_a_result_that_must_stay_unspoken(
    server: Server, receiver: Receiver, booking: Callable[..., str]
) -> None:
    async with Session(server.url, booking(speech={"forbid_speech_after": True}), KEY) as session:
        llm = ScriptedLLM(eager())
        async with staged(llm, HookswitchAgent(session, instructions="You book slots.")) as stage:
            await stage.user("A slot at ten, please")
            await stage.reads("B-1")
            assert stage.said() == []
    assert len(llm.read) == 1


async def test_a_late_result_reaches_the_model(server: Server, receiver: Receiver, booking: Callable[..., str]) -> None:
    receiver.hold()
    async with Session(server.url, booking(timeout_ms=500), KEY) as session:
        llm = ScriptedLLM(eager())
        async with staged(llm, HookswitchAgent(session, instructions="You book slots.")) as stage:
            await stage.user("A slot at ten, please")
            await stage.reads("tool timed out")
            receiver.release()
            await stage.reads("B-1")
            await stage.user("And, is it booked?")
            await until(lambda: "It is booked as B-1." in stage.said(), stage.text)
    assert len(receiver.effects) == 1


async def play(stage: Stage, receiver: Receiver, asks: str) -> None:
    """The caller interrupts while the booking runs, and asks for it again: at once, or when it is over."""
    receiver.hold()
    await stage.user("A slot at ten, please")
    await arrived(receiver, 1)
    await stage.interrupt()
    if asks == "after":
        receiver.release()
        await stage.reads("B-1")
        await stage.user("Sorry. A slot at ten, please")
    else:
        started: list[str] = []
        stage.session.on("tool_execution_updated", lambda event: started.append(event.update.type))
        await stage.user("Sorry. A slot at ten, please")
        await until(lambda: bool(started), stage.text)
        receiver.release()
    await until(lambda: any("It is booked" in said for said in stage.said()), stage.text)


@pytest.mark.parametrize("asks", ["while", "after"])
async def test_interrupted_with_the_adapter(
    server: Server, receiver: Receiver, booking: Callable[..., str], asks: str
) -> None:
    async with RecordedSession(server.url, booking(), KEY) as session:
        llm = ScriptedLLM(eager())
        async with staged(llm, HookswitchAgent(session, instructions="You book slots.")) as stage:
            await play(stage, receiver, asks)
            text = stage.text()
    note("LiveKit", "with the adapter", asks, receiver, text + json.dumps(llm.read))
    assert [r for r in session.reports if "speech" not in r] == ["user_turn", "interrupted", "user_turn"]
    assert len(receiver.effects) == 1
    assert "B-1" in text and "B-2" not in text


@pytest.mark.parametrize("asks", ["while", "after"])
async def test_interrupted_alone(receiver: Receiver, asks: str) -> None:
    """The comparison: the same tool as a plain function of LiveKit's."""

    @function_tool
    async def book_slot(context: RunContext[Any], slot: str) -> dict[str, Any]:
        """Books a slot."""
        async with (
            aiohttp.ClientSession() as client,
            client.post(f"http://{receiver.address}/book", json={"slot": slot}) as answer,
        ):
            booked: dict[str, Any] = await answer.json()
            return booked

    llm = ScriptedLLM(eager())
    async with staged(llm, Agent(instructions="You book slots.", tools=[book_slot])) as stage:
        await play(stage, receiver, asks)
        if asks == "while":
            await arrived(receiver, 2)
        text = stage.text()
    note("LiveKit", "alone, as it comes", asks, receiver, text + json.dumps(llm.read))
    # Not a promise of ours: when this changes, docs/runtimes.md must.
    assert len(receiver.effects) == (2 if asks == "while" else 1)
