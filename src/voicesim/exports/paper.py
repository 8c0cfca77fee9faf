"""Paper: the fonts, styles and page of the PDF report. Everything else of it is in `pdf.py`.

Vera comes with reportlab, so that a report looks alike on every computer, and its text can be found, copied and read aloud. It has
the letters of western and much of central Europe. A letter it has not is written without its accent, anything else as a question
mark.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from voicesim import __version__
from voicesim.exports.text import one_line

if TYPE_CHECKING:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Flowable

INK, SOFT, LINE, PALE, CARE, GOOD = "#1f2a33", "#4d5a66", "#c9c4b8", "#f3f0e9", "#9a3423", "#2d6639"
MARGIN, FOOT = 56.7, 62.0
"""Points: 20 mm around, and room for the foot."""
_FONT = "VoicesimVera"


@cache
def fonts() -> frozenset[int]:
    """Make the fonts known.

    Returns:
        The characters that all of them have.
    """
    from reportlab.lib.fonts import addMapping
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    known: set[int] | None = None
    for suffix, file in (("", "Vera"), ("-Bold", "VeraBd"), ("-Italic", "VeraIt"), ("-BoldItalic", "VeraBI")):
        font = TTFont(_FONT + suffix, f"{file}.ttf")
        pdfmetrics.registerFont(font)
        has = set(font.face.charToGlyph)
        known = has if known is None else known & has
    addMapping(_FONT, 0, 0, _FONT)
    addMapping(_FONT, 1, 0, f"{_FONT}-Bold")
    addMapping(_FONT, 0, 1, f"{_FONT}-Italic")
    addMapping(_FONT, 1, 1, f"{_FONT}-BoldItalic")
    return frozenset(known or ())


def shown(text: str) -> str:
    """A text in letters that the fonts have, ready to stand inside a paragraph's markup."""
    from xml.sax.saxutils import escape

    return escape("".join(_letter(character) for character in one_line(text)))


def _letter(character: str) -> str:
    known = fonts()
    if ord(character) in known or character == " ":
        return character
    if unicodedata.category(character) in ("Mn", "Me", "Cf", "Sk"):  # accents, joiners, skin tones of their own
        return ""
    plain = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    return plain if plain and all(ord(part) in known for part in plain) else "?"


@cache
def style(name: str) -> ParagraphStyle:
    """A style by its name: body, small, soft, title, h1, h2, quote, cell, head, right, big."""
    from reportlab.lib.colors import HexColor
    from reportlab.lib.enums import TA_CENTER, TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle

    fonts()
    made: dict[str, dict[str, Any]] = {
        "body": {},
        "small": {"fontSize": 7.6, "leading": 10.6, "textColor": HexColor(SOFT), "spaceAfter": 3},
        "soft": {"textColor": HexColor(SOFT)},
        "title": {"fontSize": 19, "leading": 24, "fontName": f"{_FONT}-Bold", "spaceAfter": 2},
        "h1": {"fontSize": 12.5, "leading": 16, "fontName": f"{_FONT}-Bold", "spaceBefore": 15, "spaceAfter": 5, "keepWithNext": 1},
        "h2": {"fontSize": 9.6, "leading": 13.5, "fontName": f"{_FONT}-Bold", "spaceBefore": 8, "spaceAfter": 2, "keepWithNext": 1},
        "item": {"spaceAfter": 1},
        "headright": {"fontSize": 7.6, "leading": 10.2, "textColor": HexColor(SOFT), "spaceAfter": 0, "alignment": TA_RIGHT},
        "quote": {"leftIndent": 10, "fontName": f"{_FONT}-Italic", "spaceAfter": 2},
        "evidence": {"leftIndent": 10, "fontSize": 8.2, "leading": 11.6, "spaceAfter": 1.5},
        "cell": {"fontSize": 8.4, "leading": 11.4, "spaceAfter": 0},
        "head": {"fontSize": 7.6, "leading": 10.2, "textColor": HexColor(SOFT), "spaceAfter": 0},
        "right": {"fontSize": 8.4, "leading": 11.4, "spaceAfter": 0, "alignment": TA_RIGHT},
        "big": {"fontSize": 20, "leading": 24, "fontName": f"{_FONT}-Bold", "alignment": TA_CENTER, "spaceAfter": 0},
        "under": {"fontSize": 8.4, "leading": 11, "alignment": TA_CENTER, "spaceAfter": 0},
    }  # fmt: skip
    base: dict[str, Any] = {
        "fontName": _FONT, "fontSize": 9.2, "leading": 13.2, "textColor": HexColor(INK), "spaceAfter": 4, "splitLongWords": 1,
    }  # fmt: skip
    return ParagraphStyle(name, **{**base, **made[name]})


def written(make: Callable[[], list[Flowable]], title: str, foot: str) -> bytes:
    """A document from its parts, with bookmarks for its headings and the number of pages on each. The same parts, the same bytes.

    Args:
        make: makes the parts; asked twice, since the first time tells how many pages there are.
        title: of the document.
        foot: stands on every page.
    """
    _, pages = _pass(make(), title, foot, 0)
    return _pass(make(), title, foot, pages)[0]


def _pass(story: list[Flowable], title: str, foot: str, pages: int) -> tuple[bytes, int]:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

    out = BytesIO()
    width, height = A4
    reached = 0

    class Report(BaseDocTemplate):
        headings = 0

        def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 (reportlab's name)
            if not isinstance(flowable, Paragraph):
                return
            level = {"title": 0, "h1": 1, "h2": 2}.get(flowable.style.name)
            if level is not None:
                self.headings += 1
                key = f"heading-{self.headings}"
                self.canv.bookmarkPage(key)
                self.canv.addOutlineEntry(flowable.getPlainText(), key, level, closed=level > 0)

    def page(canvas: Any, document: Any) -> None:
        nonlocal reached
        reached = max(reached, canvas.getPageNumber())
        canvas.saveState()
        canvas.setStrokeColor(HexColor(LINE))
        canvas.line(MARGIN, FOOT - 10, width - MARGIN, FOOT - 10)
        canvas.setFont(_FONT, 7)
        canvas.setFillColor(HexColor(SOFT))
        canvas.drawString(MARGIN, FOOT - 22, foot)
        canvas.drawRightString(width - MARGIN, FOOT - 22, f"Page {canvas.getPageNumber()} of {pages}")
        canvas.restoreState()

    document = Report(
        out, pagesize=A4, title=title, author="voicesim", subject="Report of a practice session", creator=f"voicesim {__version__}",
        lang="en", displayDocTitle=1, invariant=1,
    )  # fmt: skip
    frame = Frame(MARGIN, FOOT, width - 2 * MARGIN, height - MARGIN - FOOT, 0, 0, 0, 0)
    document.addPageTemplates([PageTemplate("page", [frame], onPage=page)])
    document.build(story)
    return out.getvalue(), reached
