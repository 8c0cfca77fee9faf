"""Why she moved or felt otherwise, in words for a person: the log says it in the scenario's own short form."""

from __future__ import annotations

from voicesim.review.words import MARKS, MOVE_NAMES, TYPES

_FIXED = {
    "start": "the session began",
    "hears anything": "anything was said",
    "interrupted": "interrupted her",
    "cut_in": "cut into her hesitation",
    "talked_over": "talked over her",
    "rushed": "answered before she had finished",
}


def in_words(because: str) -> str:
    """`hears move:believe` as “said that you believe her”: what the trainee did, without saying who.

    What is not known here is shown as it stands in the log.
    """
    return "; ".join(_one(part.strip()) for part in because.split(" or "))


def _one(because: str) -> str:
    if because in _FIXED:
        return _FIXED[because]
    if because.startswith("silence"):
        return f"a silence of {because.removeprefix('silence').strip()}"
    if not because.startswith("hears "):
        return because
    return ", and ".join(_heard(part) for part in because.removeprefix("hears ").split(" "))


def _heard(wanted: str) -> str:
    kind, _, names = wanted.partition(":")
    each = names.split("|")
    match kind:
        case "move":
            said = [_said(name) for name in each]
        case "question" if names in ("none", ""):
            return "asked nothing"
        case "question":
            said = [TYPES["griffiths"].get(name, name).lower() for name in each]
            return f"asked {_a(said[0])} question" if len(said) == 1 else f"asked a question ({_or(said)})"
        case "mark":
            said = [_said(name) for name in each]
        case "topic":
            return "spoke of " + _or([name.replace("-", " ") for name in each])
        case _:
            return wanted
    return said[0] if len(said) == 1 else f"did one of these: {', '.join(said)}"


def _said(name: str) -> str:
    if name == "backchannel":
        return "made a listening sound"
    if name == "why":
        return "asked why"
    found = MOVE_NAMES.get(name) or MARKS.get(name) or name.replace("_", " ").replace("-", " ")
    return f"said something that {found}" if found.startswith("may ") else found


def _or(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _a(word: str) -> str:
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"
