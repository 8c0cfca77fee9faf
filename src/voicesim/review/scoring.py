"""From a session's folder to its scorecard."""

from __future__ import annotations

from pathlib import Path

from voicesim.scoring.conversation import Conversation
from voicesim.scoring.log import from_records
from voicesim.scoring.rubric import Rubric, load_rubric
from voicesim.scoring.scorecard import Scorecard, score
from voicesim.session.meta import write_atomically
from voicesim.session.reader import Bundle
from voicesim.session.writer import storage_error

SCORECARD = "scorecard.json"


def conversation_of(bundle: Bundle) -> Conversation:
    """What is scored of a session: all of it, or up to where its log stops."""
    topics = {name: topic.phrases for name, topic in bundle.scenario.topics.items()}
    return from_records(bundle.records, topics)


def score_bundle(bundle: Bundle, rubric: Rubric | str | Path = "default") -> Scorecard:
    """Score a session by a rubric: a bundled one's name, a file, or one already loaded.

    Raises:
        BadInputError: there is no such rubric, or it is not valid.
    """
    return score(conversation_of(bundle), rubric if isinstance(rubric, Rubric) else load_rubric(rubric))


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
