"""Runs the platform's own code once before the call, so that its pages are this process's by then.

A fork shares memory until somebody writes, and the first run of anything writes nearly everywhere (reference counts).
Only code of the platform and of libraries: the tool's function has side effects.
"""

import asyncio
import inspect
import json

from _hookswitch import values


async def _nothing():
    pass


def platform(tool, source):
    for step in (_values, _loop, _pandas, _requests, _aiohttp):
        try:
            step(tool, source)
        except Exception:
            # The tool may have changed the library; that is its own affair.
            pass


def _values(tool, source):
    values.encode(json.loads('{"a": [1, 2.5, null, true, "text"], "b": {"c": "d"}}'))


def _loop(tool, source):
    if inspect.iscoroutinefunction(tool.function):
        asyncio.run(_nothing())


def _pandas(tool, source):
    if "pandas" not in source:
        return
    import pandas

    frame = pandas.DataFrame({"a": range(8), "b": [n % 3 for n in range(8)], "c": [n / 2 for n in range(8)]})
    frame.groupby("b").sum().to_dict()
    frame.merge(frame, on="a")
    values.encode(frame[frame["c"] > 1].sort_values("c"))


def _requests(tool, source):
    if "requests" not in source:
        return
    import requests

    with requests.Session() as session:
        request = session.prepare_request(requests.Request("GET", "http://example.invalid/", params={"a": "b"}))
        session.get_adapter(request.url)
        session.merge_environment_settings(request.url, {}, None, None, None)


def _aiohttp(tool, source):
    """The one client that looks for a proxy only when told to, and there is no other way out."""
    if "aiohttp" not in source:
        return
    import aiohttp

    aiohttp.ClientSession.__init__.__kwdefaults__["trust_env"] = True
