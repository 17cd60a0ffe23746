"""The figures as a table for people and as summary.json for programs."""

import json
import os
import platform
from pathlib import Path
from typing import Any

from .compare import CONNECTIONS, Comparison
from .registry import RegistrySize
from .startup import Startup

NAMES = {
    "direct": "direct to the upstream",
    "nginx": "nginx as reverse proxy",
    "read": "hookswitch, `read` tool",
    "action": "hookswitch, `action` tool",
    "fastmcp": "fastmcp `from_openapi`",
}


def figures(comparison: Comparison, registry: RegistrySize | None, startup: Startup | None) -> dict[str, Any]:
    """Every figure of the bench, by name."""
    sides = comparison.contenders
    many = CONNECTIONS[-1]
    nginx = sides["nginx"].median("per_second", many)
    found: dict[str, Any] = {"nginx_rps_32": _figure(nginx, "1/s", "higher")}

    def throughput(name: str, side: str, aim: float | None) -> None:
        value = sides[side].median("per_second", many)
        found[name] = _figure(value, "1/s", "higher", value / nginx, aim)

    throughput("read_rps_32", "read", 0.4)
    throughput("action_rps_32", "action", 0.15)
    if "fastmcp" in sides:
        throughput("fastmcp_rps_32", "fastmcp", None)
    added = {side: _added(comparison, side) for side in sides}
    for side in ("read", "action", "fastmcp"):
        if side in sides:
            aim = 2.5 if side == "read" else None
            ratio = added[side] / max(added["nginx"], 1)
            found[f"{side}_added_latency_1"] = _figure(added[side], "us", "lower", ratio, aim)
    found["fdatasync_median"] = _figure(comparison.fdatasync_us, "us", "lower")
    found["rss_after_load_mb"] = _figure(comparison.loaded_mb, "MB", "lower")
    found["records_lag"] = _figure(comparison.records_lag_s, "s", "lower", aim=1.0)
    if registry is not None:
        value = registry.slowdown
        found["registry_100k_slowdown"] = _figure(value, "few/many", "lower", value, 1.10)
        found["registry_100k_rss_mb"] = _figure(registry.many_mb, "MB", "lower")
    if startup is not None:
        found["idle_rss_mb"] = _figure(startup.idle_mb, "MB", "lower", aim=60)
        found["first_request_ms"] = _figure(startup.median_ms, "ms", "lower", aim=200)
        found["session_memory_kb"] = _figure(startup.session_kb, "kB", "lower")
    return found


def _figure(
    value: float, unit: str, better: str, ratio: float | None = None, aim: float | None = None
) -> dict[str, Any]:
    figure: dict[str, Any] = {"value": round(value, 3), "unit": unit}
    if ratio is not None:
        figure["ratio"] = round(ratio, 4)
    if aim is not None:
        figure["aim"] = aim
    figure["better"] = better
    return figure


def _added(comparison: Comparison, side: str) -> float:
    """Median latency at one connection over that of the upstream alone, in microseconds."""
    sides = comparison.contenders
    return sides[side].median("p50_us", 1) - sides["direct"].median("p50_us", 1)


def table(comparison: Comparison, registry: RegistrySize | None, startup: Startup | None, rounds: int) -> str:
    """Markdown."""
    sides = comparison.contenders
    nginx = sides["nginx"].median("per_second", CONNECTIONS[-1])
    lines = [
        "| | p50 at 1 | added | added / nginx's | calls/s at 32 | / nginx | p50 at 32 | p99 at 32 | own CPU a call at 32 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    base = max(_added(comparison, "nginx"), 1)
    for name, side in sides.items():
        added = _added(comparison, name)
        rate = side.median("per_second", 32)
        lines.append(
            f"| {NAMES[name]} | {side.median('p50_us', 1):,.0f} µs | {added:,.0f} µs | {added / base:.2f} "
            f"| {rate:,.0f} | {rate / nginx:.3f} | {side.median('p50_us', 32):,.0f} µs "
            f"| {side.median('p99_us', 32):,.0f} µs | {_cpu(side)} |"
        )
    lines += ["", f"Medians of {rounds} rounds; {machine()}.", ""]
    lines += [
        f"- fdatasync on the database's disk beside it: median {comparison.fdatasync_us:,.0f} µs.",
        f"- Records of a round were all readable at most {comparison.records_lag_s:.2f} s after its end.",
        f"- Resident after load ({comparison.sessions:,} sessions, all calls above): {comparison.loaded_mb:.0f} MB, "
        f"at most {comparison.peak_mb:.0f} MB.",
    ]
    if registry is not None:
        few = [side.per_second for side in registry.few]
        many = [side.per_second for side in registry.many]
        lines.append(
            f"- {registry.tools:,} tools in {registry.orgs:,} organisations against 10 tools in one, `read` at 32: "
            f"{_list(many)} against {_list(few)} calls/s, a slowdown of {registry.slowdown:.3f}; p50 "
            f"{_list([side.p50_us for side in registry.many])} against {_list([side.p50_us for side in registry.few])} µs; "
            f"resident {registry.many_mb:.0f} against {registry.few_mb:.0f} MB; database {registry.database_mb:.0f} MB; "
            f"first answer {registry.start_ms:.0f} ms after the start."
        )
    if startup is not None:
        lines.append(
            f"- First request answered {startup.median_ms:.0f} ms after the start of the process (median of "
            f"{len(startup.start_ms)} starts, {min(startup.start_ms):.0f} to {max(startup.start_ms):.0f}); "
            f"{startup.first_start_ms:.0f} ms on an empty folder."
        )
        lines.append(
            f"- Idle: {startup.idle_mb:.0f} MB resident. A session: {startup.session_kb:.1f} kB."
        )
    return "\n".join(lines) + "\n"


def _cpu(side: Any) -> str:
    return f"{side.median_cpu_us(32):,.0f} µs" if side.process else "–"


def _list(numbers: list[float]) -> str:
    return ", ".join(f"{number:,.0f}" for number in numbers)


def machine() -> str:
    """What it was measured on, in a few words."""
    names = [line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    model = names[0] if names else platform.machine()
    return f"{os.cpu_count()} cores ({model}), Linux {platform.release().split('-')[0]}"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def write(target: Path, found: dict[str, Any], text: str) -> None:
    """Both files."""
    target.mkdir(parents=True, exist_ok=True)
    (target / "summary.json").write_text(json.dumps(found, indent=2) + "\n")
    (target / "table.md").write_text(text)


def verdicts(found: dict[str, Any]) -> list[str]:
    """One line for each figure with an aim."""
    lines = []
    for name, figure in found.items():
        if "aim" not in figure:
            continue
        reached = figure.get("ratio", figure["value"])
        is_met = reached >= figure["aim"] if figure["better"] == "higher" else reached <= figure["aim"]
        relation = "at least" if figure["better"] == "higher" else "at most"
        lines.append(f"{'reached' if is_met else 'MISSED ':<8} {name}: {reached:g} ({relation} {figure['aim']:g})")
    return lines
