"""The one that leads: gives out sessions, takes in results, and keeps the books. Only this process writes.

::

    corpus ─► jobs ─► crew ─► answer ─► result file, whole ─► journal, one line      counted once
                       │
                       └─ lost ─► journal ─► given out again ─► after the third time: set aside, with the reason
"""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voicesim.errors import BadInputError, ServiceError, VoicesimError
from voicesim.rescoring.corpus import Corpus, PassedOver
from voicesim.rescoring.crew import Crew, Lost
from voicesim.rescoring.journal import Journal
from voicesim.rescoring.plan import Plan
from voicesim.rescoring.results import Place, comparison
from voicesim.rescoring.settings import rescoring_settings
from voicesim.rescoring.shipment import Files, pack, sums_of
from voicesim.rescoring.worker import Answer, Job
from voicesim.session.in_use import in_use
from voicesim.session.meta import SessionMeta
from voicesim.session.names import EVENTS
from voicesim.stopping import asked_to_stop
from voicesim.timebase import SAMPLE_RATE

Progress = Callable[[str, int, int], None]
_A_MOMENT = 0.5
"""Seconds between two looks at the workers."""


@dataclass(frozen=True)
class Report:
    """What came of it."""

    results: tuple[tuple[str, dict[str, Any]], ...]
    """Every result there is now: the session's folder, and what is compared."""
    fresh: int
    """Of them, made in this run."""
    seconds: float
    """Of recording gone over in this run."""
    worked: float
    """Seconds that workers worked for it, added up."""
    passed_over: tuple[PassedOver, ...]
    set_aside: tuple[PassedOver, ...]
    private: int
    sealed: int
    left: int
    """Sessions still to be done, where the run was stopped."""
    losses: int
    """Workers lost on the way."""


@dataclass
class _Books:
    """What is known while it runs."""

    jobs: dict[str, Job] = field(default_factory=dict)
    pending: deque[tuple[Job, Files | None]] = field(default_factory=deque)
    at_work: dict[str, Job] = field(default_factory=dict)
    passed_over: list[PassedOver] = field(default_factory=list)
    set_aside: list[PassedOver] = field(default_factory=list)
    fresh: int = 0
    seconds: float = 0.0
    worked: float = 0.0
    losses: int = 0


def go_over(
    corpus: Corpus,
    plan: Plan,
    place: Place,
    hire: Callable[[], Crew],
    *,
    ship: bool = False,
    again: bool = False,
    progress: Progress = lambda what, done, total: None,
) -> Report:
    """Go over a corpus, from where an earlier run of the same plan left off.

    Ctrl-C ends it calmly: what has come in is kept and counted, and the report says how much is left. A second one interrupts.

    Args:
        corpus: which sessions.
        plan: what is done to each.
        place: where results go.
        hire: calls the workers together; not called where nothing is left to do.
        ship: send a session to a worker that does not see its folder.
        again: try sessions again that were set aside.
        progress: told what is done of what there is, by the length of the recordings.

    Raises:
        BadInputError: another process is at the same work.
        StorageError: results cannot be written.
        ServiceError: nobody is there to work any more; the next run goes on from here.
    """
    with Journal(place.journal) as journal:
        books = _Books(passed_over=list(corpus.passed_over))
        for folder, meta in corpus.sessions:
            _enter(books, journal, plan, place, folder, meta, again)
        # The longest first, so that nobody waits for one long session at the end.
        books.pending = deque(sorted(books.pending, key=lambda waiting: -waiting[0].seconds))
        if books.pending:
            total = len(books.pending)
            steps = round(sum(_weight(job) for job, _ in books.pending))

            def tell() -> None:
                left = sum(_weight(job) for job, _ in books.pending) + sum(map(_weight, books.at_work.values()))
                progress(f"Going over {total} sessions", max(0, steps - round(left)), steps)

            tell()
            crew = hire()
            try:
                with asked_to_stop(signal.SIGINT) as asked:
                    _work(books, journal, place, crew, ship, tell, asked.is_set)
            except KeyboardInterrupt:
                pass
            finally:
                crew.close()
        counted = [(job.folder, journal.counted[key]) for key, job in books.jobs.items() if key in journal.counted]
        return Report(
            results=tuple(counted),
            fresh=books.fresh,
            seconds=books.seconds,
            worked=books.worked,
            passed_over=tuple(books.passed_over),
            set_aside=tuple(books.set_aside),
            private=corpus.private,
            sealed=corpus.sealed,
            left=len(books.pending) + len(books.at_work),
            losses=books.losses,
        )


def _weight(job: Job) -> float:
    """What a job counts on the progress bar: seconds, and a little for opening it."""
    return job.seconds + 5.0


def _enter(
    books: _Books, journal: Journal, plan: Plan, place: Place, folder: Path, meta: SessionMeta, again: bool
) -> None:
    """Put a session where it belongs: counted already, set aside, passed over, or to be done."""
    if meta.state != "complete" and in_use(folder / EVENTS, folder / "trainee.wav"):
        books.passed_over.append(PassedOver(folder, "It is being recorded at this moment."))
        return
    try:
        sums = sums_of(folder, meta)
    except BadInputError as error:
        books.passed_over.append(PassedOver(folder, error.problem))
        return
    if plan.model and not sums.sound:
        why = f"Its sound was deleted on {meta.sound_removed[:10]}: there is nothing to hear again. Leave --model out."
        books.passed_over.append(PassedOver(folder, why))
        return
    key = plan.key(meta.id, sums.log, sums.sound)
    job = Job(key, meta.id, str(folder), sums, meta.samples / SAMPLE_RATE)
    books.jobs[key] = job
    if place.holds(job):
        if key not in journal.counted:  # a crash came between the result and its counting
            _count(journal, job, place.result(job).read_text("utf-8"))
        return
    if key in journal.counted:
        journal.forget(key)
    if key in journal.set_aside and again:
        journal.try_again(key)
    if key in journal.set_aside:
        books.set_aside.append(PassedOver(folder, journal.set_aside[key]))
        return
    books.pending.append((job, None))


def _count(journal: Journal, job: Job, text: str) -> bool:
    return journal.count(job.key, comparison(text))


def _work(
    books: _Books,
    journal: Journal,
    place: Place,
    crew: Crew,
    ship: bool,
    tell: Callable[[], None],
    stopped: Callable[[], bool],
) -> None:
    while (books.pending or books.at_work) and not stopped():
        while books.pending and crew.free:
            job, files = books.pending.popleft()
            books.at_work[job.key] = job
            crew.give(job, files)
        for event in crew.wait(_A_MOMENT):
            if isinstance(event, Lost):
                _lost(books, journal, event)
            else:
                _answered(books, journal, place, event, ship)
        tell()


def _lost(books: _Books, journal: Journal, event: Lost) -> None:
    job = books.at_work.pop(event.job.key, None)
    if job is None:
        return
    books.losses += 1
    times = journal.lost(job.key, event.why)
    if times < rescoring_settings().most_losses:
        books.pending.append((job, None))
        return
    why = f"{times} workers were lost over it; the last time, {event.why}."
    journal.give_up(job.key, why)
    books.set_aside.append(PassedOver(Path(job.folder), why))


def _answered(books: _Books, journal: Journal, place: Place, answer: Answer, ship: bool) -> None:
    job = books.at_work.pop(answer.key, None)
    if job is None:
        return  # it was given up for lost, and has come back after all: another has it, or has done it
    match answer.kind:
        case "scored":
            place.keep(job, answer.text)
            if _count(journal, job, answer.text):
                books.fresh += 1
                books.seconds += job.seconds
                books.worked += answer.took
        case "unusable":
            books.passed_over.append(PassedOver(Path(job.folder), answer.text))
        case "unseen":
            _unseen(books, job, ship)
        case "stop":
            books.pending.appendleft((job, None))
            raise ServiceError(answer.text, "What is done is kept; the same command goes on from here.")


def _unseen(books: _Books, job: Job, ship: bool) -> None:
    """Send it along, if that is wanted."""
    folder = Path(job.folder)
    if not ship:
        why = "A worker's machine does not see this folder. Share it under the same path, or add --ship."
        books.passed_over.append(PassedOver(folder, why))
        return
    try:
        files = pack(folder)
    except (VoicesimError, FileNotFoundError) as error:
        why = error.problem if isinstance(error, VoicesimError) else "It is gone."
        books.passed_over.append(PassedOver(folder, why))
        return
    most = rescoring_settings().most_megabytes
    if sum(map(len, files.values())) > most * 1_000_000:
        books.passed_over.append(PassedOver(folder, f"It is larger than {most} MB: too large to be sent."))
        return
    books.pending.appendleft((job, files))
