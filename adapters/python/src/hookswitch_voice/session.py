"""A session, seen by its runtime."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

from .errors import HookswitchError, SessionEnded
from .frames import (
    Ended,
    EngineAction,
    Json,
    MayCallTools,
    MayInterrupt,
    Order,
    Report,
    Result,
    ToolFunction,
    ToolsChanged,
    read_order,
    read_tools,
)
from .link import Address, Link
from .outbox import Frame

log = logging.getLogger(__name__)

OrderHandler = Callable[[Order], Awaitable[None]]
EngineActionHandler = Callable[[EngineAction], Awaitable[Json]]
_ORDERS_WAITING = 1024
_CALLS_OPEN = 128
_ACTIONS_KNOWN = 256


class Session:
    """The tools of a session, its calls and its orders.

    ``call`` answers its own caller. Everything else, and results that nobody waits for any more, goes to the handler
    of ``obey``, one after the other. Use it as an async context manager.
    """

    def __init__(
        self, url: str, session_id: str, key: str, *, speech: bool = True, turns: bool = True, patience: float = 60.0
    ) -> None:
        """``speech``: this runtime reports who speaks, so that speech rules hold. ``turns``: it reports user turns."""
        self.id = session_id
        self._link = Link(Address(url, session_id, key, patience), {"speech": speech, "turns": turns})
        self._waiting: dict[str, asyncio.Future[Result]] = {}
        self._orders: asyncio.Queue[Order] = asyncio.Queue(_ORDERS_WAITING)
        self._obey: OrderHandler | None = None
        self._act: EngineActionHandler | None = None
        self._acted: OrderedDict[str, asyncio.Task[None]] = OrderedDict()
        self._tasks: list[asyncio.Task[None]] = []
        self._over: HookswitchError | None = None
        self.tools: tuple[ToolFunction, ...] = ()
        self.may_call_tools = True
        self.may_interrupt = True
        self.comebacks = 0

    async def __aenter__(self) -> Self:
        self._welcome(await self._link.open())
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._hand_out())]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._link.close()
        tasks = [*self._tasks, *self._acted.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._finish(SessionEnded("this runtime has left"))

    def obey(self, handler: OrderHandler) -> None:
        """Who carries out orders. Set it before the first call; orders wait for it."""
        self._obey = handler

    def act(self, handler: EngineActionHandler) -> None:
        """Who carries out engine actions; what it returns is told to the model, an exception is a failure."""
        self._act = handler

    async def call(self, tool_call_id: str, name: str, arguments: Json, *, confirmation: str | None = None) -> Result:
        """Calls a tool and waits for the answer. The same id, tool and arguments are the same call, sent or not.

        Giving up the wait does not withdraw the call; its result then goes to ``obey``.
        """
        if self._over is not None:
            raise self._over
        if len(self._waiting) >= _CALLS_OPEN and tool_call_id not in self._waiting:
            raise HookswitchError("too many open calls")
        waiting = self._waiting.get(tool_call_id)
        if waiting is None:
            waiting = asyncio.get_running_loop().create_future()
            self._waiting[tool_call_id] = waiting
        frame: Frame = {"type": "call", "tool_call_id": tool_call_id, "name": name, "arguments": arguments}
        if confirmation is not None:
            frame["confirmation"] = confirmation
        try:
            await self._link.send(frame)
            return await asyncio.shield(waiting)
        except asyncio.CancelledError:
            if not waiting.done():
                self._waiting.pop(tool_call_id, None)
            raise
        except HookswitchError:
            self._waiting.pop(tool_call_id, None)
            raise

    async def drop(self, tool_call_id: str) -> None:
        """The model no longer wants this call."""
        await self._send({"type": "call_dropped", "tool_call_id": tool_call_id})

    async def report(self, report: Report) -> None:
        """How the conversation goes."""
        await self._send({"type": "report", "report": report})

    async def cannot_speak(self, execution_id: str) -> None:
        """The answer to ``SpeakFirst`` where there is nothing to say."""
        await self._send({"type": "cannot_speak", "execution_id": execution_id})

    async def _send(self, frame: Frame) -> None:
        if self._over is None:
            await self._link.send(frame)

    def _welcome(self, frame: Frame) -> None:
        self.tools = read_tools(frame["tools"])
        self.may_call_tools, self.may_interrupt = frame["may_call_tools"], frame["may_interrupt"]

    async def _read(self) -> None:
        over: HookswitchError = SessionEnded("the session has ended")
        try:
            async for frame in self._link.frames():
                await self._take(frame)
        except HookswitchError as error:
            over = error
        except Exception as error:
            log.exception("reading the session's socket")
            over = HookswitchError(f"reading the session's socket: {error!r}")
        self._finish(over)

    async def _take(self, frame: Frame) -> None:
        kind = frame["type"]
        if kind == "welcome":
            self._welcome(frame)
            self.comebacks += 1
            await self._orders.put(ToolsChanged(self.tools))
            return
        if kind == "error":
            log.warning("the server did not take frame %s: %s", frame.get("n"), frame["message"])
            return
        order = read_order(frame)
        match order:
            case Result(tool_call_id=known) if known in self._waiting:
                self._waiting.pop(known).set_result(order)
                return
            case MayCallTools(value):
                self.may_call_tools = value
            case MayInterrupt(value):
                self.may_interrupt = value
            case ToolsChanged(tools):
                self.tools = tools
            case None:
                return
        await self._orders.put(order)

    async def _hand_out(self) -> None:
        while True:
            order = await self._orders.get()
            if isinstance(order, EngineAction):
                self._start(order)
                continue
            if isinstance(order, Ended):
                log.info("the session has ended: %s", order.reason)
            if self._obey is None:
                continue
            try:
                await self._obey(order)
            except Exception:
                log.exception("an order was not carried out: %s", type(order).__name__)

    def _start(self, order: EngineAction) -> None:
        """Once for a key, however often it is asked: what was answered is still in the session."""
        if order.idempotency_key in self._acted:
            return
        if len(self._acted) >= _ACTIONS_KNOWN:
            self._acted.popitem(last=False)
        self._acted[order.idempotency_key] = asyncio.create_task(self._carry_out(order))

    async def _carry_out(self, order: EngineAction) -> None:
        outcome, detail = "failed", "this runtime can't do that"
        if self._act is not None:
            try:
                async with asyncio.timeout(order.timeout_ms / 1000):
                    outcome, detail = "done", await self._act(order)
            except TimeoutError:
                outcome, detail = "unknown", "no answer in time"
            except Exception as error:
                log.exception("engine action %s", order.action)
                outcome, detail = "failed", str(error)
        with contextlib.suppress(HookswitchError):
            done: dict[str, Any] = {"type": "engine_action_done", "id": order.id, "outcome": outcome, "detail": detail}
            await self._send(done)

    def _finish(self, error: HookswitchError) -> None:
        self._over = self._over or error
        waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            if not future.done():
                future.set_exception(error)
                future.exception()
