"""A corpus on a Ray cluster of several machines, one of which goes down midway. Here the machines are nodes on one machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from corpora import corpus_of, counted_in, results_in

from voicesim.rescoring.corpus import Query, find_sessions
from voicesim.rescoring.crew import Lost
from voicesim.rescoring.plan import make_plan
from voicesim.rescoring.ray_crew import RayCrew
from voicesim.rescoring.results import Place
from voicesim.rescoring.run import Report, go_over
from voicesim.rescoring.shipment import Files
from voicesim.rescoring.worker import Answer, Job
from voicesim.scoring.rubric import load_rubric

if not os.environ.get("CI"):
    pytest.importorskip("ray", reason="needs voicesim[cluster]")

pytestmark = pytest.mark.models
_STORE = 80 * 1024 * 1024
"""Bytes of each node's object store: about the least that Ray takes."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head that only leads, and three nodes with a core each."""
    from voicesim.asr.serving.cluster import ray_or_say_how

    ray = ray_or_say_how()
    from ray.cluster_utils import Cluster

    ray.shutdown()  # whatever an earlier test of this process was connected to
    made = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 0, "object_store_memory": _STORE, "include_dashboard": False},
    )
    for _ in range(3):
        made.add_node(num_cpus=1, object_store_memory=_STORE)
    made.wait_for_nodes()
    yield made
    with suppress(Exception):
        ray.shutdown()
    made.shutdown()


class Watched(RayCrew):
    """When something has been done already, takes the machine down, without a word, to which it has just given a session."""

    cluster: Any
    taken_down = False
    answered = 0

    def wait(self, seconds: float) -> list[Answer | Lost]:
        found = super().wait(seconds)
        self.answered += sum(isinstance(event, Answer) for event in found)
        return found

    def give(self, job: Job, files: Files | None = None) -> None:
        super().give(job, files)
        if self.answered >= 2 and not self.taken_down:
            hand = next(hand for hand in self._hands if hand.job is job)
            node = next(node for node in self.cluster.worker_nodes if node.node_id == hand.node)
            self.cluster.remove_node(node, allow_graceful=False)
            self.taken_down = True


def test_a_machine_goes_down_and_every_session_has_its_result_once(
    cluster: Any, short_session: Path, tmp_path: Path
) -> None:
    corpus = corpus_of(short_session, tmp_path / "corpus", 9)
    (corpus / "session-04" / "trainee.flac").write_bytes(b"no sound")
    plan, out = make_plan(load_rubric(), "tiny.en"), tmp_path / "out"
    crews: list[Watched] = []

    def hire() -> Watched:
        crews.append(Watched(plan, cluster.address))
        crews[0].cluster = cluster
        return crews[0]

    before = {path: path.read_bytes() for path in corpus.rglob("*") if path.is_file()}
    report = go_over(find_sessions([corpus], Query()), plan, Place(plan, corpus, out), hire)
    assert crews[0].taken_down
    assert report.losses >= 1, "the node that went down had a session in hand"
    assert (report.fresh, report.left, report.set_aside) == (8, 0, ())
    assert [one.folder.name for one in report.passed_over] == ["session-04"]
    results = results_in(out)
    assert len(results) == 8
    assert sorted(counted_in(Place(plan, corpus, out).journal)) == sorted(results)
    assert {path: path.read_bytes() for path in corpus.rglob("*") if path.is_file()} == before
    heard = {str(result["rescored"]["heard"]) for result in results.values()}  # type: ignore[index]
    assert len(heard) == 1, "the same sound is heard the same way on every node"


class Blind(RayCrew):
    """Its machines do not see the corpus."""

    def give(self, job: Job, files: Files | None = None) -> None:
        super().give(Job(job.key, job.session, f"/elsewhere{job.folder}", job.sums, job.seconds), files)


def test_sessions_travel_to_machines_that_do_not_see_them(cluster: Any, short_session: Path, tmp_path: Path) -> None:
    corpus = corpus_of(short_session, tmp_path / "corpus", 2)
    plan = make_plan(load_rubric())

    def run(ship: bool) -> Report:
        found = find_sessions([corpus], Query())
        return go_over(found, plan, Place(plan, corpus), lambda: Blind(plan, cluster.address, 1), ship=ship)

    report = run(ship=False)
    assert (report.fresh, len(report.passed_over)) == (0, 2)
    assert "--ship" in report.passed_over[0].reason
    assert run(ship=True).fresh == 2
