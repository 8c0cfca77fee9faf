"""The cost curve as one SVG: how late words come as sessions are added, and what a core re-scores in an hour."""

from __future__ import annotations

from typing import Any

WIDTH, HEIGHT = 760, 330
LEFT, TOP, BOTTOM = 56, 44, 270
MIDDLE, RIGHT = 440, 730
COLOURS = ("#1b6ca8", "#b3541e", "#4a7c3a", "#7a4a8c")
DASHES = ("", "6 3", "2 3", "8 3 2 3")
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #222 } .title { font-weight: 600 } .small { font-size: 12px }
  .axis { stroke: #777; stroke-width: 1 } .limit { stroke: #777; stroke-dasharray: 3 3 }
  .back { fill: #fff }
  @media (prefers-color-scheme: dark) { text { fill: #eee } .back { fill: #16181c } .axis, .limit { stroke: #aaa } }
"""


def draw(result: dict[str, Any], limit: float) -> str:
    """The picture.

    Args:
        result: of ``scripts/cost.py``.
        limit: seconds after which words are too late.
    """
    note = " (provisional)" if result["provisional"] else ""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t d">',
        f'<title id="t">What a session costs a core{note}</title>',
        '<desc id="d">Left: seconds until words are there (95th percentile) against live sessions per core, by model. '
        "Right: hours of recording re-scored in one core-hour, by model. The figures stand in the table.</desc>",
        f"<style>{STYLE}</style>",
        f'<rect class="back" width="{WIDTH}" height="{HEIGHT}"/>',
        *_live(result, limit, note),
        *_again(result),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _live(result: dict[str, Any], limit: float, note: str) -> list[str]:
    lives = {model: one["live"] for model, one in result["models"].items() if one.get("live")}
    steps = [step for live in lives.values() for step in live["steps"]]
    if not steps:
        return []
    cores = next(iter(lives.values()))["cores"]
    widest = max(step["sessions"] for step in steps) / cores
    highest = max(limit * 2, 1.0)
    right = MIDDLE - 60

    def x(sessions: float) -> float:
        return float(LEFT + (right - LEFT) * sessions / cores / widest)

    def y(seconds: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * min(seconds, highest) / highest

    parts = [
        f'<text class="title" x="{LEFT - 40}" y="22">Live: words are there after … s (p95){note}</text>',
        f'<path class="axis" fill="none" d="M{LEFT} {TOP} V{BOTTOM} H{right}"/>',
        f'<path class="limit" d="M{LEFT} {y(limit):.1f} H{right}"/>',
        f'<text class="small" x="{right}" y="{y(limit) - 5:.1f}" text-anchor="end">too late from here</text>',
        f'<text class="small" x="{(LEFT + right) / 2}" y="{BOTTOM + 38}" text-anchor="middle">live sessions a core</text>',
    ]
    for part in range(5):
        value = highest * part / 4
        shown = f"≥ {value:g}" if part == 4 else f"{value:g}"
        parts.append(f'<text class="small" x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{shown}</text>')
    tick = next((each for each in (0.25, 0.5, 1, 2, 5, 10) if widest / each <= 8), 20)
    for number in range(int(widest / tick) + 1):
        at = x(number * tick * cores)
        parts.append(
            f'<text class="small" x="{at:.1f}" y="{BOTTOM + 18}" text-anchor="middle">{number * tick:g}</text>'
        )
    for number, (model, live) in enumerate(lives.items()):
        over = next((at for at, step in enumerate(live["steps"]) if step["words_p95"] >= highest), len(live["steps"]))
        points = [(x(step["sessions"]), y(step["words_p95"])) for step in live["steps"][: over + 1]]
        colour, dash = COLOURS[number % 4], DASHES[number % 4]
        way = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        parts.append(
            f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dash}"/>'
        )
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{colour}"/>' for a, b in points]
        a, b = points[-1]
        parts.append(f'<text x="{a:.1f}" y="{max(b - 10, TOP - 6):.1f}" text-anchor="middle">{model}</text>')
    return parts


def _again(result: dict[str, Any]) -> list[str]:
    rows = {model: one["rescoring"] for model, one in result["models"].items() if one.get("rescoring")}
    if not rows:
        return []
    most = max(row["hours_per_core_hour"] for row in rows.values())
    parts = [f'<text class="title" x="{MIDDLE}" y="22">Re-scored in one core-hour</text>']
    for number, (model, row) in enumerate(rows.items()):
        top = TOP + 16 + number * 62
        long = (RIGHT - MIDDLE - 70) * row["hours_per_core_hour"] / most
        parts += [
            f'<text x="{MIDDLE}" y="{top}">{model}</text>',
            f'<rect x="{MIDDLE}" y="{top + 8}" width="{long:.1f}" height="20" rx="2" fill="{COLOURS[number % 4]}"/>',
            f'<text x="{MIDDLE + long + 8:.1f}" y="{top + 23}">{row["hours_per_core_hour"]:g} h</text>',
        ]
    return parts
