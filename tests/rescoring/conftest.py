"""One short session for all tests of rescoring."""

from __future__ import annotations

from pathlib import Path

import pytest
from corpora import corpus_of, hold


@pytest.fixture(scope="session")
def short_session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole session of 14 s, scored. Not to be changed."""
    return hold(tmp_path_factory.mktemp("short") / "session")


@pytest.fixture
def corpus(short_session: Path, tmp_path: Path) -> Path:
    """Four sessions."""
    return corpus_of(short_session, tmp_path / "corpus", 4)
