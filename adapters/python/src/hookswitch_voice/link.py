"""The socket under a session: opens it, comes back with the position, and never keeps more than it must."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from .errors import SessionEnded, SessionLost, Unavailable
from .outbox import Frame, Outbox

log = logging.getLogger(__name__)

_FOR_GOOD = {1000: "ended", 1008: "no hello", 4001: "replaced by a newer runtime", 4003: "forbidden", 4004: "version"}
_UNKNOWN_POSITION = 4002
_ACKNOWLEDGE_AFTER = 64
_FRAME_LIMIT = 1 << 20


@dataclass(frozen=True, slots=True)
class Address:
    """Where a session is and how to get in. ``patience`` is how long a lost connection is tried again, seconds."""

    url: str
    session_id: str
    key: str
    patience: float = 60.0

    def socket(self) -> str:
        """The socket's URL."""
        base = self.url.rstrip("/").replace("http://", "ws://", 1).replace("https://", "wss://", 1)
        return f"{base}/v1/sessions/{self.session_id}/socket"

    def __repr__(self) -> str:
        return f"Address({self.url!r}, {self.session_id!r})"


class Link:
    """One connection after the other, as one stream of frames."""

    def __init__(self, address: Address, reports: dict[str, bool]) -> None:
        self._address = address
        self._reports = reports
        self._socket: ClientConnection | None = None
        self._position: dict[str, int] | None = None
        self._outbox = Outbox()
        self._pings: list[int] = []
        self._pinged = 0
        self._closing = False
        # The server leaves out numbers below one that it has heard: they must go out in their order.
        self._in_order = asyncio.Lock()

    async def open(self) -> Frame:
        """Connects for the first time; the welcome."""
        return await self._join()

    async def close(self) -> None:
        """Leaves for good."""
        self._closing = True
        if self._socket is not None:
            await self._write({"type": "bye"})
            await self._socket.close()

    async def send(self, frame: Frame) -> None:
        """Sends a frame, now or after coming back. Raises Backlogged when too much waits."""
        async with self._in_order:
            await self._write(self._outbox.add(frame))
            if self._outbox.last - self._pinged >= _ACKNOWLEDGE_AFTER:
                self._pinged = self._outbox.last
                self._pings.append(self._pinged)
                await self._write({"type": "ping"})

    async def frames(self) -> AsyncIterator[Frame]:
        """Every frame, over lost connections. A ``welcome`` in between says that it came back.

        Ends when the session has ended or we left; raises SessionLost or SessionEnded otherwise.
        """
        while True:
            assert self._socket is not None
            try:
                async for text in self._socket:
                    frame = json.loads(text)
                    self._note(frame)
                    yield frame
                code = self._socket.close_code
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else None
            if self._closing or code == 1000:
                return
            if code in _FOR_GOOD:
                raise SessionEnded(_FOR_GOOD[code])
            if code == _UNKNOWN_POSITION:
                self._position = None
            yield await self._come_back()

    def _note(self, frame: Frame) -> None:
        if "seq" in frame and self._position is not None:
            self._position["seq"] = frame["seq"]
        if frame["type"] == "pong" and self._pings:
            self._outbox.heard(self._pings.pop(0))

    async def _come_back(self) -> Frame:
        clock = asyncio.get_running_loop().time
        until, pause = clock() + self._address.patience, 0.1
        while True:
            try:
                welcome = await self._join()
            except Unavailable as error:
                if clock() >= until:
                    raise SessionLost(f"the connection did not come back: {error}") from error
            else:
                return welcome
            await asyncio.sleep(random.uniform(0, pause))
            pause = min(pause * 2, 5.0)

    async def _join(self) -> Frame:
        """Opens a socket, says hello, and sends again what may not have been heard."""
        self._socket, self._pings, self._pinged = None, [], self._outbox.last
        try:
            socket = await connect(
                self._address.socket(),
                additional_headers={"Authorization": f"Bearer {self._address.key}"},
                subprotocols=[Subprotocol("hookswitch.v1")],
                max_size=_FRAME_LIMIT,
                proxy=None,
            )
        except InvalidStatus as refused:
            status = refused.response.status_code
            if self._position is not None and status in (401, 403, 404, 410):
                raise SessionEnded(f"the server answered {status}") from refused
            raise Unavailable(f"the server answered {status}") from refused
        except (OSError, InvalidHandshake, TimeoutError) as error:
            raise Unavailable(f"no connection: {error}") from error
        hello: Frame = {"type": "hello", "role": "runtime", "version": 1, "reports": self._reports}
        if self._position is not None:
            hello["resume"] = self._position
        try:
            await socket.send(json.dumps(hello))
            welcome: Frame = json.loads(await socket.recv())
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else None
            if code == _UNKNOWN_POSITION:
                self._position = None
            elif code in _FOR_GOOD:
                raise SessionEnded(_FOR_GOOD[code]) from closed
            raise Unavailable(f"closed before the welcome ({code})") from closed
        if welcome.get("type") != "welcome":
            await socket.close()
            raise Unavailable(f"no welcome: {welcome.get('message', welcome)}")
        self._position = {"epoch": welcome["position"]["epoch"], "seq": welcome["resumed_from"]}
        async with self._in_order:
            self._socket = socket
            for frame in self._outbox.again(welcome["received"]):
                await self._write(frame)
        return welcome

    async def _write(self, frame: Frame) -> None:
        """Writes where there is a socket; what can't be written now is in the outbox."""
        if self._socket is None:
            return
        try:
            await self._socket.send(json.dumps(frame))
        except ConnectionClosed:
            log.debug("the connection is down; %s waits", frame["type"])
