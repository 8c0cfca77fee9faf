"""Sessions that every version left behind: this one reads and scores them all, and decides its own exactly as it did.

`scripts/golden.py make` keeps those of a new version. When a rule is changed on purpose the version is raised, and they are made
anew.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voicesim import __version__
from voicesim.engine.events import End, TurnTaken
from voicesim.errors import BadInputError
from voicesim.live.replay import replay
from voicesim.review.scoring import conversation_of
from voicesim.scoring.rubric import load_rubric
from voicesim.scoring.scorecard import Scorecard, score
from voicesim.session.reader import Bundle, open_bundle
from voicesim.session.transcript import transcript

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
ALL = sorted(path.parent for path in GOLDEN.glob("*/*/meta.json"))
OWN = [path for path in ALL if path.parent.name == __version__]
EARLIER = [path for path in ALL if path not in OWN]


def name(path: Path) -> str:
    return f"{path.parent.name}-{path.name}"


def scored(bundle: Bundle) -> Scorecard:
    return score(conversation_of(bundle, listen=False), load_rubric("default"))


def decides(bundle: Bundle) -> str:
    """Whether the engine decides alike today: where it first does not, or which version would."""
    try:
        return replay(bundle).difference or "alike"
    except BadInputError as error:
        return error.remedy


def test_there_are_sessions_of_this_version_and_of_two_before() -> None:
    assert len(OWN) >= 4
    assert len({path.parent.name for path in EARLIER}) >= 2


@pytest.mark.parametrize("golden", ALL, ids=name)
def test_a_session_of_any_version_opens_whole(golden: Path) -> None:
    bundle = open_bundle(golden)
    lines = (golden / "events.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(bundle.records) == len(lines)
    assert [note for note in bundle.notes if "track is missing" not in note] == []
    assert bundle.meta.voicesim == golden.parent.name
    said = [each.text for each in transcript(bundle.records) if each.speaker == "trainee"]
    assert set(said) >= {record.text for record in bundle.records if isinstance(record, TurnTaken)}
    ending = next(record.ending for record in bundle.records if isinstance(record, End))
    assert not ending or bundle.scenario.states[ending].ending


@pytest.mark.parametrize("golden", EARLIER, ids=name)
def test_an_earlier_session_is_scored_and_replayed_or_told_which_version_can(golden: Path) -> None:
    bundle = open_bundle(golden)
    then = json.loads((golden / "scorecard.json").read_text(encoding="utf-8"))
    now = scored(bundle)
    assert (now.overall is None) == (then["overall"] is None)
    assert {each["id"] for each in then["criteria"]} <= {each.id for each in now.criteria}
    assert decides(bundle).startswith(("alike", "record ", f"Replay it with voicesim {bundle.meta.voicesim}"))


@pytest.mark.parametrize("golden", OWN, ids=name)
def test_a_session_of_this_version_decides_and_scores_exactly_as_it_did(golden: Path) -> None:
    bundle = open_bundle(golden)
    assert decides(bundle) == "alike"
    assert scored(bundle).to_json() == (golden / "scorecard.json").read_text(encoding="utf-8")
