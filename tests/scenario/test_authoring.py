"""From nothing to a scenario: the template runs, trainees try it, pictures are drawn."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from small_scenario import SMALL, changed, load

from voicesim.errors import BadInputError
from voicesim.rehearsal.coverage import cover, play_script
from voicesim.rehearsal.dry_run import Rehearsal
from voicesim.scenario.check import check
from voicesim.scenario.drawing import svg
from voicesim.scenario.load import library, load_scenario
from voicesim.scenario.new import write_new
from voicesim.scenario.scripted import load_trainees

TRAINEES = """\
format: voicesim/trainees/1
scenario: small
trainees:
  asks:
    about: Asks about the dog.
    ends: opens_up
    turns: ["Is it about the dog?", "Thank you."]
  blames:
    about: Blames.
    ends: guarded
    turns:
      - wait: 5
      - interrupts: "It's your own fault, really."
"""


def trainees(folder: Path, text: str = TRAINEES) -> Path:
    path = folder / "small.trainees.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_new_scenario_is_sound_and_its_trainees_meet_everything(tmp_path: Path) -> None:
    story, _ = write_new("first-try", tmp_path / "deep" / "folder")
    loaded = load_scenario(story)
    assert loaded.scenario.id == "first-try"
    assert check(loaded) == ()
    found = cover(loaded.scenario, load_trainees(loaded), runs=200)
    assert found.states_met(found.scripted) == found.lines_met(found.scripted) == 100
    assert found.wrong_endings == ()
    assert found.random.stuck == []
    assert not found.scripted.speechless


@pytest.mark.parametrize("name", ["First Try", "9-lives", "../out", "a_b", ""])
def test_a_name_that_cannot_be_used_is_answered_with_one_that_can(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"lower-case words joined by hyphens, like [a-z]"):
        write_new(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    story, _ = write_new("mine", tmp_path)
    story.write_text("mine now", encoding="utf-8")
    with pytest.raises(BadInputError, match="nothing is overwritten"):
        write_new("mine", tmp_path)
    assert story.read_text(encoding="utf-8") == "mine now"


def test_scripted_trainees_do_what_is_written(tmp_path: Path) -> None:
    loaded = load(SMALL, tmp_path)
    blames = load_trainees(loaded, trainees(tmp_path))["blames"]
    beats = play_script(Rehearsal(loaded.scenario), blames)
    assert [beat.lines for beat in beats[1:]] == [("It is about the dog.",), ("I was talking.", "I am going.")]
    assert beats[-1].ending is not None
    assert beats[-1].ending.kind == "ends_it"


def test_coverage_names_what_nobody_met_and_who_ended_otherwise(tmp_path: Path) -> None:
    loaded = load(SMALL, tmp_path)
    found = cover(loaded.scenario, load_trainees(loaded, trainees(tmp_path)), runs=0)
    assert found.missed_states(found.scripted) == ["short", "kept"]
    assert "rule/hello/3/0" in found.missed_lines(found.scripted)
    assert {(run.trainee, run.ending, run.expected) for run in found.wrong_endings} == {
        ("blames", "ends_it", "guarded")
    }
    assert found.idle_rules()["short/0"] == ("states", "short", "next", 0)


def test_random_trainees_meet_what_can_be_met_and_the_same_seed_meets_the_same(tmp_path: Path) -> None:
    scenario = load(SMALL, tmp_path).scenario
    found, again = cover(scenario, {}, runs=300), cover(scenario, {}, runs=300)
    assert found.states_met(found.random) == found.lines_met(found.random) == 100
    assert (found.random.states, found.random.lines) == (again.random.states, again.random.lines)
    assert found.random.states != cover(scenario, {}, runs=300, seed=1).random.states


def test_a_scenario_without_limits_is_shown_to_have_no_end(tmp_path: Path) -> None:
    text = changed("      - hears: anything\n        go: short\n  telling", "      - hears: {move: thank}\n        go: short\n"
                   "      - hears: anything\n        go: hello\n  telling").replace(
                       "closes_after: {turns: 20, silence: 60, go: gone}\n", "")  # fmt: skip
    found = cover(load(text, tmp_path).scenario, {}, runs=200)
    assert {stuck.why for stuck in found.random.stuck} == {
        "she waits for ever for a trainee who says nothing",
        "it goes on and on",
    }
    assert found.random.speechless["hello"] > 0


@pytest.mark.parametrize(("old", "new", "words"), [
    ("ends: guarded", "ends: happy", "opens_up"),
    ("- wait: 5", "- wait: -5", "it must be more than 0"),
    ("interrupts:", "interupts:", "interupts"),
    ("scenario: small", "scenario: large", "these trainees are for 'large'"),
])  # fmt: skip
def test_a_slip_in_the_trainees_file_is_named(old: str, new: str, words: str, tmp_path: Path) -> None:
    path = trainees(tmp_path, TRAINEES.replace(old, new))
    with pytest.raises(BadInputError, match=words) as slip:
        load_trainees(load(SMALL, tmp_path), path)
    line = TRAINEES[: TRAINEES.index(old)].count("\n") + 1
    assert f"small.trainees.yaml:{line}:" in str(slip.value)


@pytest.mark.parametrize("name", library())
def test_every_state_stands_in_the_picture_once(name: str) -> None:
    scenario = load_scenario(name).scenario
    picture = ElementTree.fromstring(svg(scenario))
    labels = [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert sorted(label for label in labels if label != "anywhere") == sorted(scenario.states)
    arrows = [path for path in picture.iter("{http://www.w3.org/2000/svg}path") if path.get("marker-end")]
    ways = {(name, rule.go) for name, state in scenario.states.items() for rule in state.next if rule.go}
    assert len(arrows) >= len(ways)


def test_nothing_in_a_title_can_break_out_of_the_picture(tmp_path: Path) -> None:
    text = SMALL.replace("title: A small one", 'title: "</title><script>alert(1)</script>"')
    picture = ElementTree.fromstring(svg(load(text, tmp_path).scenario))
    assert not list(picture.iter("{http://www.w3.org/2000/svg}script"))
