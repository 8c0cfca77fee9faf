"""`scenario check` finds each mistake planted in a sound scenario, on its line, and says what to do."""

# ruff: noqa: E501 - a table of planted mistakes reads better unbroken

from __future__ import annotations

from pathlib import Path

import pytest
from small_scenario import SMALL, changed, line_of, load

from voicesim.scenario.check import check, refuse_broken
from voicesim.yamlfile import BadFileError

PLANTED = {
    # what was done to it: (old, new, text on the line that is to be named, level, words of the finding)
    "an unknown start": ("start: hello", "start: helo", "start: helo", "error", "Did you mean 'hello'?"),
    "a way to nowhere": ("go: kept", "go: kep", "go: kep", "error", "there is no state 'kep'. Did you mean 'kept'?"),
    "an unknown feeling": ('{trust: ">= 20"}', '{trsut: ">= 20"}', "trsut", "error", "Did you mean 'trust'?"),
    "an unknown change": ("changes: {trust: 10}", "changes: {hope: 10}", "hope", "error", "no feeling 'hope'"),
    "an unknown topic": ("topic: the-dog", "topic: the-dgo", "the-dgo", "error", "Did you mean 'the-dog'?"),
    "an unknown disclosure": ("reveals: dog-ran", "reveals: dog-rna", "dog-rna", "error", "Did you mean 'dog-ran'?"),
    "an unknown state in a condition": ('{trust: ">= 20"}', "{visited: shrot}", "shrot", "error", "mean 'short'?"),
    "an unknown told": ('{trust: ">= 20"}', "{told: cat}", "told: cat", "error", "no disclosure 'cat'"),
    "an unknown exception": ("says: I was talking.", "says: Hm.\n    except_in: [nope]", "nope", "error", "no state 'nope'"),
    "a disclosure nobody tells": ("        reveals: dog-ran\n", "", "  dog-ran:", "warning", "no line reveals it"),
    "a speaker nobody knows": ("    lines: I see.", "    lines: {text: I see., by: captain}", "by: captain", "error",
                               "nobody called 'captain' in the cast"),
    "a cast member who never speaks": ("feelings:\n", "cast:\n  captain: {name: Ruiz, age: 50, pronouns: he/him, about: x}\n"
                                       "feelings:\n", "  captain:", "warning", "says nothing"),
    "a state nobody comes to": ("  gone:\n", "  lost:\n    about: x\n    lines: Oh.\n    next:\n      - {hears: "
                                "anything, go: kept}\n  gone:\n", "  lost:", "error", "she never comes here"),
    "no way out": ("go: told", "go: telling", "  telling:", "error", "can never leave"),
    "no ending in reach": ("        go: told", "        go: round\n  round:\n    about: x\n    lines: [Oh., Ah.]\n    next:\n"
                           "      - {hears: anything, go: telling}", "  telling:", "error", "no ending can be reached"),
    "nothing for other words": ("      - hears: anything\n        go: short", "      - hears: {move: thank}\n        go: short",
                                "  hello:", "error", "would not react"),
    "an answer only under a condition": ("      - hears: anything\n        go: short", "      - hears: anything\n"
                                         '        when: {trust: ">= 10"}\n        go: short', "  hello:", "error",
                                         "would not react"),
    "answers that run out": ("        go: told", "        says: Yes.\n      - hears: {move: thank}\n        go: told",
                             "  telling:", "error", "falls silent for good"),
    "an ending with rules": ("    ending: {kind: guarded", "    next:\n      - {hears: anything, go: told}\n"
                             "    ending: {kind: guarded", "    next:\n      - {hears: anything, go: told}", "error",
                             "the conversation is over here"),
    "one kind of ending missing": ("kind: ends_it", "kind: guarded", "states:", "warning", "of the kind ends_it"),
    "a feeling that never gets there": ('">= 20"', '">= 120"', '">= 120"', "error", "runs from 0 to 100 and is never >= 120"),
    "conditions against each other": ('">= 20"', '["> 60", "< 50"]', '"> 60"', "error", "never > 60 and < 50"),
    "a misspelt mark": ("[hesitates 2.0]", "[hesitate 2.0]", "[hesitate 2.0]", "error", "is no mark"),
    "an endless mark": ("[hesitates 2.0]", "[hesitates 200]", "[hesitates 200]", "error", "lasts longer than 20 s"),
    "a line without words": ("- Good morning.", '- "[pause 2.0]"', "[pause 2.0]", "error", "no words in this line"),
    "the same line twice": ("lines: I see.", "lines: Hello there!", "lines: Hello there!", "warning", "says the same in line"),
    "a long line": ("lines: I see.", "lines: " + "and so on " * 14, "and so on", "warning", "takes about 17 s"),
    "silences out of order": ("silence: 4", "silence: 12", "silence: 9", "warning", "comes before the 12 s above"),
    "a silence never reached": ("        says: It is about the dog.", "        go: short", "silence: 9", "warning",
                                "is never reached: after 4 s she moves on"),
    "a rule behind one that takes all": ("      - hears: {move: blame}\n", "      - hears: anything\n        go: short\n"
                                         "      - hears: {move: blame}\n", "{move: blame}", "warning", "is never tried"),
    "a general rule behind every state": ("  - event: interrupted\n    says: I was talking.",
                                          "  - hears: {move: doubt}\n    go: gone", "{move: doubt}", "warning",
                                          "Add 'first: true'"),
    "a rule that does nothing": ("        says: You are quiet.\n", "", "silence: 9", "error", "does nothing"),
    "a question she leaves unanswered": ("        go: gone", "        changes: {trust: -5}", "{move: blame}", "warning",
                                         "will not answer"),
    "a state without words": ("    lines: I see.\n", "", "go: short", "warning", "goes to 'short' without a word"),
    "a state with words only under a condition": ("    lines: I see.\n", "    lines: {text: I see., when: {trust: '> 50'}}\n",
                                                  "{text: I see.", "warning", "Add a line without 'when:'"),
    "a second visit without a line": ("      - hears: anything\n        go: kept", "      - {hears: {move: thank}, go: short}\n"
                                      "      - hears: anything\n        go: kept", "go: short}", "warning",
                                      "its one line has been said"),
    "a mood that never comes": ("about: Calm.}", "about: Calm., voice: {moods: {steady: {}, low: {when: {trust: '< 9'}}}}}",
                                "low:", "warning", "never comes"),
    "no mood for the rest": ("about: Calm.}", "about: Calm., voice: {moods: {low: {when: {trust: '< 9'}}}}}",
                             "low:", "error", "no mood is without a condition"),
}  # fmt: skip


def test_the_small_scenario_is_sound(tmp_path: Path) -> None:
    assert check(load(SMALL, tmp_path)) == ()


@pytest.mark.parametrize("what", PLANTED, ids=lambda what: what.replace(" ", "-"))
def test_a_planted_mistake_is_found_on_its_line(what: str, tmp_path: Path) -> None:
    old, new, at, level, words = PLANTED[what]
    text = changed(old, new)
    findings = check(load(text, tmp_path))
    assert findings
    matching = [finding for finding in findings if words in str(finding)]
    assert matching, "\n".join(map(str, findings))
    assert matching[0].level == level
    assert matching[0].problem.line == line_of(text, at)


def test_blame_that_cannot_be_mended_is_pointed_out(tmp_path: Path) -> None:
    text = changed("        go: gone", "        go: cold").replace(
        "  gone:\n", "  cold:\n    about: x\n    lines: Oh.\n    next:\n      - {hears: anything, go: gone}\n  gone:\n"
    )
    (finding,) = check(load(text, tmp_path))
    assert "no way back" in str(finding)
    assert (finding.level, finding.problem.line) == ("warning", line_of(text, "go: cold"))


def test_going_round_without_a_word_is_an_error(tmp_path: Path) -> None:
    text = (
        changed("    lines: I see.\n", "")
        .replace("        go: kept", "        go: mute")
        .replace(
            "  gone:\n",
            "  mute:\n    about: x\n    next:\n      - {hears: {move: thank}, go: kept}\n      - {hears: anything, go: short}\n  gone:\n",
        )
    )
    errors = [finding for finding in check(load(text, tmp_path)) if finding.level == "error"]
    assert [finding.problem.line for finding in errors] == [line_of(text, "  short:\n"), line_of(text, "  mute:\n")]
    assert all("without ever speaking" in str(finding) for finding in errors)


def test_a_scenario_without_endings_is_an_error(tmp_path: Path) -> None:
    text = "\n".join(row for row in SMALL.splitlines() if "ending:" not in row) + "\n"
    assert any("no state is an ending" in str(finding) for finding in check(load(text, tmp_path)))


def test_a_finding_reads_like_a_compilers(tmp_path: Path) -> None:
    text = changed("go: kept", "go: kep")
    finding = str(check(load(text, tmp_path))[0])
    assert finding.startswith(f"{tmp_path / 'small.yaml'}:{line_of(text, 'go: kep')}: error: states.short.next[1].go: ")


def test_a_broken_scenario_is_not_spoken_but_warnings_pass(tmp_path: Path) -> None:
    refuse_broken(load(changed("lines: I see.", "lines: Hello there!"), tmp_path))
    with pytest.raises(BadFileError, match="there is no state 'kep'"):
        refuse_broken(load(changed("go: kept", "go: kep"), tmp_path))
