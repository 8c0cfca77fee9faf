"""Word error rate, the way Whisper's authors count it: after their English normalisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class WordErrors:
    """What was said against what was heard."""

    rate: float
    """Errors by words said; 0 where nothing was said."""
    words: int
    """Words said."""
    each: tuple[tuple[str, str], ...]
    """(said, heard), normalised."""


def word_errors(pairs: Sequence[tuple[str, str]]) -> WordErrors:
    """Count the words wrong, missing or added over (said, heard) pairs. Pairs in which nothing was said
    do not count.

    Loads openai-whisper for its normaliser, and with it PyTorch: measure memory before.
    """
    import jiwer
    from whisper.normalizers import EnglishTextNormalizer

    normal = EnglishTextNormalizer()
    each = tuple((normal(said), normal(heard)) for said, heard in pairs)
    counted = [pair for pair in each if pair[0]]
    if not counted:
        return WordErrors(0.0, 0, each)
    result = jiwer.process_words([said for said, _ in counted], [heard for _, heard in counted])
    return WordErrors(float(result.wer), result.hits + result.substitutions + result.deletions, each)
