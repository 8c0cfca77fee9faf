"""From a session's folder to its scorecard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from voicesim.engine.events import End
from voicesim.errors import BadInputError, VoicesimError
from voicesim.remarks.kinds import CriterionOverride, Who, said
from voicesim.remarks.log import append_remark, read_remarks
from voicesim.remarks.standing import Review, standing
from voicesim.review.voice import hear_voice
from voicesim.scoring.conversation import Conversation, VoiceHeard
from voicesim.scoring.interruptions import find_overlaps
from voicesim.scoring.labels import relabelled
from voicesim.scoring.log import from_records
from voicesim.scoring.overrides import overrides_from_json, reviewed
from voicesim.scoring.rubric import Rubric, load_rubric
from voicesim.scoring.scorecard import Override, Scorecard, score
from voicesim.session.disk import write_atomically
from voicesim.session.reader import Bundle
from voicesim.session.writer import storage_error
from voicesim.yamlfile import did_you_mean

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
    """Score a session by a rubric: a bundled one's name, a file, or one already loaded. What people judged stands beside it.

    Raises:
        BadInputError: there is no such rubric, or it is not valid; or the judgements are damaged.
    """
    chosen = rubric if isinstance(rubric, Rubric) else load_rubric(rubric)
    return judge(conversation_of(bundle), chosen, read_review(bundle.path), _older_overrides(bundle.path))


def judge(
    conversation: Conversation,
    rubric: Rubric,
    review: Review,
    older: Mapping[str, Mapping[str, Override]] | None = None,
) -> Scorecard:
    """A conversation scored by the machine, with people's judgements beside its values.

    Args:
        conversation: what is scored.
        rubric: what it is judged by.
        review: what people said.
        older: points from `overrides.json`, by rubric and criterion; what was said since counts more.
    """
    card = score(conversation, rubric)
    points = _points(rubric.id, review, older or {})
    known = {criterion.id for criterion in card.criteria}
    points = {name: one for name, one in points.items() if name in known}
    recount, applied = None, review.relabels()
    if applied:
        heard, overlaps, applied = relabelled(conversation, find_overlaps(conversation), applied)
        recount = score(heard, rubric, overlaps) if applied else None
    return reviewed(card, points, rubric, recount, applied) if points or applied else card


def read_review(folder: Path) -> Review:
    """Where people's review of the session in a folder stands.

    Raises:
        BadInputError: it cannot be read.
    """
    return standing(read_remarks(folder).remarks)


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
    """The points that people gave, by rubric, then by criterion: what stands of the remarks, and of `overrides.json` before them.

    Raises:
        BadInputError: they cannot be read.
    """
    older, review = _older_overrides(folder), read_review(folder)
    rubrics = [*older, *(rubric for rubric, _ in review.criteria)]
    return {rubric: points for rubric in dict.fromkeys(rubrics) if (points := _points(rubric, review, older))}


def _points(rubric: str, review: Review, older: Mapping[str, Mapping[str, Override]]) -> dict[str, Override]:
    judged = {criterion for of, criterion in review.criteria if of == rubric}
    before = {criterion: one for criterion, one in older.get(rubric, {}).items() if criterion not in judged}
    return {**before, **review.points(rubric)}


def _older_overrides(folder: Path) -> dict[str, dict[str, Override]]:
    """What versions before the instructor's room kept."""
    try:
        text = (folder / OVERRIDES).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{folder / OVERRIDES} cannot be read ({error}).", "Mend it or delete it.") from None
    return overrides_from_json(text)


def keep_override(bundle: Bundle, rubric: Rubric, criterion: str, override: Override | None) -> Scorecard:
    """Keep somebody's judgement beside the machine's value, or take it back; the scorecard file is written anew.

    It is kept as a remark of the session, as the instructor's room keeps it.

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
    check_criterion(rubric, criterion)
    if override is not None or criterion in read_overrides(bundle.path).get(rubric.id, {}):
        who = Who(name=_short(override.by, 120) if override else "the command line")
        reason = _short(override.reason, 2000) if override else "Taken back."
        points = override.points if override else None
        remark = said(
            CriterionOverride, who, "instructor", rubric=rubric.id, criterion=criterion, points=points, reason=reason
        )
        append_remark(bundle.path, remark)
    card = score_bundle(bundle, rubric)
    write_scorecard(bundle, card)
    return card


def check_criterion(rubric: Rubric, criterion: str) -> None:
    """Refuse a criterion that a rubric does not have.

    Raises:
        BadInputError: it has none of this name; it says which there are.
    """
    known = [rule.id for rule in rubric.criteria]
    if criterion not in known:
        raise BadInputError(f"The rubric '{rubric.id}' has no criterion '{criterion}'.", did_you_mean(criterion, known))


def _short(text: str, most: int) -> str:
    return text.strip()[:most]
