"""Writes a session's report: one HTML file with timeline, question map, transcript and sound."""

from __future__ import annotations

from pathlib import Path

from voicesim.engine.events import End
from voicesim.errors import VoicesimError
from voicesim.review.page import About, render
from voicesim.review.scoring import conversation_of
from voicesim.review.sound import stereo_data_uri
from voicesim.scenario.support_lines import support_for
from voicesim.scoring.scorecard import Scorecard
from voicesim.session.disk import write_atomically
from voicesim.session.reader import Bundle
from voicesim.session.writer import storage_error


def write_report(bundle: Bundle, scorecard: Scorecard, path: Path) -> Path:
    """Write the report as one HTML file, whole or not at all.

    Tracks that cannot be read leave a report without sound, which says so.

    Raises:
        StorageError: the file cannot be written.
    """
    notes, audio = bundle.notes, ""
    try:
        audio = stereo_data_uri(bundle.track("trainee"), bundle.track("survivor"))
    except VoicesimError as error:
        notes = (*notes, f"The sound could not be read: {error.problem}")
    text = render(conversation_of(bundle), scorecard, about(bundle, notes), audio)
    try:
        write_atomically(path, text)
    except OSError as error:
        raise storage_error(path.parent, error) from None
    return path


def about(bundle: Bundle, notes: tuple[str, ...] = ()) -> About:
    """What the report says around the figures, from the session's scenario and metadata."""
    scenario, meta = bundle.scenario, bundle.meta
    ended = next((record.ending for record in reversed(bundle.records) if isinstance(record, End)), "")
    state = scenario.states.get(ended)
    ending = state.ending if state else None
    ears, voice = (f"{part.engine} {part.model}".strip() for part in (meta.transcriber, meta.voice))
    return About(
        title=scenario.title,
        her_name=scenario.persona.name.split()[0],
        cast={name: member.name for name, member in scenario.cast.items()},
        created=meta.created[:16].replace("T", " "),
        ending_title=ending.title if ending else "",
        ending_summary=ending.summary if ending else "",
        content_note=scenario.content_note,
        support=tuple((one.name, one.contact, one.where) for one in support_for(scenario, meta.country)),
        disclosures={name: one.about for name, one in scenario.disclosures.items()},
        feelings={name: (one.start, one.low, one.high) for name, one in scenario.feelings.items()},
        made_with=f"voicesim {meta.voicesim}; speech recognition: {ears}; her voice: {voice}",
        notes=notes,
    )
