"""Every test of the database runs on both: SQLite and PostgreSQL. Time passes when the test says so."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts"))

from postgres_cluster import Cluster, server_program
from standing_clock import Clock

from voicesim.review.report import write_report
from voicesim.review.scoring import score_bundle, write_scorecard
from voicesim.session.reader import open_bundle
from voicesim.store.opening import Store, open_store
from voicesim.store.passwords import Passwords, password_rules


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A running PostgreSQL; without one, its tests are skipped, but never on the build server."""
    initdb = server_program("initdb")
    if initdb is None:
        assert not os.environ.get("CI"), "PostgreSQL is missing on the build server"
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    cluster = Cluster(initdb)
    yield cluster
    cluster.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "database" / "voicesim.sqlite3")
    cluster: Cluster = request.getfixturevalue("postgres")
    return cluster.fresh_database()


@pytest.fixture
def clock() -> Clock:
    """The store's clock."""
    return Clock()


@pytest.fixture
def quick() -> Passwords:
    """Argon2 with next to no work: what is tested is not how long it takes."""
    return Passwords(password_rules().model_copy(update={"memory_kib": 8, "passes": 1, "lanes": 1}))


@pytest.fixture
def store(where: str, clock: Clock, quick: Passwords) -> Iterator[Store]:
    """An empty store on each kind of database."""
    with open_store(where, clock, quick) as opened:
        yield opened


@pytest.fixture(scope="session")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole session by the real engine, scored. Not to be changed."""
    from durability.fuzzing import make_session

    folder = make_session(tmp_path_factory.mktemp("held") / "session")
    bundle = open_bundle(folder)
    card = score_bundle(bundle)
    write_scorecard(bundle, card)
    write_report(bundle, card, folder / "report.html")
    return folder


@pytest.fixture
def sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of sessions, with a cache of its own; no key is at hand but the one that lies there."""
    folder = tmp_path / "kept" / "sessions"
    folder.mkdir(parents=True)
    monkeypatch.setenv("VOICESIM_SESSIONS", str(folder))
    monkeypatch.setenv("VOICESIM_CACHE", str(tmp_path / "cache"))
    for name in ("VOICESIM_KEY_FILE", "VOICESIM_PASSPHRASE", "VOICESIM_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def session(held: Path, sessions: Path) -> Path:
    """A copy of the whole session among the sessions."""
    return Path(shutil.copytree(held, sessions / "held-once"))
