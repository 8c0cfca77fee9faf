"""An author's slips in YAML are found on their line and explained; nothing but data is ever read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict
from small_scenario import SMALL, changed, line_of

from voicesim.errors import BadInputError
from voicesim.scenario.model import Scenario
from voicesim.yamlfile import BadFileError, Problem, load_model, parse, validate


def problems_of(text: str) -> list[str]:
    with pytest.raises(BadFileError) as caught:
        validate(parse(text, "mine.yaml"), Scenario)
    return str(caught.value).splitlines()


SLIPS = {
    "a misspelt key": ("content_note: Nothing", "contentnote: Nothing", "contentnote", "Did you mean 'content_note'?"),
    "a misspelt key deep inside": ("        when: {trust", "        wehn: {trust", "wehn", "Did you mean 'when'?"),
    "a misspelt move": ("{move: blame}", "{move: blam}", "blam}", "Did you mean 'blame'?"),
    "a missing key": ("minutes: 2\n", "", "format:", "'minutes' is missing"),
    "words for a number": ("minutes: 2", "minutes: two", "two", "'two' is no number"),
    "too large a number": ("minutes: 2", "minutes: 500", "500", "at most 120"),
    "a bare comparison": ('{trust: ">= 20"}', "{trust: >= 20}", ">= 20", 'Write it in double quotes: ">= 40"'),
    "a comparison without a sign": ('{trust: ">= 20"}', "{trust: 20}", "20}", "20 is no comparison"),
    "a name with capitals": ("start: hello", "start: The Hall", "The Hall", "lower-case words joined by hyphens"),
    "a tab": ("    about: She waits.", "\tabout: She waits.", "\tabout", "Use spaces"),
    "odd indentation": ("    about: She waits.", "   about: She waits.\n    x: y", "    x: y", "indent"),
    "a line that begins with a mark": (
        "- Good morning.",
        "- [pause 0.6] Good morning.",
        "[pause",
        "Put the whole line in double quotes",
    ),
    "a line with a colon": ("- Good morning.", "- He said: good morning.", "He said", "because of the colon"),
    "a quotation left open": ("- Good morning.", '- "Good morning.', '"Good', "quotation mark that has no partner"),
    "a key twice": (
        "    about: She tells.",
        "    about: She tells.\n    about: Twice.",
        "about: Twice",
        "is here already",
    ),
    "a state twice": ("  short:\n", "  telling:\n", "telling:\n    about: She answers", "is here already, in line"),
    "nothing after a key": ("    lines: I see.", "    lines:", "lines:\n    next", "is empty"),
    "a list for a map": ("  trust: {start: 40}", "  - trust", "feelings", "must hold keys and values"),
    "two triggers": (
        "  - event: interrupted",
        "  - event: interrupted\n    silence: 3",
        "event: int",
        "exactly one of",
    ),
    "an empty key": ("  - event: interrupted", "  - '': odd\n    event: interrupted", "odd", "there is no key ''"),
    "no trigger": ("  - event: interrupted\n    says", "  - says", "- says: I was", "exactly one of"),
    "a second document": ("anywhere:", "---\nanywhere:", "---", "a second document"),
    "a feeling out of bounds": ("{start: 40}", "{start: 400}", "trust: {start", "start 400.0 lies outside"),
    "a yes that is a key": ("  the-dog:", "  yes: 3\n  the-dog:", "yes: 3", "topics.yes: must hold keys"),
}


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.replace(" ", "-"))
def test_a_slip_is_reported_on_its_line_with_what_to_do(slip: str) -> None:
    old, new, at, expected = SLIPS[slip]
    text = changed(old, new)
    first = problems_of(text)[0]
    assert first.startswith(f"mine.yaml:{line_of(text, at)}: ")
    assert expected in first


def test_every_problem_is_reported_once_in_the_order_of_the_file() -> None:
    text = (
        changed("minutes: 2", "minutes: two").replace("{move: blame}", "{move: blam}").replace("go: kept", "goes: kept")
    )
    lines = [int(problem.split(":")[1]) for problem in problems_of(text)]
    assert lines == [line_of(text, "two"), line_of(text, "blam}"), line_of(text, "goes:")]


def test_plain_words_stay_words() -> None:
    document = parse("- No\n- yes\n- on\n- 1:30\n- 0808\n- 12\n- true\n- 2.5\n- 2024-05-01\n- ~\n")
    assert document.data == ["No", "yes", "on", "1:30", "0808", 12, True, 2.5, "2024-05-01", None]


def test_a_document_knows_the_line_of_every_place() -> None:
    document = parse(SMALL)
    assert document.line_of(("states", "hello", "next", 1, "go")) == line_of(SMALL, "go: telling")
    assert document.line_of(("states", "hello", "next", 1, "when", "feelings", "trust", 0)) == line_of(SMALL, "when:")
    assert document.line_of(("states", "short", "lines", 0, "text")) == line_of(SMALL, "lines: I see")
    assert document.line_of(("states", "nowhere")) == line_of(SMALL, "states:")


@pytest.mark.parametrize(
    "attack",
    [
        "a: !!python/object/apply:os.system ['touch {witness}']",
        "!!python/name:os.system : 1",
        "a: !!python/object/new:subprocess.Popen [['touch', '{witness}']]",
        "a: !anything b",
    ],
)
def test_yaml_never_runs_code(attack: str, tmp_path: Path) -> None:
    witness = tmp_path / "it-ran"
    with pytest.raises(BadFileError, match="not allowed"):
        parse(attack.replace("{witness}", str(witness)))
    assert not witness.exists()


def test_an_alias_bomb_is_refused() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    with pytest.raises(BadFileError, match="holds more than"):
        parse("\n".join(rows))


def test_an_alias_of_itself_is_refused() -> None:
    with pytest.raises(BadFileError, match="not there yet"):
        parse("a: &a [*a]")


def test_a_few_aliases_are_fine() -> None:
    assert parse("a: &kind [one, two]\nb: *kind\n").data == {"a": ["one", "two"], "b": ["one", "two"]}


@pytest.mark.parametrize("deep", ["[" * 100_000, "- " * 5_000 + "x", "{a: " * 5_000])
def test_a_very_deep_file_is_refused(deep: str) -> None:
    with pytest.raises(BadFileError, match="deeper than"):
        parse(deep)


class Setting(BaseModel):
    model_config = ConfigDict(extra="forbid")
    weight: float


def test_any_model_can_be_loaded(tmp_path: Path) -> None:
    path = tmp_path / "setting.yaml"
    path.write_text("weight: 0.5\n")
    assert load_model(path, Setting) == Setting(weight=0.5)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "setting.yaml:1: is empty."),
        (b"# nothing\n", "setting.yaml:1: is empty."),
        (b"a: 1\nb: \xff\n", "setting.yaml:2: is not UTF-8 text."),
        (b"weight: 1\nb: \x00\n", "setting.yaml:2: holds a character"),
        (b"- weight\n", "setting.yaml:1: must hold keys and values"),
        (b"x" * 2_000_001, "setting.yaml: is larger than 2 MB."),
    ],
)
def test_a_file_that_is_no_settings_file_is_refused_in_one_line(content: bytes, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "setting.yaml"
    path.write_bytes(content)
    with pytest.raises(BadInputError) as caught:
        load_model(path, Setting)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"none\.yaml: there is no such file"):
        load_model(tmp_path / "none.yaml", Setting)
    with pytest.raises(BadInputError, match="is a folder"):
        load_model(tmp_path, Setting)


def test_windows_line_ends_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    path = tmp_path / "setting.yaml"
    path.write_bytes(b"\xef\xbb\xbfweight: 2\r\n")
    assert load_model(path, Setting).weight == 2


def problems_in(text: str) -> tuple[Problem, ...]:
    try:
        validate(parse(text, "mine.yaml"), Scenario)
    except BadFileError as error:
        return error.problems
    return ()


@given(st.text(max_size=200))
def test_whatever_is_in_a_file_is_read_or_explained(text: str) -> None:
    assert all(1 <= problem.line <= len(text.splitlines()) + 1 for problem in problems_in(text))


@given(
    st.integers(0, len(SMALL)), st.sampled_from(["\t", ":", "- ", '"', "[", "{", "&a ", "*a ", "!x ", "%", "#", "\n"])
)
def test_a_slip_anywhere_in_a_scenario_is_read_or_explained(place: int, slip: str) -> None:
    text = SMALL[:place] + slip + SMALL[place:]
    problems = problems_in(text)
    assert all(1 <= problem.line <= text.count("\n") + 1 for problem in problems)
    assert all(problem.what for problem in problems)
