"""WebVTT, TextGrid and RTTM, read back by readers that are not ours, whatever words were said."""

from __future__ import annotations

import io
import re
from itertools import pairwise
from pathlib import Path

import webvtt
from exported import any_session, bare, material
from hypothesis import given, settings
from praatio import textgrid

from voicesim.exports.material import Material
from voicesim.exports.rttm import to_rttm
from voicesim.exports.text import one_line
from voicesim.exports.textgrid import to_textgrid
from voicesim.exports.vtt import to_vtt


def cues(exported: bytes) -> list[webvtt.Caption]:
    return list(webvtt.from_buffer(io.StringIO(exported.decode())).captions)


def grid(exported: bytes, folder: Path) -> textgrid.Textgrid:
    path = folder / "session.TextGrid"
    path.write_bytes(exported)
    return textgrid.openTextgrid(
        str(path), includeEmptyIntervals=True, reportingMode="error", duplicateNamesMode="error"
    )


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def test_a_player_shows_who_says_what_and_when() -> None:
    shown = cues(to_vtt(material()))
    first = shown[0]
    assert (first.voice, first.start) == ("Nora", "00:00:01.000")
    assert "They said I should talk" in first.text
    assert {cue.voice for cue in shown} == {"Nora", "Trainee"}
    assert any(cue.text.startswith("Mm-hm") for cue in shown)


def test_every_word_has_its_time_inside_its_cue() -> None:
    raw = to_vtt(material()).decode()
    for block in raw.split("\n\n")[2:]:
        times = [_ms(found) for found in re.findall(r"\d\d:\d\d:\d\d\.\d{3}", block)]
        start, end, *words = times
        assert start < end
        assert all(start < earlier < later < end for earlier, later in pairwise(words))
    assert raw.count("<00:") > 100


def test_no_cue_is_too_long_to_read() -> None:
    assert all(len(cue.text) <= 100 for cue in cues(to_vtt(material())))


def _ms(text: str) -> int:
    hours, minutes, seconds = text.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000 + round(float(seconds) * 1000)


@given(any_session())
@settings(max_examples=40, deadline=None)
def test_no_words_can_break_the_captions(said: Material) -> None:
    raw = to_vtt(said).decode("utf-8")
    blocks = raw.rstrip("\n").split("\n\n")
    assert blocks[0] == "WEBVTT"
    found: dict[str, list[str]] = {"trainee": [], "survivor": []}
    for number, block in enumerate(blocks[2:], start=1):
        identifier, timing, payload = block.split("\n")
        assert identifier == str(number)
        assert re.fullmatch(r"\d\d:\d\d:\d\d\.\d{3} --> \d\d:\d\d:\d\d\.\d{3}", timing)
        assert "-->" not in payload
        voice, text = re.fullmatch(r"<v ([^>]+)>(.*)", payload).groups()  # type: ignore[union-attr]
        words = unescaped(re.sub(r"<[^>]*>", "", text)).split()
        found["trainee" if voice == "Trainee" else "survivor"] += words
    for speaker, words in found.items():
        assert sorted(words) == sorted(w for one in said.said if one.speaker == speaker for w in one.text.split())


def test_praat_sees_words_turns_overlaps_and_question_types(tmp_path: Path) -> None:
    read = grid(to_textgrid(material()), tmp_path)
    assert read.tierNames == (
        "trainee words", "survivor words", "trainee turns", "survivor turns", "overlaps", "question types",
    )  # fmt: skip
    labels = {entry.label for entry in read.getTier("question types").entries}
    assert {"", "Open"} <= labels
    assert "interruption" in {entry.label for entry in read.getTier("overlaps").entries}
    words = [entry for entry in read.getTier("trainee words").entries if entry.label]
    assert words[0].label == "Hello,"
    assert abs(words[0].start - 6.6) < 0.001


def test_labels_that_are_not_released_are_not_in_the_annotation(tmp_path: Path) -> None:
    read = grid(to_textgrid(bare(material())), tmp_path)
    assert read.tierNames == ("trainee words", "survivor words", "trainee turns", "survivor turns")


@given(any_session())
@settings(max_examples=40, deadline=None)
def test_no_words_can_break_the_annotation(tmp_path_factory: object, said: Material) -> None:
    exported = to_textgrid(said)
    read = grid(exported, tmp_path_factory.mktemp("grid"))  # type: ignore[attr-defined]
    for name in read.tierNames:
        tier = read.getTier(name)
        assert tier.entries[0].start == 0
        assert tier.entries[-1].end == tier.maxTimestamp == read.maxTimestamp
        for before, after in pairwise(tier.entries):
            assert before.start < before.end == after.start
    for speaker in ("trainee", "survivor"):
        written = [one_line(w.text) for one in said.said if one.speaker == speaker for w in one.words]
        kept = re.findall(r'text = "((?:[^"]|"")*)" \n', _tier(exported.decode(), f"{speaker} words"))
        assert sorted(each.replace('""', '"') for each in kept if each) == sorted(each for each in written if each)


def _tier(text: str, name: str) -> str:
    return text.split(f'name = "{name}"')[1].split("    item [")[0]


def test_diarisation_tools_read_who_spoke_when() -> None:
    spoken: dict[str, float] = {}
    for line in to_rttm(material()).decode().splitlines():
        kind, name, channel, onset, length, *rest = line.split()
        assert (kind, name, channel) == ("SPEAKER", "20260301T061000-first-interview-abc123", "1")
        assert len(rest) == 5
        assert rest[0] == rest[1] == rest[3] == rest[4] == "<NA>"
        assert float(onset) >= 0
        spoken[rest[2]] = spoken.get(rest[2], 0) + float(length)
    segments = material().conversation.segments
    assert spoken.keys() == {"trainee", "survivor"}
    for speaker, total in spoken.items():
        assert abs(total - sum(s.length for s in segments[speaker]) / 16000) < 0.05  # type: ignore[index]


@given(any_session())
@settings(max_examples=40, deadline=None)
def test_every_line_of_rttm_has_ten_fields(said: Material) -> None:
    for line in to_rttm(said).decode().splitlines():
        assert len(line.split()) == 10
        assert float(line.split()[4]) > 0
