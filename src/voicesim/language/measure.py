"""Agreement between this reader and a coder: confusion tables, F1, kappa. Used by scripts and by the tests."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from voicesim.language.reading import TurnReading


@dataclass(frozen=True)
class Agreement:
    """How two codings of the same items agree. `counts[(true, found)]` is the confusion table."""

    counts: dict[tuple[str, str], int]

    @classmethod
    def of(cls, true: Iterable[str], found: Iterable[str]) -> Agreement:
        """Compare two codings in the same order."""
        return cls(dict(Counter(zip(true, found, strict=True))))

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the true coding, commonest first."""
        totals: Counter[str] = Counter()
        for (true, _), count in self.counts.items():
            totals[true] += count
        return tuple(label for label, _ in totals.most_common())

    def precision_recall_f1(self, label: str) -> tuple[float, float, float]:
        """Precision, recall and F1 of one label; 0 where undefined."""
        hits = self.counts.get((label, label), 0)
        found = sum(count for (_, other), count in self.counts.items() if other == label)
        true = sum(count for (other, _), count in self.counts.items() if other == label)
        precision = hits / found if found else 0.0
        recall = hits / true if true else 0.0
        f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
        return precision, recall, f1

    def macro_f1(self, labels: Sequence[str] | None = None) -> float:
        """Unweighted mean F1 over `labels` (default: every label of the true coding)."""
        chosen = self.labels if labels is None else labels
        return sum(self.precision_recall_f1(label)[2] for label in chosen) / len(chosen) if chosen else 0.0

    def kappa(self) -> float:
        """Cohen's kappa; 1 when both codings have a single, common label."""
        total = sum(self.counts.values())
        agreed = sum(count for (true, found), count in self.counts.items() if true == found) / total
        rows: Counter[str] = Counter()
        columns: Counter[str] = Counter()
        for (true, found), count in self.counts.items():
            rows[true] += count
            columns[found] += count
        chance = sum(rows[label] * columns[label] for label in rows) / total**2
        return 1.0 if chance == 1 else (agreed - chance) / (1 - chance)

    def table(self) -> str:
        """The confusion table as text: a row per true label, a column per found label."""
        columns = sorted({label for pair in self.counts for label in pair})
        width = max(12, *(len(label) + 1 for label in columns))
        lines = ["true \\ found".ljust(width) + "".join(label.rjust(width) for label in columns)]
        for row in self.labels:
            cells = (str(self.counts.get((row, column), 0)).rjust(width) for column in columns)
            lines.append(row.ljust(width) + "".join(cells))
        return "\n".join(lines)


def unpunctuated(text: str) -> str:
    """Lower case, no punctuation but apostrophes inside words: what a bare recogniser writes."""
    return " ".join(re.findall(r"[a-z0-9]+(?:['’-][a-z0-9]+)*", text.lower()))


DAMSL_QUESTIONS = {
    "qy": "yes_no",
    "qw": "wh",
    "qo": "open",
    "qr": "or",
    "qrr": "or",
    "qy^d": "declarative",
    "qw^d": "declarative",
    "^g": "tag",
}
"""DAMSL dialogue acts that ask, as this module's classes."""
DAMSL_STATEMENTS = frozenset({"sd", "sv"})


def damsl_class(reading: TurnReading) -> str:
    """The class of a reading in the terms of `DAMSL_QUESTIONS`; ``statement`` where it asks nothing."""
    if reading.main is None:
        return "statement"
    main = reading.sentences[reading.main]
    if main.form in ("tag", "declarative"):
        return main.form
    if main.form == "echo":
        return "declarative"
    if main.types.griffiths == "open" and main.form != "polar":
        return "open"
    return {"wh": "wh", "alternative": "or", "imperative": "open"}.get(main.form, "yes_no")


def damsl_own_class(reading: TurnReading) -> str:
    """The same in the corpus' own terms: its coders call a whole sentence with a tag or an "or" a yes-no question.

    They keep ``^g`` for a tag that stands alone ("isn't it") and ``qrr`` for an or-clause that does ("or the other one").
    """
    found = damsl_class(reading)
    if reading.main is None or found not in ("tag", "or"):
        return found
    said = unpunctuated(reading.sentences[reading.main].text).split()
    if found == "tag":
        return "tag" if len(said) <= 3 else "yes_no"
    return "or" if "or" in said[:3] else "yes_no"


def question_kind(form: str, griffiths: str, marks: Collection[str]) -> str:
    """What an interviewer's coder would call a question in one word: open, wh, yes_no, why; ``none`` where nothing is asked.

    "Why" comes before all: a reason asked for. Then open by function, whatever the grammar. Of the rest, wh-questions, and
    requests for a single fact ("tell me who ..."), are wh; all others want a yes, a no or one of two.
    """
    if griffiths == "none":
        return "none"
    if "why" in marks:
        return "why"
    if griffiths == "open":
        return "open"
    return "wh" if form in ("wh", "imperative") else "yes_no"


def kind_of(reading: TurnReading) -> str:
    """`question_kind` of a turn's main question."""
    form = "none" if reading.main is None else reading.sentences[reading.main].form
    return question_kind(form, reading.question, reading.marks)
