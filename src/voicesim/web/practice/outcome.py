"""What a page says once a session is over: a calm close first, how a drill went, where help is, and where the report lies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from voicesim.engine.events import End
from voicesim.errors import VoicesimError

if TYPE_CHECKING:
    from voicesim.scenario.model import Scenario


def outcome_of(folder: Path, country: str, problem: str) -> dict[str, Any]:
    """Score a session that has just been closed, write its report, and say what there is to say.

    Args:
        folder: the session.
        country: whose support lines are shown.
        problem: what went wrong, for people; empty when nothing did.

    Raises:
        VoicesimError: nothing of the session can be read.
    """
    from voicesim.remarks.release import released
    from voicesim.review.closing import calm_close, closing_words
    from voicesim.review.report import write_report
    from voicesim.review.scoring import score_bundle, write_scorecard
    from voicesim.scoring.drill import judge_drill
    from voicesim.session.reader import open_bundle
    from voicesim.store.sealing import seal_when_done

    bundle = open_bundle(folder)
    scenario = bundle.scenario
    ended = next((record.ending for record in reversed(bundle.records) if isinstance(record, End)), "")
    state = scenario.states.get(ended)
    ending = state.ending if state else None
    about, back = calm_close(scenario, ended)
    try:
        card = score_bundle(bundle)
        write_scorecard(bundle, card)
        write_report(bundle, card, folder / "report.html")
        seal_when_done(folder)
    except VoicesimError as error:
        problem = problem or str(error)
    shown = released(folder, bundle.meta)  # a drill that was given is looked at by an instructor first
    return {
        "session": folder.name,
        "problem": problem,
        "close": [about, back],
        "ending": {"title": ending.title, "summary": ending.summary} if ending else None,
        "drill": judge_drill(bundle.records, scenario.drill).as_dict() if scenario.drill and shown else None,
        "help": closing_words().help,
        "support": support_lines(scenario, country),
    }


def support_lines(scenario: Scenario, country: str) -> list[dict[str, str]]:
    """Where help is: name, contact, where."""
    from voicesim.scenario.support_lines import support_for

    return [{"name": one.name, "contact": one.contact, "where": one.where} for one in support_for(scenario, country)]
