"""PDF: the report on paper, for a training file: the ending, what went well, three moments, criteria with evidence, signatures."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from voicesim.exports.material import Material
from voicesim.exports.paper import CARE, GOOD, INK, LINE, PALE, shown, style, written
from voicesim.remarks.kinds import Voice
from voicesim.review.words import GROUPS, LEVELS, capped_by, minutes, standard_of, value_of
from voicesim.scoring.feedback import Moment
from voicesim.scoring.scorecard import Criterion, Scorecard
from voicesim.timebase import clock

if TYPE_CHECKING:
    from reportlab.platypus import Flowable, Paragraph, Table

_WIDTH = 481.9
"""Points between the margins."""
_MOST_EVIDENCE = 4
"""Pieces of evidence printed for a criterion; the report in the browser has them all."""
_VOICES: dict[Voice, str] = {
    "self": "Self-evaluation", "peer": "A colleague’s evaluation", "instructor": "Instructor’s evaluation",
}  # fmt: skip
_MODES = {"practice": "Practice", "drill": "Drill", "qualify": "Qualification"}


def to_pdf(material: Material) -> bytes:
    """The report as PDF, A4: real text, bookmarks for its headings. Without scores it says that they are not released."""
    foot = shown(f"{material.meta.id}  ·  voicesim {material.meta.voicesim}")
    return written(lambda: _story(material), f"{material.meta.scenario.title}: session report", foot)


def _story(material: Material) -> list[Flowable]:
    card = material.card
    story = [*_head(material)]
    if card is None:
        story.append(_p("The scores of this session are not released yet. What was said is in the transcript."))
    else:
        story += [
            *_result(card),
            *_ending(material),
            *_well(card),
            *_moments(card),
            *_remarks(material),
            *_evaluations(material),
        ]
        story += [*_criteria(card), *_evidence(card)]
    story += _notes(material)
    story += _signatures(material)
    return story


def _p(text: str, name: str = "body", *, markup: bool = False) -> Paragraph:
    from reportlab.platypus import Paragraph

    return Paragraph(text if markup else shown(text), style(name))


def _head(material: Material) -> list[Flowable]:
    from reportlab.platypus import Spacer

    meta = material.meta
    attempt = f", attempt {meta.attempt}" if meta.attempt else ""
    facts = [
        ("Trainee", material.trainee or "\u2007"),
        ("Held", _day(meta.created)),
        ("Length", minutes(material.length)),
        ("Kind", _MODES[meta.mode] + attempt),
    ]
    if material.card is not None:
        facts.append(("Judged by", f"{material.card.rubric.title} (rubric {material.card.rubric.id})"))
    rows = [[_p(name, "head"), _p(value, "cell")] for name, value in facts]
    return [
        _p("Session report", "soft"),
        _p(meta.scenario.title, "title"),
        Spacer(0, 4),
        _table(rows, [72, _WIDTH - 72], lines=True),
    ]


def _result(card: Scorecard) -> list[Flowable]:
    from reportlab.platypus import Spacer

    overall = card.overall_reviewed
    if overall is None:
        number, level = "–", "Too little could be judged for a score."
    else:
        number, level = (
            f"{overall if overall != card.overall else round(overall):g} of 100",
            LEVELS[card.level] if card.level and overall == card.overall else "",
        )
    told = [f"<b>{shown(level)}</b>"] if level else []
    if overall != card.overall:
        machine = "no score" if card.overall is None else f"{card.overall:g}"
        told.append(f"With the instructor’s judgement. The program alone: {machine}.")
    told += [shown(line) for line in capped_by(card)]
    if standard := standard_of(card):
        told.append(shown(standard))
    told.append("Scores are an aid. The instructor’s judgement takes precedence.")
    words = [_p(line, "cell", markup=True) for line in told]
    box = _table([[[_p(number, "big"), _p("overall", "under")], words]], [140, _WIDTH - 140])
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import TableStyle

    box.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, -1), HexColor(PALE)),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("TOPPADDING", (0, 0), (-1, -1), 9),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 9),
                ("RIGHTPADDING", (-1, 0), (-1, -1), 12),
            ]
        )
    )
    return [Spacer(0, 12), box]


def _ending(material: Material) -> list[Flowable]:
    if not material.ending_title:
        return [_p("How it ended", "h1"), _p("The session was stopped, or cut off, before one of its endings.")]
    return [
        _p("How it ended", "h1"),
        _p(f"<b>{shown(material.ending_title)}.</b> {shown(material.ending_summary)}", markup=True),
    ]


def _well(card: Scorecard) -> list[Flowable]:
    story: list[Flowable] = [_p("What went well", "h1")]
    story += [_p(f"•  {line}", "item") for line in card.went_well]
    for moment in card.praise:
        story.append(
            _p(
                f"<b>{clock(moment.start)}</b>  {shown(moment.title)}" + (f": “{shown(moment.said)}”" if moment.said else ""),
                "evidence",
                markup=True,
            )
        )  # fmt: skip
    if len(story) == 1:
        story.append(_p("Nothing stood out this time. That you practised is worth saying all the same."))
    return story


def _moments(card: Scorecard) -> list[Flowable]:
    if not card.moments:
        return []
    count = {1: "One moment", 2: "Two moments", 3: "Three moments"}.get(
        len(card.moments), f"{len(card.moments)} moments"
    )
    heading = _p(f"{count} to look at again", "h1")
    blocks = [_moment(one) for one in card.moments]
    from reportlab.platypus import KeepTogether

    return [KeepTogether([heading, *blocks[0]]), *(KeepTogether(block) for block in blocks[1:])]


def _moment(one: Moment) -> list[Flowable]:
    story: list[Flowable] = [_p(f"{clock(one.start)}  {one.title}", "h2")]
    if one.said:
        story.append(_p(f"“{one.said}”", "quote"))
    if one.effect:
        story.append(_p(one.effect))
    if one.better:
        story.append(_p(f"<b>Another way:</b> {shown(one.better)} <i>{shown(one.why)}</i>", markup=True))
    return story


def _remarks(material: Material) -> list[Flowable]:
    if not material.remarks:
        return []
    story: list[Flowable] = [_p("What the instructor said", "h1")]
    for one in material.remarks:
        at = "" if one.at is None else f"<b>{clock(one.at)}</b>  "
        kind = "Commended: " if one.kind == "commendation" else ""
        story.append(_p(f"{at}{kind}{shown(one.text)} ({shown(one.by)})", "evidence", markup=True))
    return story


def _evaluations(material: Material) -> list[Flowable]:
    from reportlab.platypus import KeepTogether

    titles = {one.id: one.title for one in material.card.criteria} if material.card else {}
    blocks: list[list[Flowable]] = []
    for one in material.evaluations:
        who = material.trainee or one.by if one.voice == "self" else one.by
        block: list[Flowable] = [_p(f"{_VOICES[one.voice]}, {who}, {_day(one.when)}", "h2")]
        block += [_p(f"•  {titles.get(name, name)}: {LEVELS[level]}", "item") for name, level in one.levels]
        block += [_p(f"“{one.text}”", "quote")] if one.text else []
        blocks.append(block)
    if blocks:
        blocks[0].insert(0, _p("Judged by ear", "h1"))
    return [KeepTogether(block) for block in blocks]


def _criteria(card: Scorecard) -> list[Flowable]:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import TableStyle

    rows: list[list[Any]] = [[_p(name, "head") for name in ("Criterion", "Found", "Level")]]
    rows[0].append(_p("Points", "headright"))
    groups = []
    for group, title in GROUPS.items():
        chosen = [one for one in card.criteria if one.group == group]
        if chosen:
            groups.append(len(rows))
            rows.append([_p(f"<b>{shown(title)}</b>", "cell", markup=True), "", "", ""])
            rows += [_criterion(one) for one in chosen]
    table = _table(rows, [178, 146, 76, _WIDTH - 400], lines=True, repeat=1)
    table.setStyle(
        TableStyle(
            [("SPAN", (0, row), (-1, row)) for row in groups]
            + [("BACKGROUND", (0, row), (-1, row), HexColor(PALE)) for row in groups]
        )
    )
    return [_p("Criteria", "h1"), table]


def _criterion(one: Criterion) -> list[Any]:
    points = "–" if one.counted is None else f"{one.counted:.0f}"
    if one.counted != one.points:
        was = "–" if one.points is None else f"{one.points:.0f}"
        points = f"<b>{points}</b>\u00a0(was\u00a0{was})"
    name = shown(one.title) + ("" if one.weight else " (not counted)")
    colour = {"strong": GOOD, "needs_work": CARE}.get(one.level or "", INK)
    level = LEVELS[one.level] if one.level else "–"
    return [
        _p(name, "cell", markup=True),
        _p(value_of(one), "cell"),
        _p(f'<font color="{colour}">{level}</font>', "cell", markup=True),
        _p(points, "right", markup=True),
    ]


def _evidence(card: Scorecard) -> list[Flowable]:
    from reportlab.platypus import KeepTogether

    blocks = [_rests_on(one) for one in card.criteria if one.counted is not None]
    if blocks:
        blocks[0].insert(0, _p("What the criteria rest on", "h1"))
    return [KeepTogether(block) for block in blocks]


def _rests_on(one: Criterion) -> list[Flowable]:
    shown_here = [each for each in one.evidence if each.quote or each.note]
    block: list[Flowable] = [_p(one.title, "h2"), _p(one.advice)]
    if one.override:
        judged = f"<b>{shown(one.override.by)}: {one.override.points:.0f} points.</b> {shown(one.override.reason)}"
        block.append(_p(judged, markup=True))
    for each in shown_here[:_MOST_EVIDENCE]:
        quote = f"“{shown(each.quote)}”" if each.quote else ""
        note = f" – {shown(each.note)}" if each.note and each.quote else shown(each.note)
        block.append(_p(f"<b>{clock(each.start)}</b>  {quote}{note}", "evidence", markup=True))
    if len(shown_here) > _MOST_EVIDENCE:
        block.append(_p(f"and {len(shown_here) - _MOST_EVIDENCE} more in the report on screen", "evidence"))
    return block


def _notes(material: Material) -> list[Flowable]:
    if not material.notes:
        return []
    return [_p("About the recording", "h1"), *(_p(note) for note in material.notes)]


def _signatures(material: Material) -> list[Flowable]:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import KeepTogether, Spacer, TableStyle

    third = _WIDTH / 3
    rows: list[list[Any]] = [
        ["", "", ""],
        [_p("Instructor, who has heard the recording", "small"), _p("Signature", "small"), _p("Date", "small")],
        ["", "", ""],
        [_p("Trainee, with whom it was discussed", "small"), _p("Signature", "small"), _p("Date", "small")],
    ]
    table = _table(rows, [third * 1.25, third * 1.15, third * 0.6], heights=[34, 16, 34, 16])
    lines = [("LINEBELOW", (column, row), (column, row), 0.6, HexColor(INK)) for row in (0, 2) for column in range(3)]
    table.setStyle(TableStyle(lines))
    closing = (
        "The figures were counted by a program, which makes mistakes. They tell how one practice conversation went; they are no "
        "basis for decisions about a person by themselves."
    )
    signed = []
    if material.signed is not None:
        since = " Something was said about it since." if material.signed.changed else ""
        signed = [_p(f"Signed off in voicesim by {material.signed.by} on {_day(material.signed.when)}.{since}")]
    return [KeepTogether([_p("Discussed", "h1"), *signed, table, Spacer(0, 8), _p(closing, "small")])]


def _table(
    rows: list[list[Any]],
    widths: list[float],
    *,
    lines: bool = False,
    repeat: int = 0,
    heights: list[float] | None = None,
) -> Table:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Table, TableStyle

    table = Table(rows, widths, heights, repeatRows=repeat, hAlign="LEFT")
    look: list[tuple[Any, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 4), ("RIGHTPADDING", (0, 0), (-1, -1), 6),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5), ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ]  # fmt: skip
    if lines:
        look.append(("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor(LINE)))
    table.setStyle(TableStyle(look))
    return table


def _day(created: str) -> str:
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return created
    return f"{moment.day} {moment:%B %Y, %H:%M}"
