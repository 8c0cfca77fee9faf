"""What a rule finds in one sentence: a label, the words that decided it, and how sure it is.

Everything that labels sentences speaks in these terms, so that a parser or an embedding model can later add its own
findings beside those of the rules and the surer one be taken, with its words still on show.
"""

from __future__ import annotations

from dataclasses import dataclass

from voicesim.language.lexicon import question_phrases
from voicesim.language.reading import Form
from voicesim.language.text.phrases import Line, Match


@dataclass(frozen=True)
class FormReading:
    """The form, the words that decided it (indices into the piece's words, inclusive) and how sure it is."""

    form: Form
    first: int = 0
    last: int = 0
    confidence: float = 0.9


@dataclass(frozen=True)
class Before:
    """What was said just before a sentence, as far as its form depends on it."""

    heard: frozenset[str] = frozenset()
    """Content stems of her last turn, to know an echo."""
    hers: bool = False
    """Whether she spoke last."""
    own: bool = False
    """Whether the trainee spoke last."""
    own_statement: bool = False
    """Whether the trainee spoke last, and told rather than asked: "You went home." - "Right?" """
    own_question: bool = False
    """Whether the trainee spoke last, and asked: "Was it light?" - "Or dark?" """


NOWHERE = Before()
"""Nothing is known of what was said before."""
NOTHING = FormReading("none", 0, 0, 0.9)


def matches(group: str, line: Line) -> Match | None:
    """First match of a group of `lexicons/questions.yaml`, unless the group is cancelled."""
    says, unless = question_phrases(group)
    found = says.find(line)
    return None if found is None or unless.find(line) else found
