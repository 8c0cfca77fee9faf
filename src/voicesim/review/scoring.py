"""From a session's folder to its scorecard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from voicesim.engine.events import End
from voicesim.errors import BadInputError, VoicesimError
from voicesim.review.voice import hear_voice
from voicesim.scoring.conversation import Conversation, VoiceHeard
from voicesim.scoring.log import from_records
from voicesim.scoring.overrides import overrides_from_json, overrides_to_json, reviewed
from voicesim.scoring.rubric import Rubric, load_rubric
from voicesim.scoring.scorecard import Override, Scorecard, score
from voicesim.session.disk import write_atomically
from voicesim.session.reader import Bundle
from voicesim.session.writer import storage_error

SCORECARD = "scorecard.json"
OVERRIDES = "overrides.json"


def conversation_of(bundle: Bundle, listen: bool = True) -> Conversation:
    """What is scored of a session: all of it, or up to where its log stops.

    Args:
        bundle: the session.
        listen: whether the trainee's track is listened to for delivery; a track that cannot be read is left out.
    """
    scenario = bundle.scenario
    topics = {name: topic.phrases for name, topic in scenario.topics.items()}
    conversation = from_records(bundle.records, topics)
    ended = next((record.ending for record in reversed(bundle.records) if isinstance(record, End)), "")
    state = scenario.states.get(ended)
    title = state.ending.title if state and state.ending else ""
    voice: tuple[VoiceHeard, ...] = ()
    if listen and conversation.trainee_turns:
        try:
            voice = hear_voice(bundle.track("trainee"), conversation.turns)
        except (VoicesimError, OSError):
            voice = ()
    return replace(conversation, ending_title=title, voice=voice)


def score_bundle(bundle: Bundle, rubric: Rubric | str | Path = "default") -> Scorecard:
    """Score a session by a rubric: a bundled one's name, a file, or one already loaded. Overrides kept with it are shown.

    Raises:
        BadInputError: there is no such rubric, or it is not valid; or the overrides are damaged.
    """
    chosen = rubric if isinstance(rubric, Rubric) else load_rubric(rubric)
    card = score(conversation_of(bundle), chosen)
    kept = read_overrides(bundle.path).get(chosen.id, {})
    known = {criterion.id for criterion in card.criteria}
    return reviewed(card, {name: one for name, one in kept.items() if name in known}, chosen) if kept else card


def write_scorecard(bundle: Bundle, scorecard: Scorecard) -> Path:
    """Keep the scorecard in the session's folder, whole or not at all.

    Raises:
        StorageError: it cannot be written.
    """
    path = bundle.path / SCORECARD
    try:
        write_atomically(path, scorecard.to_json())
    except OSError as error:
        raise storage_error(bundle.path, error) from None
    return path


def read_overrides(folder: Path) -> dict[str, dict[str, Override]]:
    """An instructor's judgements kept in a session's folder: by rubric, then by criterion.

    Raises:
        BadInputError: they cannot be read.
    """
    try:
        text = (folder / OVERRIDES).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{folder / OVERRIDES} cannot be read ({error}).", "Mend it or delete it.") from None
    return overrides_from_json(text)


def keep_override(bundle: Bundle, rubric: Rubric, criterion: str, override: Override | None) -> Scorecard:
    """Keep an instructor's judgement beside the machine's value, or take it back; the scorecard file is written anew.

    Args:
        bundle: the session.
        rubric: the rubric the criterion belongs to.
        criterion: its id.
        override: the judgement; None takes it back.

    Returns:
        The scorecard as it now stands.

    Raises:
        BadInputError: the rubric has no such criterion, or the points lie outside 0 to 100.
        StorageError: it cannot be written.
    """
    if override is not None and not 0 <= override.points <= 100:
        raise BadInputError(f"{override.points:g} points are not possible.", "Give 0 to 100.")
    if override is not None and not (override.by.strip() and override.reason.strip()):
        raise BadInputError("An override needs a name and a reason.", "Add --by NAME and --reason TEXT.")
    kept = read_overrides(bundle.path)
    items = dict(kept.get(rubric.id, {}))
    items.pop(criterion, None)
    if override is not None:
        items[criterion] = override
    card = score(conversation_of(bundle), rubric)
    checked = reviewed(card, {criterion: override} if override else {}, rubric)
    if override is None and criterion not in {each.id for each in checked.criteria}:
        reviewed(card, {criterion: Override(0, "-", "-")}, rubric)  # says which criteria there are
    try:
        write_atomically(bundle.path / OVERRIDES, overrides_to_json({**kept, rubric.id: items}))
    except OSError as error:
        raise storage_error(bundle.path, error) from None
    result = reviewed(card, items, rubric)
    write_scorecard(bundle, result)
    return result
