"""The core against a real server: calls, orders, coming back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from conftest import KEY, Receiver, Server
from waiting import until

from hookswitch_voice import Backlogged, LateResult, Order, Result, Session, Unavailable
from hookswitch_voice.outbox import Outbox


async def arrived(receiver: Receiver, count: int) -> None:
    await asyncio.to_thread(receiver.wait_for, count)


async def test_a_call_is_answered(server: Server, receiver: Receiver, booking: Callable[..., str]) -> None:
    async with Session(server.url, booking(), KEY) as session:
        assert [tool.name for tool in session.tools] == ["book_slot"]
        assert session.tools[0].parameters["required"] == ["slot"]
        await session.report("user_turn")
        result = await session.call("c1", "book_slot", {"slot": "10:00"})
    assert (result.outcome, result.result) == ("done", {"confirmation": "B-1"})
    assert receiver.effects[0]["body"] == {"slot": "10:00"}


@pytest.mark.parametrize("kill", [False, True])
async def test_a_call_outlives_its_server(
    server: Server, receiver: Receiver, booking: Callable[..., str], kill: bool
) -> None:
    receiver.hold()
    async with Session(server.url, booking(), KEY) as session:
        await session.report("user_turn")
        call = asyncio.create_task(session.call("c1", "book_slot", {"slot": "10:00"}))
        await arrived(receiver, 1)
        if not kill:
            asyncio.get_running_loop().call_later(0.5, receiver.release)
        await asyncio.to_thread(server.stop, kill=kill)
        receiver.release()
        await asyncio.to_thread(server.start)
        result = await asyncio.wait_for(call, 20)
        # On a clean end the answer may come before the socket is closed.
        await until(lambda: session.comebacks >= 1)
    assert result.outcome == ("unknown" if kill else "done")
    assert len(receiver.effects) == 1


async def test_a_result_that_nobody_waits_for_is_an_order(
    server: Server, receiver: Receiver, booking: Callable[..., str]
) -> None:
    told: asyncio.Queue[Order] = asyncio.Queue()
    receiver.hold()
    async with Session(server.url, booking(), KEY) as session:
        session.obey(told.put)
        call = asyncio.create_task(session.call("c1", "book_slot", {"slot": "10:00"}))
        await arrived(receiver, 1)
        call.cancel()
        receiver.release()
        while not isinstance(order := await asyncio.wait_for(told.get(), 15), Result):
            pass
    assert (order.tool_call_id, order.outcome) == ("c1", "done")


async def test_a_late_result_is_an_order(server: Server, receiver: Receiver, booking: Callable[..., str]) -> None:
    told: asyncio.Queue[Order] = asyncio.Queue()
    receiver.hold()
    async with Session(server.url, booking(timeout_ms=500), KEY) as session:
        session.obey(told.put)
        first = await session.call("c1", "book_slot", {"slot": "10:00"})
        assert first.timed_out
        receiver.release()
        while not isinstance(order := await asyncio.wait_for(told.get(), 15), LateResult):
            pass
    assert (order.outcome, order.result) == ("done", {"confirmation": "B-1"})


async def test_a_wrong_key_is_told_at_once(server: Server, booking: Callable[..., str]) -> None:
    with pytest.raises(Unavailable, match="401"):
        async with Session(server.url, booking(), "hs_live_wrong"):
            pass


def test_the_outbox_gives_up_reports_and_never_calls() -> None:
    outbox = Outbox(limit=2)
    outbox.add({"type": "report", "report": "user_turn"})
    outbox.add({"type": "call", "tool_call_id": "c1"})
    outbox.add({"type": "call", "tool_call_id": "c2"})
    assert [frame["n"] for frame in outbox.again(None)] == [2, 3]
    with pytest.raises(Backlogged):
        outbox.add({"type": "call", "tool_call_id": "c3"})
    assert [frame["n"] for frame in outbox.again(2)] == [3]
