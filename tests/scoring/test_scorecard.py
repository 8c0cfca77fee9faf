"""The scorecard, the rubric behind it, and how both are kept."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from builder import Session

from voicesim.errors import BadInputError
from voicesim.scoring.rubric import load_rubric
from voicesim.scoring.scorecard import Override, from_json, score, weighted_mean


def model_interview() -> Session:
    log = Session().she_says(0, 2, "I was told to come here.")
    turns = (
        ("Thank you for coming in today, I am very glad that you are here.", "none", ("thank",)),
        ("Please tell me in your own words what brings you here today.", "open", ("offer_choice",)),
        ("What do you remember about the room that you were talking about?", "probing", ("believe",)),
        ("It is not your fault, and you can stop at any time you like.", "none", ("not_your_fault", "invite_pause")),
        ("Where would you like to start with the part about the house?", "open", ("offer_choice",)),
    )
    at = 4.5
    for text, asks, moves in turns:
        log.trainee_says(at, at + 5, text, asks=asks, moves=moves)
        log.she_says(at + 6, at + 30, "word " * 40, hesitation=(at + 12, at + 15))
        log.trainee_says(at + 20, at + 20.6, "Mm-hm.")
        at += 33
    return log.ends(at, "opens-up")


def blaming_interview() -> Session:
    log = Session().she_says(0, 6, "word " * 12)
    at = 6.2
    for text in (
        "Why did you not tell anybody about this?",
        "Why did you go back then, did you want to?",
        "So you let him in, right?",
    ):
        log.trainee_says(at, at + 2, text, asks=("leading", "multiple"), marks=("why", "multiple"), moves=("blame",))
        log.she_says(at + 2.5, at + 9, "word " * 12, stopped=at + 6.2)
        log.trainee_says(at + 6, at + 8, "That is not what I asked you, is it?", asks="leading", moves=("rush",))
        at += 8.4
    return log.ends(at, "ends-it")


def test_a_model_interview_and_a_blaming_one_are_far_apart() -> None:
    rubric = load_rubric()
    good, bad = score(model_interview().heard(), rubric), score(blaming_interview().heard(), rubric)
    assert good.overall is not None
    assert bad.overall is not None
    assert good.level == "strong"
    assert bad.level == "needs_work"
    assert good.overall - bad.overall > 50


def test_too_little_evidence_says_so_instead_of_a_number() -> None:
    log = Session().she_says(0, 2).trainee_says(3, 4, "Where was it?", asks="probing").ends(6)
    card = score(log.heard(), load_rubric())
    assert card.criterion("open-questions").points is None
    assert card.criterion("open-questions").advice == "Not enough to judge."
    assert card.overall is None


def test_nobody_spoke_is_no_score() -> None:
    card = score(Session().ends(30).heard(), load_rubric())
    assert card.overall is None
    assert all(criterion.points is None for criterion in card.criteria)


def test_only_backchannels_is_no_score() -> None:
    log = Session().she_says(0, 20, "word " * 40)
    for start in (2, 6, 10):
        log.trainee_says(start, start + 0.5, "Mm-hm.")
    card = score(log.ends(21).heard(), load_rubric())
    assert card.overall is None
    assert card.measure("interruptions").value == 0


def test_every_figure_says_what_it_is_and_where_it_comes_from() -> None:
    card = score(model_interview().heard(), load_rubric())
    for measure in card.measures:
        assert measure.unit
        assert measure.definition.endswith(".")
        assert measure.source
    for criterion in card.criteria:
        assert criterion.source


def test_the_overall_is_the_weighted_mean_of_what_was_judged() -> None:
    card = score(blaming_interview().heard(), load_rubric())
    judged = [c for c in card.criteria if c.points is not None]
    expected = sum(c.weight * (c.points or 0) for c in judged) / sum(c.weight for c in judged)
    assert card.overall == round(expected, 1)


def test_an_instructors_override_stands_beside_the_machines_value() -> None:
    card = score(blaming_interview().heard(), load_rubric())
    first = replace(card.criteria[0], override=Override(60, "instructor", "The line was bad."))
    criteria = (first, *card.criteria[1:])
    assert first.points == card.criteria[0].points
    assert weighted_mean(criteria, machine=True) == card.overall
    assert (weighted_mean(criteria) or 0) > (card.overall or 0)


def test_a_scorecard_read_back_is_the_same() -> None:
    card = score(blaming_interview().heard(), load_rubric())
    text = card.to_json()
    assert from_json(text) == card
    assert from_json(text).to_json() == text


def test_the_same_session_gives_the_same_scorecard() -> None:
    assert (
        score(model_interview().heard(), load_rubric()).to_json()
        == score(model_interview().heard(), load_rubric()).to_json()
    )


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": "voicesim/scorecard/9"}', '{"schema": "voicesim/scorecard/1"}']
)
def test_what_is_no_scorecard_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(BadInputError) as caught:
        from_json(text)
    assert "\n" not in str(caught.value)


def rubric_with(tmp_path: Path, old: str, new: str) -> Path:
    import voicesim.scoring.rubric as module

    text = (Path(module.__file__).parent / "rubrics" / "default.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "mine.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("measure: interruptions", "measure: interuptions", "there is no measure 'interuptions'"),
        ("id: leave-her-silences", "id: let-her-finish", "two criteria share the id"),
        ("level: needs_work, points: 15", "level: needs_work, at_most: 9, points: 15", "the last band must hold"),
        ("weight: 3", "weight: heavy", "no number"),
        ("points: 100", "points: 120", "at most 100"),
    ],
)
def test_a_mistake_in_a_rubric_is_named_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = rubric_with(tmp_path, old, new)
    with pytest.raises(BadInputError, match=r"mine\.yaml:\d+:") as caught:
        load_rubric(path)
    assert said in str(caught.value)


def test_a_rubric_that_is_not_there_is_named() -> None:
    with pytest.raises(BadInputError, match="no-such-rubric"):
        load_rubric("no-such-rubric")


def test_scoring_does_without_numpy() -> None:
    code = "import sys, voicesim.scoring.scorecard, voicesim.scoring.log; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(("rate", "said"), [(230, "very fast"), (190, "quickly"), (130, "calmly"), (70, "slowly")])
def test_pace_advice_names_the_direction(rate: float, said: str) -> None:
    rule = next(rule for rule in load_rubric().criteria if rule.id == "unhurried")
    assert said in rule.band_of(rate).advice


def test_exactly_one_band_is_marked_as_reached() -> None:
    for criterion in score(blaming_interview().heard(), load_rubric()).criteria:
        assert sum(band.here for band in criterion.bands) == (criterion.level is not None)
