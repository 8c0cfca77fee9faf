"""Scoring sessions anew by another rubric: what would change, session by session, and nothing is kept before somebody says so."""

from __future__ import annotations

import secrets
import tempfile
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import HTTPException
from pydantic import BaseModel

from voicesim.errors import VoicesimError
from voicesim.remarks.kinds import Remark, Rescored, Role, Who, said
from voicesim.remarks.log import append_remark, read_remarks
from voicesim.review.scoring import SCORECARD, score_bundle, write_scorecard
from voicesim.scoring.rubric import Rubric
from voicesim.scoring.scorecard import Scorecard, from_json
from voicesim.session.reader import open_bundle
from voicesim.store.opened import opened
from voicesim.store.sealed_folder import is_sealed
from voicesim.web.sessions.kept import REPORT, KeptSession

_KEPT = 8
"""Runs that are remembered; the oldest that is done is forgotten."""


class CriterionChange(BaseModel):
    """One criterion before and after; None where there was none, or too little to judge."""

    title: str
    before: float | None
    after: float | None


class RescoredShown(BaseModel):
    """One session before and after."""

    session: KeptSession
    trainee: str
    rubric_before: str
    before: float | None
    after: float | None
    difference: float | None
    changes: tuple[CriterionChange, ...] = ()
    """Criteria whose points differ."""
    problem: str = ""
    """Why it could not be scored."""
    kept: bool = False


class RescoreShown(BaseModel):
    """A run: how far it is, and what it found."""

    id: str
    rubric: str
    title: str
    total: int
    done: int
    state: str
    """``running``, ``ready`` (look, then confirm), ``keeping``, ``kept``, ``stopped``."""
    rows: tuple[RescoredShown, ...]


@dataclass
class _Run:
    id: str
    by: str
    rubric: Rubric
    todo: list[tuple[Path, KeptSession, str]]
    state: str = "running"
    rows: list[RescoredShown] = field(default_factory=list)
    said: dict[str, int] = field(default_factory=dict)
    """How much had been said about each session when it was scored."""
    scratch: tempfile.TemporaryDirectory[str] = field(
        default_factory=lambda: tempfile.TemporaryDirectory(prefix="voicesim-rescore-", ignore_cleanup_errors=True)
    )
    """Where new scorecards wait."""
    kept: int = 0
    stop: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def shown(self) -> RescoreShown:
        with self.lock:
            done = self.kept if self.state == "keeping" else len(self.rows)
            return RescoreShown(
                id=self.id, rubric=self.rubric.id, title=self.rubric.title, total=len(self.todo), done=done,
                state=self.state, rows=tuple(self.rows),
            )  # fmt: skip

    def card(self, session: str) -> Path:
        """Where a session's new scorecard waits."""
        return Path(self.scratch.name) / f"{session}.json"


class Rescoring:
    """The runs of one application. One is scored at a time: live sessions come first."""

    def __init__(self) -> None:
        self._runs: OrderedDict[str, _Run] = OrderedDict()
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def begin(self, by: str, rubric: Rubric, sessions: list[tuple[Path, KeptSession, str]]) -> RescoreShown:
        """Begin to score sessions anew, in a thread of its own.

        Args:
            by: account of whoever asks; nobody else sees the run.
            rubric: judged by.
            sessions: folder, in short, and name of whoever practised.

        Raises:
            HTTPException: too many runs are under way.
        """
        run = _Run(secrets.token_hex(8), by, rubric, sessions)
        with self._lock:
            for identifier, one in list(self._runs.items()):
                if len(self._runs) >= _KEPT and one.state not in ("running", "keeping"):
                    del self._runs[identifier]
                    one.scratch.cleanup()
            if len(self._runs) >= _KEPT:
                raise HTTPException(409, "Several such runs are under way: wait until one is done.")
            self._runs[run.id] = run
        threading.Thread(target=self._work, args=(run,), name="voicesim-rescore", daemon=True).start()
        return run.shown()

    def look(self, by: str, identifier: str) -> RescoreShown:
        """How far a run is.

        Raises:
            HTTPException: there is none of this id, or it is somebody else's.
        """
        return self._run(by, identifier).shown()

    def cancel(self, by: str, identifier: str) -> RescoreShown:
        """Stop a run; nothing of it is kept."""
        run = self._run(by, identifier)
        run.stop.set()
        with run.lock:
            if run.state in ("running", "ready"):
                run.state = "stopped"
        return run.shown()

    def confirm(self, identifier: str, who: Who, role: Role) -> RescoreShown:
        """Keep what a run found: each session's scorecard, with a remark that says who did it and what was there before.

        Raises:
            HTTPException: it is not ready.
        """
        run = self._run(who.account, identifier)
        with run.lock:
            if run.state != "ready":
                raise HTTPException(409, "There is nothing to keep yet." if run.state == "running" else "That is over.")
            run.state = "keeping"
        threading.Thread(target=_keep_all, args=(run, who, role), name="voicesim-rescore", daemon=True).start()
        return run.shown()

    def _run(self, by: str, identifier: str) -> _Run:
        run = self._runs.get(identifier)
        if run is None or run.by != by:
            raise HTTPException(404, "There is no such run. Begin it again.")
        return run

    def _work(self, run: _Run) -> None:
        with self._turn:
            for path, session, trainee in run.todo:
                if run.stop.is_set():
                    return
                said_before, row, card = _opened_again(path, session, trainee, run.rubric)
                if card is not None and not is_sealed(path):  # nothing of an encrypted session lies about in the open
                    run.card(session.id).write_text(card.to_json(), encoding="utf-8")
                with run.lock:
                    run.rows.append(row)
                    run.said[session.id] = said_before
        with run.lock:
            if run.state == "running":
                run.state = "ready"


def _keep_all(run: _Run, who: Who, role: Role) -> None:
    folders = {session.id: path for path, session, _ in run.todo}
    for index, row in enumerate(run.rows):
        kept = row if row.problem else _keep(run, folders[row.session.id], row, who, role)
        with run.lock:
            run.rows[index] = kept
            run.kept += 1
    with run.lock:
        run.state = "kept"
    run.scratch.cleanup()


def _keep(run: _Run, path: Path, row: RescoredShown, who: Who, role: Role) -> RescoredShown:
    try:
        with opened(path) as folder:
            _keep_in(run, folder, row, who, role)
    except (VoicesimError, OSError) as error:
        return row.model_copy(update={"problem": _problem(error)})
    return row.model_copy(update={"kept": True})


def _keep_in(run: _Run, path: Path, row: RescoredShown, who: Who, role: Role) -> None:
    before = f"{row.rubric_before or 'no rubric'}, {_number(row.before)}"
    bundle = open_bundle(path)
    if run.card(row.session.id).exists() and len(_said(path)) == run.said[row.session.id]:
        card = from_json(run.card(row.session.id).read_text(encoding="utf-8"))
    else:
        card = score_bundle(bundle, run.rubric)  # or somebody has judged something since it was looked at
    after = f"{card.rubric.title}, {_number(card.overall_reviewed)}"
    append_remark(path, said(Rescored, who, role, before=before[:120], after=after[:120]))
    write_scorecard(bundle, card)
    (path / REPORT).unlink(missing_ok=True)


def _opened_again(
    path: Path, session: KeptSession, trainee: str, rubric: Rubric
) -> tuple[int, RescoredShown, Scorecard | None]:
    """How much was said about a session, and what it would be now; encrypted ones are opened for it."""
    try:
        with opened(path) as folder:
            return len(_said(folder)), *_again(folder, session, trainee, rubric)
    except VoicesimError as error:
        row = RescoredShown(
            session=session, trainee=trainee, rubric_before="", before=None, after=None, difference=None,
            problem=error.problem,
        )  # fmt: skip
        return 0, row, None


def _again(path: Path, session: KeptSession, trainee: str, rubric: Rubric) -> tuple[RescoredShown, Scorecard | None]:
    old = _kept(path)
    before = old.overall_reviewed if old else None
    title = old.rubric.title if old else ""
    try:
        card = score_bundle(open_bundle(path), rubric)
    except (VoicesimError, OSError) as error:
        return RescoredShown(
            session=session, trainee=trainee, rubric_before=title, before=before, after=None, difference=None,
            problem=_problem(error),
        ), None  # fmt: skip
    after = card.overall_reviewed
    return RescoredShown(
        session=session,
        trainee=trainee,
        rubric_before=title,
        before=before,
        after=after,
        difference=None if before is None or after is None else round(after - before, 1),
        changes=_changes(old, card),
    ), card


def _changes(old: Scorecard | None, new: Scorecard) -> tuple[CriterionChange, ...]:
    before = {one.id: one for one in (old.criteria if old else ())}
    after = {one.id: one for one in new.criteria}
    rows = [
        CriterionChange(
            title=(after.get(name) or before[name]).title,
            before=before[name].counted if name in before else None,
            after=after[name].counted if name in after else None,
        )
        for name in dict.fromkeys((*after, *before))
    ]
    return tuple(row for row in rows if row.before != row.after)


def _kept(path: Path) -> Scorecard | None:
    try:
        return from_json((path / SCORECARD).read_text(encoding="utf-8"))
    except (OSError, VoicesimError):
        return None


def _said(path: Path) -> tuple[Remark, ...]:
    try:
        return read_remarks(path).remarks
    except VoicesimError:
        return ()


def _problem(error: VoicesimError | OSError) -> str:
    return error.problem if isinstance(error, VoicesimError) else str(error)


def _number(value: float | None) -> str:
    return "not judged" if value is None else f"{value:.0f}"
