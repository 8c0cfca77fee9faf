"""Sessions as progress reads them: metadata and a scorecard, without sound. Thousands are made in seconds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from voicesim.session.meta import Consent, Part, ScenarioRef, SessionMeta, write_meta

TITLES = {
    "delayed-report": "Nine years later",
    "crash-scene": "By the roadside",
    "radio-call": "A voice on the radio",
    "drill-silence": "Leave her silences",
}
CRITERIA = {
    "let-her-finish": "Let her finish",
    "open-questions": "Ask open questions",
    "no-blame": "Say nothing that hurts",
}


def practised(
    sessions: Path,
    owner: str,
    day: str,
    score: float | None,
    *,
    scenario: str = "delayed-report",
    points: Mapping[str, float | None] | None = None,
    rubric: str = "default",
    mode: str = "practice",
    private: bool = False,
    met: bool | None = None,
    trainee: str = "",
    driver: str = "browser",
) -> Path:
    """One session.

    Args:
        sessions: where it goes.
        owner: account; empty for none.
        day: when it was held: ``2026-03-01``, or with a time.
        score: overall; None: it was never scored.
        scenario: its id.
        points: by criterion; None: the overall for each.
        rubric: what judged.
        mode: practice, drill or qualify.
        private: whether nobody else may see it.
        met: of a qualification: whether the standard was met.
        trainee: of a qualification: the name it was held under.
        driver: who played the trainee: ``file`` for a recording.
    """
    held = day if "T" in day else f"{day}T10:00:00+00:00"
    number = sum(1 for _ in sessions.glob(f"{day[:10]}*")) if sessions.is_dir() else 0
    folder = sessions / f"{day[:10]}-{scenario}-{owner[:8] or 'alone'}-{number}"
    folder.mkdir(parents=True)
    meta = SessionMeta(
        id=folder.name,
        created=held,
        voicesim="0.2.0",
        platform="test",
        scenario=ScenarioRef(id=scenario, title=TITLES.get(scenario, scenario), sha256=""),
        seed=1,
        driver=driver,  # type: ignore[arg-type]
        transcriber=Part(engine="none"),
        voice=Part(engine="none"),
        turn_taking={},
        consent=Consent(given=True, how="test"),
        mode=mode,  # type: ignore[arg-type]
        owner=owner,
        private=private,
        trainee=trainee,
        state="complete",
        samples=480 * 16000,
    )
    write_meta(folder, meta)
    if score is not None:
        card = {
            "schema": "voicesim/scorecard/2",
            "rubric": {"id": rubric, "title": rubric, "profile": "griffiths"},
            "overall": score,
            "overall_reviewed": score,
            "criteria": [
                {"id": name, "title": title, "points": (points or {}).get(name, score)}
                for name, title in CRITERIA.items()
            ],
            "standard": None if met is None else {"met": met},
        }
        (folder / "scorecard.json").write_text(json.dumps(card), encoding="utf-8")
    return folder
