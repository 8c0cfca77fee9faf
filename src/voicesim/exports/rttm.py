"""RTTM: who spoke when, as diarisation tools read it. One writer for sessions and for `voicesim segments`."""

from __future__ import annotations

from voicesim.exports.material import Material


def rttm_line(name: str, onset: float, end: float, speaker: str) -> str:
    """One line of RTTM (NIST Rich Transcription 2009, appendix A).

    Args:
        name: of the recording; spaces, which part the fields, become underscores.
        onset: where the stretch begins, seconds.
        end: where it ends, seconds.
        speaker: who speaks.
    """
    return f"SPEAKER {field(name)} 1 {onset:.3f} {end - onset:.3f} <NA> <NA> {field(speaker)} <NA> <NA>"


def field(text: str) -> str:
    """A text as one field: without spaces or anything that a reader may take for one; never empty."""
    return (
        "".join("_" if character.isspace() or not character.isprintable() else character for character in text) or "_"
    )


def to_rttm(material: Material) -> bytes:
    """Both speakers' stretches of speech, by voice activity on each one's own track, in order."""
    from voicesim.timebase import seconds

    found = sorted(
        (span.start, span.end, speaker)
        for speaker, spans in material.conversation.segments.items()
        for span in spans
        if span.length >= 16  # under a millisecond nothing is left of it in this format
    )
    lines = [rttm_line(material.meta.id, seconds(start), seconds(end), speaker) for start, end, speaker in found]
    return "".join(line + "\n" for line in lines).encode()
