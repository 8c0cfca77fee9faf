"""A scenario drawn as a Mermaid state diagram, as text.

`transitions` can draw its machines as Mermaid too, but not usefully here: it names conditions by Python functions,
repeats a rule of `anywhere` for every state, colours one state as the active one, and keeps hyphens in state ids, where
Mermaid does not allow them. So the drawing is made here, from the same rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from textwrap import wrap

from voicesim.scenario.model import Guard, Rule, Scenario, Trigger

_LABEL_WIDTH = 48
"""Letters in a row of an arrow's label."""
_WORDS = {">=": "≥", "<=": "≤", ">": "over", "<": "under"}


def mermaid(scenario: Scenario) -> str:
    """The whole scenario as ``stateDiagram-v2`` text.

    One arrow from state to state, labelled with every rule that takes it; rules of `anywhere` start from one box with
    that name. Nothing in it can end a Markdown code fence or be read as Mermaid.
    """
    rows = ["stateDiagram-v2", "  direction TB"]
    for name, state in scenario.states.items():
        label = f"{name}<br/>{_safe(state.ending.title)}" if state.ending else name
        rows.append(f'  state "{label}" as {_id(name)}')
    rows.append(f"  [*] --> {_id(scenario.start)}")
    for name, state in scenario.states.items():
        rows += _arrows(_id(name), state.next)
        if state.ending:
            rows.append(f"  {_id(name)} --> [*]")
    general = [rule for rule in scenario.anywhere if rule.go]
    if general:
        rows.append('  state "anywhere" as any_state')
        rows += _arrows("any_state", general)
    if scenario.closes_after:
        limits = scenario.closes_after
        rows.append('  state "closes by herself" as closes_after')
        rows.append(f"  closes_after --> {_id(limits.go)}: • turn {limits.turns}, or silence {limits.silence:g} s")
    rows.append("  classDef ending stroke-width:3px")
    rows += [f"  class {_id(name)} ending" for name, state in scenario.states.items() if state.ending]
    return "\n".join(rows) + "\n"


def markdown(scenario: Scenario) -> str:
    """The diagram in a Markdown code fence, under the scenario's title."""
    return f"## {_safe(scenario.title)}\n\n```mermaid\n{mermaid(scenario)}```\n"


def trigger_words(trigger: Trigger) -> str:
    """What sets a rule off, and under which condition: ``hears believe (trust ≥ 40)``."""
    if trigger.silence is not None:
        said = f"silence {trigger.silence:g} s"
    elif trigger.event:
        said = " or ".join(trigger.event)
    elif trigger.hears is None or trigger.hears.anything:
        said = "hears anything"
    else:
        wanted = trigger.hears
        groups = [
            _some(wanted.move),
            f"{_some(wanted.question)} question" if wanted.question else "",
            f"mark {_some(wanted.mark)}" if wanted.mark else "",
            f"topic {_some(wanted.topic)}" if wanted.topic else "",
        ]
        said = "hears " + ", with ".join(group for group in groups if group)
    condition = _condition(trigger.when)
    return f"{said} ({condition})" if condition else said


def _some(names: Sequence[str]) -> str:
    """Up to three names; of more, the first two: a picture is for the way through, the file has the rest."""
    if len(names) <= 3:
        return " or ".join(names)
    return f"{names[0]}, {names[1]} or {len(names) - 2} others"


def _condition(guard: Guard) -> str:
    parts = [
        f"{name} {_WORDS[bound.operator]} {bound.value:g}"
        for name, bounds in (*guard.feelings.items(), *guard.happened.items())
        for bound in bounds
    ]
    for key, words in (("told", "told"), ("not_told", "not told"), ("visited", "after"), ("not_visited", "not after")):
        names = getattr(guard, key)
        if names:
            parts.append(f"{words} {' and '.join(names)}")
    if guard.turns_at_least:
        parts.append(f"from turn {guard.turns_at_least} on")
    return ", ".join(parts)


def _arrows(source: str, rules: Iterable[Rule]) -> list[str]:
    """One arrow per target, with all that leads there."""
    labels: dict[str, list[str]] = {}
    for rule in rules:
        if rule.go is not None:
            labels.setdefault(rule.go, []).extend(wrap("• " + _safe(trigger_words(rule)), _LABEL_WIDTH))
    return [f"  {source} --> {_id(target)}: {'<br/>'.join(words)}" for target, words in labels.items()]


def _id(name: str) -> str:
    return "s_" + name.replace("-", "_")


def _safe(text: str) -> str:
    """Text without the characters that Mermaid or Markdown would read as their own."""
    return " ".join(re.sub(r"[^\w\s.,'()≥≤!?-]", " ", text).split())
