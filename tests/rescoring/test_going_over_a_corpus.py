"""What a trainer counts on when a whole year of sessions is scored again."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from corpora import change_meta, counted_in, hold, results_in

from voicesim.asr.engines import open_transcriber
from voicesim.errors import BadInputError
from voicesim.live.reading import examples_of
from voicesim.meaning.finder import open_finder
from voicesim.rescoring.corpus import Query, find_sessions, read_words
from voicesim.rescoring.crew import Crew, Lost
from voicesim.rescoring.differences import as_csv, differences
from voicesim.rescoring.local_crew import LocalCrew
from voicesim.rescoring.plan import Plan, make_plan
from voicesim.rescoring.results import Place
from voicesim.rescoring.run import Report, go_over
from voicesim.rescoring.shipment import Files
from voicesim.rescoring.worker import Answer, Job, Rescorer
from voicesim.scenario.load import load_scenario
from voicesim.scoring.rubric import load_rubric
from voicesim.scoring.scorecard import from_json


class Hands:
    """A crew of two in this process, of which a worker is lost whenever `drops` says so."""

    size = 2

    def __init__(self, plan: Plan, drops: Callable[[Job], bool] = lambda job: False) -> None:
        self._rescorer = Rescorer(plan)
        self._drops = drops
        self._given: list[tuple[Job, Files | None]] = []
        self.closed = False

    @property
    def free(self) -> int:
        return self.size - len(self._given)

    def give(self, job: Job, files: Files | None = None) -> None:
        self._given.append((job, files))

    def wait(self, seconds: float) -> list[Answer | Lost]:
        given, self._given = self._given, []
        return [Lost(job, "it fell") if self._drops(job) else self._rescorer.answer(job, files) for job, files in given]

    def close(self) -> None:
        self.closed = True


def plan_for(rubric: str = "default", model: str = "") -> Plan:
    return make_plan(load_rubric(rubric), model)


def run(folder: Path, plan: Plan, hire: Callable[[], Crew] | None = None, **how: bool) -> Report:
    found = find_sessions([folder], Query())
    return go_over(found, plan, Place(plan, folder), hire or (lambda: Hands(plan)), **how)


def nobody() -> Crew:
    raise AssertionError("workers were called although nothing is left to do")


def test_words_as_recorded_and_the_same_rubric_give_the_same_scorecard(corpus: Path) -> None:
    originals = {path: path.read_bytes() for path in corpus.glob("*/scorecard.json")}
    plan = plan_for()
    report = run(corpus, plan)
    assert (report.fresh, len(report.results), report.left) == (4, 4, 0)
    for path, text in originals.items():
        assert path.read_bytes() == text, "the original is never written over"
        again = (path.parent / "scorecard.recorded+default.json").read_text("utf-8")
        assert from_json(again) == from_json(text.decode())
    assert not differences(report.results).turned


def test_another_rubric_is_compared_with_the_scorecard_as_it_was(corpus: Path) -> None:
    report = run(corpus, plan_for("griffiths"))
    told = report.results[0][1]
    assert (told["before"]["rubric"], told["after"]["rubric"]) == ("default", "griffiths")
    table = as_csv(report.results).splitlines()
    assert table[0].startswith("session,folder,criterion")
    assert sum(",overall," in line for line in table) == 4
    changes = {one.id: one for one in differences(report.results).criteria}
    only_new = set(told["after"]["criteria"]) - set(told["before"]["criteria"])
    assert only_new
    for name in set(changes):
        assert changes[name].changed == 0, "the words are the same, so every figure is"


def test_what_is_done_is_not_done_again(corpus: Path) -> None:
    plan = plan_for()
    run(corpus, plan)
    written = {path: path.stat().st_mtime_ns for path in corpus.rglob("scorecard.recorded*")}
    report = run(corpus, plan, nobody)
    assert (report.fresh, len(report.results)) == (0, 4)
    assert {path: path.stat().st_mtime_ns for path in corpus.rglob("scorecard.recorded*")} == written


def test_a_run_that_was_stopped_goes_on_where_it_was(corpus: Path) -> None:
    plan = plan_for()

    class Interrupted(Hands):
        """Somebody presses Ctrl-C after the first two."""

        waits = 0

        def wait(self, seconds: float) -> list[Answer | Lost]:
            self.waits += 1
            if self.waits == 2:
                raise KeyboardInterrupt
            return super().wait(seconds)

    first = run(corpus, plan, lambda: Interrupted(plan))
    assert (first.fresh, first.left) == (2, 2)
    second = run(corpus, plan)
    assert (second.fresh, second.left, len(second.results)) == (2, 0, 4)
    assert len(set(counted_in(Place(plan, corpus).journal))) == 4


@pytest.mark.parametrize("torn", [False, True], ids=["before its line", "in the middle of its line"])
def test_a_crash_between_a_result_and_its_counting_counts_it_once(corpus: Path, torn: bool) -> None:
    plan = plan_for()
    run(corpus, plan)
    journal = Place(plan, corpus).journal
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-1]) + (lines[-1][:50] if torn else b""))
    assert len(run(corpus, plan, nobody).results) == 4
    entries = [line for line in journal.read_text("utf-8").splitlines() if line.endswith("}}")]
    assert len(entries) == len({json.loads(line)["told"]["session"] for line in entries}) == 4


def test_a_result_that_was_deleted_is_made_again(corpus: Path) -> None:
    plan = plan_for()
    run(corpus, plan)
    (corpus / "session-01" / plan.file_name).unlink()
    report = run(corpus, plan)
    assert (report.fresh, len(report.results)) == (1, 4)


def test_an_answer_that_comes_twice_counts_once(corpus: Path) -> None:
    plan = plan_for()

    class Echo(Hands):
        def wait(self, seconds: float) -> list[Answer | Lost]:
            return [event for event in super().wait(seconds) for _ in range(2)]

    assert run(corpus, plan, lambda: Echo(plan)).fresh == 4
    assert len(counted_in(Place(plan, corpus).journal)) == 4


def test_a_lost_worker_loses_nothing(corpus: Path) -> None:
    plan, fallen = plan_for(), set()

    def first_time(job: Job) -> bool:
        return job.key not in fallen and not fallen.add(job.key)  # type: ignore[func-returns-value]

    report = run(corpus, plan, lambda: Hands(plan, first_time))
    assert (report.fresh, report.losses, report.left) == (4, 4, 0)


def test_a_session_that_fells_three_workers_is_set_aside_with_the_reason(corpus: Path) -> None:
    plan = plan_for()
    bad = json.loads((corpus / "session-02" / "meta.json").read_text())["id"]
    report = run(corpus, plan, lambda: Hands(plan, lambda job: job.session == bad))
    assert (report.fresh, report.losses) == (3, 3)
    (aside,) = report.set_aside
    assert aside.folder.name == "session-02"
    assert aside.reason == "3 workers were lost over it; the last time, it fell."
    assert run(corpus, plan, nobody).set_aside == report.set_aside
    assert run(corpus, plan, again=True).fresh == 1


def test_a_worker_that_is_killed_is_replaced_and_its_session_done_elsewhere(corpus: Path) -> None:
    plan = plan_for()
    killed: list[int] = []

    class Struck(LocalCrew):
        """kill -9 for the first that gets something to do."""

        def give(self, job: Job, files: Files | None = None) -> None:
            if not killed:
                hand = next(hand for hand in self._hands if hand.ready and hand.job is None)
                killed.append(hand.process.pid or 0)
                os.kill(killed[0], signal.SIGKILL)
                hand.process.join()
            super().give(job, files)

    report = run(corpus, plan, lambda: Struck(plan, 2))
    assert (report.fresh, report.losses, report.left) == (4, 1, 0)
    assert len(results_in(corpus)) == len(counted_in(Place(plan, corpus).journal)) == 4


def test_damaged_sessions_are_named_and_the_others_are_scored(corpus: Path) -> None:
    sound = corpus / "session-00" / "trainee.flac"
    sound.write_bytes(sound.read_bytes()[:-100])
    (corpus / "session-01" / "meta.json").write_text("{")
    (corpus / "session-02" / "scenario.yaml").write_text("format: nothing of ours\n")
    report = run(corpus, plan_for())
    reasons = {one.folder.name: one.reason for one in report.passed_over}
    assert set(reasons) == {"session-00", "session-01", "session-02"}
    assert "trainee.flac is damaged" in reasons["session-00"]
    assert "meta.json cannot be read" in reasons["session-01"]
    assert "scenario.yaml" in reasons["session-02"]
    assert report.fresh == 1


def test_private_sessions_are_left_alone_and_copies_count_once(corpus: Path) -> None:
    change_meta(corpus / "session-00", private=True)
    change_meta(corpus / "session-02", id=json.loads((corpus / "session-01" / "meta.json").read_text())["id"])
    report = run(corpus, plan_for())
    assert (report.fresh, report.private) == (2, 1)
    assert "A copy of" in report.passed_over[0].reason


def test_a_hostile_session_id_writes_nowhere_else(corpus: Path, tmp_path: Path) -> None:
    change_meta(corpus / "session-00", id="../../../outside")
    plan, out = plan_for(), tmp_path / "out"
    go_over(find_sessions([corpus], Query()), plan, Place(plan, corpus, out), lambda: Hands(plan))
    assert len(results_in(out)) == 4
    assert not list(tmp_path.glob("outside*"))
    assert not list(corpus.rglob("scorecard.recorded*"))


def test_sessions_are_found_by_what_is_asked_of_them(corpus: Path) -> None:
    for number, (mode, day) in enumerate(
        (("qualify", "2026-01-05"), ("drill", "2026-02-01"), ("qualify", "2025-12-31"))
    ):
        change_meta(corpus / f"session-{number:02d}", mode=mode, created=f"{day}T10:00:00+00:00")

    def found(*words: str) -> list[str]:
        folders, query = read_words([str(corpus), *words])
        return [path.name for path, _ in find_sessions(folders, query).sessions]

    assert found("mode=qualify") == ["session-02", "session-00"]
    assert found("mode=qualify", "since=2026-01-01") == ["session-00"]
    assert found("until=2025-12-31") == ["session-02"]
    assert len(found("scenario=SM*")) == 4
    assert found("scenario=delayed-report") == []


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("scenaro=x", "Did you mean 'scenario'"),
        ("since=yesterday", "Write it like 2026-01-31"),
        ("/nowhere/at/all", "There is no folder"),
    ],
)
def test_a_question_that_makes_no_sense_is_answered_in_words(word: str, says: str) -> None:
    with pytest.raises(BadInputError, match=says):
        read_words([word])


def test_two_at_the_same_work_do_not_get_into_each_others_way(corpus: Path) -> None:
    plan = plan_for()

    class Meanwhile(Hands):
        def wait(self, seconds: float) -> list[Answer | Lost]:
            with pytest.raises(BadInputError, match="Another `voicesim rescore` is at the same work"):
                run(corpus, plan)
            return super().wait(seconds)

    assert run(corpus, plan, lambda: Meanwhile(plan)).fresh == 4


def test_a_folder_no_worker_sees_is_sent_along_or_named(corpus: Path, tmp_path: Path) -> None:
    plan = plan_for()

    class Elsewhere(Hands):
        """On a machine that has no such folders."""

        def give(self, job: Job, files: Files | None = None) -> None:
            super().give(replace(job, folder=str(tmp_path / "not-here")), files)

    report = run(corpus, plan, lambda: Elsewhere(plan))
    assert report.fresh == 0
    assert all("--ship" in one.reason for one in report.passed_over)
    assert run(corpus, plan, lambda: Elsewhere(plan), ship=True).fresh == 4


@pytest.mark.models
def test_the_same_model_hears_the_same_words_and_gives_the_same_scorecard(tmp_path: Path) -> None:
    scenario = load_scenario(Path(__file__).parents[1] / "engine" / "small_scenario.yaml").scenario
    session = hold(
        tmp_path / "corpus" / "session",
        open_transcriber("faster-whisper", "tiny.en"),
        open_finder(examples_of(scenario)),
    )
    plan = plan_for(model="tiny.en")
    assert run(session.parent, plan).fresh == 1
    again = (session / "scorecard.tiny.en+default.json").read_text("utf-8")
    assert from_json(again) == from_json((session / "scorecard.json").read_text("utf-8"))


@pytest.mark.models
def test_a_real_model_replaces_the_words_but_not_what_happened(corpus: Path) -> None:
    plan = plan_for(model="tiny.en")
    report = run(corpus, plan)
    assert report.fresh == 4
    result = next(iter(results_in(corpus).values()))
    before = from_json((corpus / "session-00" / "scorecard.json").read_text("utf-8"))
    after = from_json(json.dumps(result))
    assert [one.text for one in after.questions] != [one.text for one in before.questions]
    assert [(one.start, one.end) for one in after.overlaps] == [(one.start, one.end) for one in before.overlaps]
    assert result["rescored"]["heard"]  # type: ignore[index]
