"""The PDF report: text that can be found, bookmarks, page numbers, places to sign."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

from exported import any_session, bare, material
from hypothesis import given, settings
from pypdf import PdfReader

from voicesim.exports.material import Material
from voicesim.exports.paper import shown
from voicesim.exports.pdf import to_pdf


def read(exported: bytes) -> tuple[PdfReader, str]:
    reader = PdfReader(BytesIO(exported))
    return reader, " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_an_instructor_finds_everything_there_is_to_sign() -> None:
    session = material()
    reader, text = read(to_pdf(session))
    assert session.card is not None
    for wanted in (
        "A first interview", "Zoë O’Neill-Łuk", "1 March 2026, 06:10", "2 min 0 s", "She opens up", "What went well",
        "to look at again", "What the criteria rest on", "Signature", "Instructor, who has heard the recording",
        "Trainee, with whom",
        "0:26.0 Commended: You let the silence be hers. (I. Moreau)", "Listen to the “why” together.",
        "Signed off in voicesim by I. Moreau on 2 March 2026",
        "80 (was", "I. Moreau: 80 points.", "the recording “clicks” – listen", "The instructor’s judgement takes precedence",
    ):  # fmt: skip
        assert wanted in text, wanted
    for criterion in session.card.criteria:
        assert criterion.title in text
    for moment in session.card.moments:
        assert moment.title in text
        assert moment.better in text
    numbers = [f"Page {number} of {len(reader.pages)}" for number in range(1, len(reader.pages) + 1)]
    assert all(number in page.extract_text() for number, page in zip(numbers, reader.pages, strict=True))


def test_what_was_judged_by_ear_stands_with_who_judged() -> None:
    _, text = read(to_pdf(material()))
    for wanted in (
        "Judged by ear",
        "Self-evaluation, Zoë O’Neill-Łuk, 1 March 2026, 18:00 • Reframe “why”: Developing “I rushed her <b>once</b>.”",
        "A colleague’s evaluation, P. Łuk, 1 March 2026, 19:00 • Reframe “why”: Sound • gone: Strong",
        "Instructor’s evaluation, I. Moreau, 2 March 2026, 15:00 “She trusted you in the end.”",
    ):
        assert wanted in text, wanted
    assert "Judged by ear" not in read(to_pdf(replace(material(), evaluations=())))[1]


def test_its_headings_are_bookmarks_and_it_says_its_title_and_language() -> None:
    reader, _ = read(to_pdf(material()))
    titles = [str(entry.title) for entry in _flat(reader.outline)]
    assert titles[0] == "A first interview"
    assert {"How it ended", "What went well", "Criteria", "What the criteria rest on", "Discussed"} <= set(titles)
    assert reader.metadata is not None
    assert reader.metadata.title == "A first interview: session report"
    assert reader.trailer["/Root"]["/Lang"] == "en"
    fonts = {str(font["/BaseFont"]) for page in reader.pages for font in page["/Resources"]["/Font"].values()}  # type: ignore[index]
    assert any("Vera" in font for font in fonts)


def _flat(outline: list[object]) -> list[object]:
    return [entry for one in outline for entry in (_flat(one) if isinstance(one, list) else [one])]


def test_it_says_so_where_scores_are_not_released() -> None:
    _, text = read(to_pdf(bare(material())))
    assert "not released yet" in text
    assert "of 100" not in text
    assert "Criteria" not in text
    assert "Judged by ear" not in text


def test_the_same_session_gives_the_same_paper() -> None:
    assert to_pdf(material()) == to_pdf(material())


def test_a_letter_the_fonts_have_not_is_written_near_enough() -> None:
    assert shown("Őrs, Łukasz & Zoë – “é”") == "Ors, Łukasz &amp; Zoë – “é”"
    assert shown("sure 👩🏽‍🚒 ok") == "sure ?? ok"


@given(any_session())
@settings(max_examples=8, deadline=None)
def test_no_words_can_break_the_paper(said: Material) -> None:
    session = material()
    assert session.card is not None
    odd = next((one.text for one in said.said if one.text), "-->")
    moments = tuple(replace(each, said=odd, effect=f"<b>{odd}") for each in session.card.moments)
    reader, _ = read(
        to_pdf(replace(session, meta=said.meta, card=replace(session.card, moments=moments), her_name=odd))
    )
    assert len(reader.pages) >= 2
