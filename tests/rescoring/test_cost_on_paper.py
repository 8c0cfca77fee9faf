"""What is reckoned from measured figures, and that the page keeps everything around them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts"))

from costing.assumptions import assumptions
from costing.paper import BEGIN, END, markdown, put_into, reckon
from costing.picture import draw


def measured() -> dict[str, Any]:
    """Four sessions on two cores keep in time, five do not; a core goes over ten hours in an hour; a minute takes a megabyte."""
    step = {"words_p50": 0.3, "core_share": 0.2, "megabytes": 400}
    steps = [{"sessions": 4, "words_p95": 0.6, **step}, {"sessions": 5, "words_p95": 3.0, **step}]
    live = {"steps": steps, "sessions": 4, "cores": 2, "sessions_per_core": 2.0}
    again = {"hours_per_core_hour": 10.0, "megabytes_per_worker": 300}
    return {
        "command": "scripts/cost.py", "day": "2026-01-01", "machine": "a machine", "provisional": False,
        "models": {"tiny.en": {"live": live, "rescoring": again, "batches": {"1": 1.0, "8": 2.0}}},
        "storage": {"sound_bytes_per_minute": 900_000, "log_bytes_per_minute": 50_000, "reading_bytes_per_minute": 50_000},
    }  # fmt: skip


def test_machines_hours_and_storage_follow_from_what_was_measured() -> None:
    result, given = measured(), assumptions()
    paper = given.paper.model_copy(
        update={"trainees": 1000, "sessions": 6, "minutes": 10, "days": 200, "hours": 5, "peak": 4, "spare": 1.5}
    )
    paper = paper.model_copy(update={"cores": 1, "copies": 2})
    found = reckon(result, given.model_copy(update={"paper": paper}))
    assert (found["sessions_a_year"], found["hours_a_year"], found["at_once"]) == (6000, 1000, 4)
    assert found["models"]["tiny.en"] == {"machines": 3, "core_hours": 100, "days_on_one_machine": 4.2}
    assert found["terabytes_a_year"] == 0.12


def test_the_page_keeps_what_stands_around_the_figures() -> None:
    result = measured()
    result["paper"] = reckon(result, assumptions())
    block = markdown(result, assumptions())
    page = put_into(f"before\n{BEGIN}\nold\n{END}\nafter\n", block)
    assert page == f"before\n{block}\nafter\n"
    assert put_into(page, block) == page
    assert "| tiny.en | 2 (4 on 2) | 0.30 / 0.60 s | 20 % | 400 MB | 10 | 300 MB |" in page


def test_provisional_figures_are_never_shown_as_if_they_were_not() -> None:
    result = {**measured(), "provisional": True}
    result["paper"] = reckon(result, assumptions())
    assert "**Provisional" in markdown(result, assumptions())
    picture = draw(result, 1.0)
    ElementTree.fromstring(picture)
    assert "(provisional)" in picture
