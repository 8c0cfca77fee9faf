"""A small sound scenario for the tests to break in one place at a time."""

from __future__ import annotations

from pathlib import Path

from voicesim.scenario.load import LoadedScenario, load_scenario

SMALL = """\
format: voicesim/scenario/1
id: small
title: A small one
minutes: 2
briefing: Somebody waits.
content_note: Nothing hard.
support:
  - {name: A line, contact: 999, where: here}
instructor_notes: Listen.
persona: {name: Ida, age: 30, pronouns: she/her, about: Calm.}
feelings:
  trust: {start: 40}
feels:
  - {hears: {move: believe}, changes: {trust: 10}}
topics:
  the-dog: {phrases: [dog]}
disclosures:
  dog-ran: {about: The dog ran away.}
start: hello
states:
  hello:
    about: She waits.
    lines:
      - Hello there.
      - Good morning.
    next:
      - hears: {move: blame}
        go: gone
      - hears: {topic: the-dog}
        when: {trust: ">= 20"}
        go: telling
      - silence: 4
        says: It is about the dog.
      - silence: 9
        says: You are quiet.
      - hears: anything
        go: short
  telling:
    about: She tells.
    lines:
      - text: He ran. [hesitates 2.0] I never saw him again.
        reveals: dog-ran
    next:
      - hears: anything
        go: told
  short:
    about: She answers shortly.
    lines: I see.
    next:
      - hears: {question: open}
        go: telling
      - hears: anything
        go: kept
  told:
    about: She has told.
    lines: Thank you.
    ending: {kind: opens_up, title: Told, summary: She told it.}
  kept:
    about: She has not.
    lines: Goodbye, then.
    ending: {kind: guarded, title: Kept, summary: She kept it.}
  gone:
    about: She leaves.
    lines: I am going.
    ending: {kind: ends_it, title: Gone, summary: She left.}
anywhere:
  - event: interrupted
    says: I was talking.
  - {first: true, event: interrupted, when: {interrupted: ">= 3"}, go: gone}
closes_after: {turns: 20, silence: 60, go: gone}
"""


def changed(old: str, new: str) -> str:
    """The small scenario with one place changed."""
    assert SMALL.count(old) == 1, f"{old!r} stands {SMALL.count(old)} times in the small scenario"
    return SMALL.replace(old, new)


def line_of(text: str, piece: str) -> int:
    """The line (from 1) on which a piece of text first stands."""
    return text[: text.index(piece)].count("\n") + 1


def load(text: str, folder: Path) -> LoadedScenario:
    """The text as a loaded scenario."""
    path = folder / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return load_scenario(path)
