"""WebVTT: captions for any player, each speaker a voice, each word with the time at which it sounds."""

from __future__ import annotations

from collections.abc import Iterator

from voicesim.engine.events import Word
from voicesim.exports.material import Material, Stretch
from voicesim.exports.settings import export_settings
from voicesim.exports.text import one_line
from voicesim.timebase import samples

_PER_MS = 16
"""Samples in a millisecond."""


def to_vtt(material: Material) -> bytes:
    """The session as WebVTT (W3C, https://www.w3.org/TR/webvtt1/), UTF-8.

    Cues may overlap where both spoke. Text is escaped, so that no word of anybody's can end a cue or open a tag.
    """
    blocks = ["WEBVTT", f"NOTE\n{_escaped(one_line(material.meta.scenario.title))}, {_escaped(material.meta.id)}"]
    cues = [cue for stretch in material.said if stretch.text for cue in _cues(stretch)]
    for number, cue in enumerate(sorted(cues, key=lambda cue: cue[:2]), start=1):
        start, end, name, payload = cue
        blocks.append(f"{number}\n{_time(start)} --> {_time(end)}\n<v {name}>{payload}")
    return ("\n\n".join(blocks) + "\n").encode()


def _cues(stretch: Stretch) -> Iterator[tuple[int, int, str, str]]:
    """(start in ms, end in ms, voice, payload) of each cue."""
    name = _escaped(one_line(stretch.name)) or "Speaker"
    if not stretch.timed:
        start = _ms(stretch.start)
        yield start, max(_ms(stretch.end), start + 1), name, _escaped(stretch.text)
        return
    pieces = list(_pieces(stretch.words))
    for number, piece in enumerate(pieces):
        begin, finish = piece[0].start, max(word.end for word in piece)
        if number == 0:
            begin = min(begin, stretch.start)
        if number == len(pieces) - 1:
            finish = max(finish, stretch.end)
        start = _ms(begin)
        end = max(_ms(finish), start + 1)
        yield start, end, name, _payload(piece, start, end)


def _pieces(words: tuple[Word, ...]) -> Iterator[list[Word]]:
    """Words cut into cues: not too many letters, not too long, anew after a silence, at the end of a sentence if there is one."""
    limits = export_settings().captions
    piece: list[Word] = []
    for word in words:
        if piece and word.start - piece[-1].end >= samples(limits.gap):
            yield piece
            piece = []
        letters = sum(len(each.text) + 1 for each in piece) + len(word.text)
        if piece and (letters > limits.most_characters or word.end - piece[0].start > samples(limits.most_seconds)):
            ends = [place for place, each in enumerate(piece, start=1) if each.text.endswith((".", "?", "!"))]
            cut = ends[-1] if ends else len(piece)
            yield piece[:cut]
            piece = piece[cut:]
        piece.append(word)
    if piece:
        yield piece


def _payload(piece: list[Word], start: int, end: int) -> str:
    """The words with a timestamp before each but the first; only such that lie inside the cue and come one after another."""
    parts, latest = [], start
    for number, word in enumerate(piece):
        text = _escaped(one_line(word.text))
        at = _ms(word.start)
        if number and latest < at < end:
            latest = at
            text = f"<{_time(at)}>{text}"
        parts.append(text)
    return " ".join(part for part in parts if part)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _ms(position: int) -> int:
    return round(position / _PER_MS)


def _time(ms: int) -> str:
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"
