"""Progress: one's own, one person's for those who teach, and everybody's together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from voicesim.web.access import Person, instructor, signed_in
from voicesim.web.accounts.audit import audit
from voicesim.web.pages import page
from voicesim.web.progress.asked import account, records, trainees, wanted
from voicesim.web.progress.attempt import Wanted
from voicesim.web.progress.charts import box, line_chart, spark
from voicesim.web.progress.settings import progress_settings
from voicesim.web.progress.tables import TableName, table
from voicesim.web.progress.views import Cohort, Progress, cohort_of, progress_of
from voicesim.web.world import Problem

router = APIRouter()
_SignedIn = Annotated[Person, Depends(signed_in)]
_Teaches = Annotated[Person, Depends(instructor)]
_Wanted = Annotated[Wanted, Depends(wanted)]
_Account = Annotated[str, InPath(max_length=36, pattern=r"^[A-Za-z0-9-]+$")]


class AttemptShort(BaseModel):
    """One attempt. Without `shown` its scores are not released."""

    session: str
    scenario: str
    title: str
    created: datetime
    seconds: float
    mode: str
    rubric: str
    overall: float | None
    shown: bool


class CourseShort(BaseModel):
    """A scenario's overall scores or a criterion's points, oldest first."""

    id: str
    title: str
    values: list[float]


class ProgressAnswer(BaseModel):
    """One person's progress. Scores and points are 0 to 100, by one rubric; others are not compared with it."""

    rubric: str
    total: int
    """Attempts that fit the filter."""
    newest: list[AttemptShort]
    scenarios: list[CourseShort]
    criteria: list[CourseShort]


class SpreadShort(BaseModel):
    """How values lie: each person counts once."""

    id: str
    title: str
    people: int
    median: float
    lower: float
    upper: float
    low: float
    high: float
    median_from: float | None = None
    """Scenarios: where the median lies with the confidence that is set; null for too few people."""
    median_to: float | None = None


class DueShort(BaseModel):
    """Where somebody stands with the annual qualification."""

    person: str
    name: str
    state: str
    used: int
    allowed: int
    passed_on: date | None
    expires: date | None


class CohortAnswer(BaseModel):
    """Everybody's progress together."""

    rubric: str
    people: int
    attempts: int
    criteria: list[SpreadShort]
    scenarios: list[SpreadShort]
    due: list[DueShort]


@router.get("/api/progress", summary="One's own progress")
def own_progress(request: Request, person: _SignedIn, asked: _Wanted) -> ProgressAnswer:
    """One's own attempts over time. Scores that are not released are not in it."""
    return _answer(_own(request, person, asked))


@router.get("/api/progress/{of}", summary="Somebody's progress", responses={404: {"model": Problem}})
def progress_of_somebody(request: Request, of: _Account, person: _Teaches, asked: _Wanted) -> ProgressAnswer:
    """Somebody's attempts over time, private ones left out."""
    return _answer(_theirs(request, of, person, asked))


@router.get("/api/cohort", summary="Everybody's progress together")
def cohort(request: Request, person: _Teaches, asked: _Wanted) -> CohortAnswer:
    """Medians and spread of each criterion, how hard the scenarios are, and who is due."""
    found, _ = _cohort(request, person, asked)
    return CohortAnswer(
        rubric=found.choice.rubric,
        people=found.people,
        attempts=len(found.attempts),
        criteria=[
            SpreadShort(
                id=row.id, title=row.title, people=row.spread.n, median=row.spread.median, lower=row.spread.lower,
                upper=row.spread.upper, low=row.spread.low, high=row.spread.high,
            )
            for row in found.criteria
        ],
        scenarios=[
            SpreadShort(
                id=row.id, title=row.title, people=row.people, median=row.spread.median, lower=row.spread.lower,
                upper=row.spread.upper, low=row.spread.low, high=row.spread.high,
                median_from=row.interval[0] if row.interval else None, median_to=row.interval[1] if row.interval else None,
            )
            for row in found.scenarios
        ],
        due=[
            DueShort(
                person=one.due.person, name=one.due.name, state=one.due.state, used=one.due.used, allowed=one.due.allowed,
                passed_on=one.due.passed_on, expires=one.due.expires,
            )
            for one in found.members
        ],
    )  # fmt: skip


@router.get("/api/cohort/{wanted_table}.csv", summary="A table of the cohort as CSV", response_class=Response)
def cohort_table(request: Request, wanted_table: TableName, person: _Teaches, asked: _Wanted) -> Response:
    """People, attempts, points, criteria or scenarios, as the filter has them, for a spreadsheet."""
    found, names = _cohort(request, person, asked)
    audit(request, "person exported", detail=wanted_table)
    return Response(
        table(found, wanted_table, names),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="cohort-{wanted_table}.csv"'},
    )


@router.get("/progress", include_in_schema=False)
def progress_page(request: Request, person: _SignedIn, asked: _Wanted) -> HTMLResponse:
    """One's own progress."""
    return _page(person, _own(request, person, asked), "", "/progress", "progress")


@router.get("/progress/{of}", include_in_schema=False)
def progress_page_of_somebody(request: Request, of: _Account, person: _Teaches, asked: _Wanted) -> HTMLResponse:
    """Somebody's progress."""
    found = _theirs(request, of, person, asked)
    return _page(person, found, account(request, of).name, f"/progress/{of}", "cohort")


@router.get("/cohort", include_in_schema=False)
def cohort_page(request: Request, person: _Teaches, asked: _Wanted) -> HTMLResponse:
    """Everybody's progress together."""
    found, names = _cohort(request, person, asked)
    return page(
        "progress/cohort",
        person=person,
        here="cohort",
        cohort=found,
        choice=found.choice,
        alone=person.alone,
        accounts=names,
        query=request.url.query,
        action="/cohort",
        settings=progress_settings(),
        box=box,
    )


def _own(request: Request, person: Person, asked: Wanted) -> Progress:
    return progress_of(records(request).attempts(person, None if person.alone else person.id), asked)


def _theirs(request: Request, of: str, person: Person, asked: Wanted) -> Progress:
    return progress_of(records(request).attempts(person, account(request, of).id), asked)


def _cohort(request: Request, person: Person, asked: Wanted) -> tuple[Cohort, Mapping[str, str]]:
    names = trainees(request)
    return cohort_of(records(request).attempts(person), names, asked, date.today()), names


def _page(person: Person, found: Progress, name: str, action: str, here: str) -> HTMLResponse:
    return page(
        "progress/progress",
        person=person,
        here=here,
        progress=found,
        choice=found.choice,
        whose=name,
        action=action,
        chart=line_chart(found.scored),
        spark=spark,
        newest=progress_settings().newest,
    )


def _answer(found: Progress) -> ProgressAnswer:
    return ProgressAnswer(
        rubric=found.choice.rubric,
        total=found.total,
        newest=[
            AttemptShort(
                session=one.session, scenario=one.scenario, title=one.title, created=one.created, seconds=one.seconds,
                mode=one.mode, rubric=one.rubric, overall=one.overall, shown=one.shown,
            )
            for one in found.newest
        ],
        scenarios=[CourseShort(id=row.id, title=row.title, values=list(row.values)) for row in found.scenarios],
        criteria=[CourseShort(id=row.id, title=row.title, values=list(row.values)) for row in found.criteria],
    )  # fmt: skip
