"""Python tools: calls with pauses between them, as in a phone call, beside a cold interpreter in the same run."""

import json
import os
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any

from . import hookswitch
from .hookswitch import Server

PAUSE = 0.1
CALLS = 60
ROOT = Path(__file__).resolve().parent.parent.parent
FUNCTIONS = {
    "plain": "def f(n):\n    total = {}\n    for i in range(n):\n        total[i % 7] = total.get(i % 7, 0) + i\n    return total\n",
    "import": "import pandas, requests\ndef f(n):\n    return n\n",
}


def build() -> dict[str, Path]:
    """The two programs of the sandbox's bench."""
    command = ["cargo", "bench", "--locked", "-p", "hookswitch-sandbox", "--no-run", "--message-format=json"]
    made = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    messages = [json.loads(line) for line in made.splitlines() if line.startswith("{")]
    found = {m["target"]["name"]: m.get("executable") for m in messages if m.get("reason") == "compiler-artifact"}
    return {name: Path(found[name]) for name in ("latency", "load")}


def packages(binary: Path) -> Path:
    """The folder of the curated set `data`."""
    made = subprocess.run([str(binary), "--json", "python", "sync"], check=True, capture_output=True, text=True).stdout
    return next(Path(item["path"]) for item in json.loads(made)["sets"] if item["set"] == "data")


def run(folder: Path, binary: Path, upstream: int, benches: dict[str, Path], site: Path) -> dict[str, Any]:
    """All figures: of the sandbox alone, and of a call through the API."""
    latency = _ask(benches["latency"], site)
    load = _ask(benches["load"], site)
    server = Server(binary, folder / "python", upstream)
    api = {name: _through_the_api(server, name, code) for name, code in FUNCTIONS.items()}
    server.stop()
    return {**latency, "load": load, "api": api, "cores": os.cpu_count()}


def _ask(program: Path, site: Path) -> Any:
    made = subprocess.run([str(program), "--json", str(site)], check=True, capture_output=True, text=True)
    return json.loads(made.stdout)


def _through_the_api(server: Server, name: str, code: str) -> dict[str, float]:
    """Milliseconds of a call from its request to its answer: HTTP, arguments checked, intent and outcome on disk."""
    parameters = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    tool = {"name": name, "kind": "python", "timeout_ms": 20_000, "parameters": parameters, "python": {"code": code}}
    server.api.post("/v1/tools", tool)
    session = hookswitch.start_sessions(server.port, [(hookswitch.KEY, [name])])[0]
    times = []
    for number in range(CALLS + 5):
        time.sleep(PAUSE)
        started = time.perf_counter()
        answer = server.api.post(f"/v1/sessions/{session}/calls", {"name": name, "arguments": {"n": number + 1}})
        times.append((time.perf_counter() - started) * 1000)
        if answer["outcome"] != "done":
            raise SystemExit(f"{name}: {answer}")
    times = sorted(times[5:])
    return {"p50_ms": statistics.median(times), "p99_ms": times[round((len(times) - 1) * 0.99)]}


def table(found: dict[str, Any]) -> str:
    """The figures as Markdown."""
    rows = ["| function | way | p50 | p99 | cold p50 / its p50 |", "|---|---|---|---|---|"]
    for name, ways in found["functions"].items():
        cold = ways["cold"]["p50_ms"]
        for way, words in (("warm", "a process was waiting"), ("forked", "forked at the call"), ("cold", "cold `python3 -I`")):
            half, most = ways[way]["p50_ms"], ways[way]["p99_ms"]
            rows.append(f"| {name} | {words} | {half:.2f} ms | {most:.2f} ms | {cold / half:.1f} |")
    rows.append("")
    for name, times in found["api"].items():
        rows.append(f"- {name}, `POST /v1/sessions/…/calls`: p50 {times['p50_ms']:.2f} ms, p99 {times['p99_ms']:.2f} ms.")
    for name, load in found["load"].items():
        memory = f"{load['spare_kb'] / 1000:.1f} MB" if load["spare_kb"] else "not to be seen"
        rows.append(f"- {name}: own memory of a waiting process {memory}; {load['calls_per_second']:.0f} calls/s, four tenants, {found['cores']} cores.")
    about = found["about"]
    rows.append(f"- CPython {about['python']}, isolation {about['tier']}.")
    return "\n".join(rows)


def verdicts(found: dict[str, Any]) -> str:
    """The aims and what was reached, as Markdown."""
    functions = found["functions"]

    def share(name: str, way: str) -> float:
        return functions[name][way]["p50_ms"] / functions[name]["cold"]["p50_ms"]

    aims = [
        ("plain, warm against cold", share("plain", "warm"), 1 / 10, "{:.3f}"),
        ("`import pandas, requests`, warm against cold", share("import", "warm"), 1 / 50, "{:.4f}"),
        ("plain, p50", functions["plain"]["warm"]["p50_ms"], 1.0, "{:.2f} ms"),
        ("`import pandas, requests`, p50", functions["import"]["warm"]["p50_ms"], 2.5, "{:.2f} ms"),
        ("plain, forked at the call against cold", share("plain", "forked"), 1 / 3, "{:.3f}"),
        ("`import pandas, requests`, forked against cold", share("import", "forked"), 1 / 3, "{:.4f}"),
    ]
    rows = ["| figure | reached | aim | |", "|---|---|---|---|"]
    for name, reached, aim, form in aims:
        word = "reached" if reached <= aim else "missed"
        rows.append(f"| {name} | {form.format(reached)} | {form.format(aim)} | {word} |")
    return "\n".join(rows)
