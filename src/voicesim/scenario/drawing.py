"""A scenario drawn as a picture (SVG): states in layers from the first words down to the endings, arrows between them.

Drawn here rather than by a graph library: Graphviz is a program of its own that most trainers do not have, and the pure Python
layout that exists (grandalf) is under GPL or EPL. Layers by distance from the start and a few sweeps that bring neighbours
together are enough for scripts of this size.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from statistics import mean

from voicesim.scenario.diagram import trigger_words
from voicesim.scenario.model import Rule, Scenario

_ANYWHERE = " anywhere"
"""The box that rules of `anywhere` start from; a name no state can have."""
_LETTER, _HEIGHT, _GAP, _LAYER, _MARGIN = 7.4, 40, 30, 118, 34
_SWEEPS = 8
_FILL = {"opens_up": "#dcefe2", "guarded": "#f5ecd2", "ends_it": "#f6dcd8", "": "#eef2f7"}


@dataclass(frozen=True)
class _Box:
    name: str
    label: str
    note: str
    fill: str
    x: float
    """Middle."""
    y: float
    """Upper edge."""
    width: float


def svg(scenario: Scenario) -> str:
    """The picture, as the text of an SVG file. Pointing at an arrow or a state shows what it stands for."""
    arrows = _arrows(scenario)
    layers = _ordered(_layers(scenario, arrows), arrows)
    boxes = _placed(scenario, layers)
    width = max(box.x + box.width / 2 for box in boxes.values()) + _MARGIN
    height = max(box.y for box in boxes.values()) + _HEIGHT + _MARGIN
    title = escape(scenario.title)
    rows = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" font-family="system-ui, sans-serif" font-size="13" role="img">',
        f"<title>{title}</title>",
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#5b6b7d"/></marker></defs>',
        "<style>g:hover>path{stroke:#c2410c;stroke-width:3;stroke-opacity:1}</style>",
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>',
    ]
    rows += [_arrow(boxes[source], boxes[target], words) for (source, target), words in arrows.items()]
    rows += [_box(box) for box in boxes.values()]
    return "\n".join([*rows, "</svg>"]) + "\n"


def _arrows(scenario: Scenario) -> dict[tuple[str, str], list[str]]:
    """What leads from state to state: the words of each rule, by (from, to)."""
    arrows: dict[tuple[str, str], list[str]] = {}

    def add(source: str, rules: Iterable[Rule]) -> None:
        for rule in rules:
            if rule.go in scenario.states:
                arrows.setdefault((source, rule.go), []).append(trigger_words(rule))

    for name, state in scenario.states.items():
        add(name, state.next)
    add(_ANYWHERE, scenario.anywhere)
    limits = scenario.closes_after
    if limits and limits.go in scenario.states:
        closes = f"closes: turn {limits.turns}, or silence {limits.silence:g} s"
        arrows.setdefault((_ANYWHERE, limits.go), []).append(closes)
    return arrows


def _layers(scenario: Scenario, arrows: Mapping[tuple[str, str], object]) -> list[list[str]]:
    """States by their distance from the start; endings share the last layer."""
    depth = {scenario.start: 0} if scenario.start in scenario.states else {}
    waiting = list(depth)
    for source in waiting:  # grows while it is gone through
        for one, target in arrows:
            if one == source and target not in depth and not scenario.states[target].ending:
                depth[target] = depth[source] + 1
                waiting.append(target)
    deepest = max(depth.values(), default=0)
    layers: list[list[str]] = [[] for _ in range(deepest + 2)]
    for name, state in scenario.states.items():
        layers[deepest + 1 if state.ending else depth.get(name, deepest)].append(name)
    if any(source == _ANYWHERE for source, _ in arrows):
        layers[deepest].append(_ANYWHERE)
    return [layer for layer in layers if layer]


def _ordered(layers: list[list[str]], arrows: Mapping[tuple[str, str], object]) -> list[list[str]]:
    """Each layer sorted so that what belongs together stands together (barycentre sweeps, down and up)."""
    near: dict[str, list[str]] = {}
    for source, target in arrows:
        near.setdefault(source, []).append(target)
        near.setdefault(target, []).append(source)
    place = {name: index / len(layer) for layer in layers for index, name in enumerate(layer)}
    for sweep in range(_SWEEPS):
        for layer in layers if sweep % 2 else reversed(layers):
            here = set(layer)
            want = {
                name: mean([place[other] for other in near.get(name, ()) if other not in here] or [place[name]])
                for name in layer
            }
            layer.sort(key=lambda name: want[name])
            place.update({name: index / len(layer) for index, name in enumerate(layer)})
    return layers


def _placed(scenario: Scenario, layers: Sequence[Sequence[str]]) -> dict[str, _Box]:
    def size(name: str) -> float:
        return max(len(name), 12) * _LETTER + 20

    widest = max(sum(size(name) + _GAP for name in layer) for layer in layers)
    boxes: dict[str, _Box] = {}
    for depth, layer in enumerate(layers):
        free = widest - sum(size(name) + _GAP for name in layer)
        x = _MARGIN + free / 2
        for name in layer:
            state = scenario.states.get(name)
            kind = state.ending.kind if state and state.ending else ""
            label = name if state else "anywhere"
            note = (state.ending.title if state.ending else state.about) if state else "rules that hold in every state"
            width = size(name)
            boxes[name] = _Box(name, label, note, _FILL[kind], x + width / 2, _MARGIN + depth * _LAYER, width)
            x += width + _GAP
    return boxes


def _box(box: _Box) -> str:
    dashed = ' stroke-dasharray="4 3"' if box.name == _ANYWHERE else ""
    return (
        f'<g><title>{escape(box.note)}</title><rect x="{box.x - box.width / 2:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" '
        f'height="{_HEIGHT}" rx="7" fill="{box.fill}" stroke="#5b6b7d"{dashed}/>'
        f'<text x="{box.x:.0f}" y="{box.y + _HEIGHT / 2 + 5:.0f}" text-anchor="middle">{escape(box.label)}</text></g>'
    )


def _arrow(source: _Box, target: _Box, words: Sequence[str]) -> str:
    dashed = ' stroke-dasharray="4 3"' if source.name == _ANYWHERE else ""
    back = "0.4" if target.y < source.y else "0.8"
    title = escape(f"{source.label} to {target.label}: " + "; ".join(words))
    return (
        f'<g><title>{title}</title><path d="{_path(source, target)}" fill="none" stroke="#5b6b7d" stroke-opacity="{back}" '
        f'stroke-width="1.4" marker-end="url(#head)"{dashed}/></g>'
    )


def _path(source: _Box, target: _Box) -> str:
    x0, x1 = _towards(source, target.x), _towards(target, source.x)
    if source is target:
        right, middle = source.x + source.width / 2, source.y + _HEIGHT / 2
        return f"M{right:.0f} {middle - 9:.0f} c24 -12 24 30 1 18"
    if target.y > source.y:  # onward: from below to above
        y0, y1 = source.y + _HEIGHT, target.y - 1
        bend = (y1 - y0) / 2
        return f"M{x0:.0f} {y0:.0f} C{x0:.0f} {y0 + bend:.0f} {x1:.0f} {y1 - bend:.0f} {x1:.0f} {y1:.0f}"
    if target.y == source.y:  # to a neighbour: a bow above both
        top = source.y - 1
        rise = min(46, 18 + abs(target.x - source.x) / 12)
        return f"M{x0:.0f} {top:.0f} C{x0:.0f} {top - rise:.0f} {x1:.0f} {top - rise:.0f} {x1:.0f} {top:.0f}"
    # Back: from above to below, so that it crosses what goes onward at a slant.
    y0, y1 = source.y - 1, target.y + _HEIGHT + 1
    bend = (y0 - y1) / 2
    return f"M{x0:.0f} {y0:.0f} C{x0:.0f} {y0 - bend:.0f} {x1:.0f} {y1 + bend:.0f} {x1:.0f} {y1:.0f}"


def _towards(box: _Box, x: float) -> float:
    """Where an arrow meets a box: on the side of where it goes."""
    reach = box.width / 2 - 10
    return box.x + max(-reach, min(reach, (x - box.x) * 0.12))
