"""Material for exports without a recording: the review tests' interview, and sessions of any words at any times."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from hypothesis import strategies as some
from sample import interview

from voicesim.engine.events import Word
from voicesim.exports.material import Evaluated, Material, Remarked, Signed
from voicesim.scoring.conversation import Conversation, HerSpeech, Line, Span, Turn, Utterance
from voicesim.scoring.log import from_records
from voicesim.scoring.overrides import reviewed
from voicesim.scoring.rubric import Rubric, load_rubric
from voicesim.scoring.scorecard import Override, Scorecard, score
from voicesim.session.meta import Consent, Part, ScenarioRef, SessionMeta

META = SessionMeta(
    id="20260301T061000-first-interview-abc123",
    created="2026-03-01T06:10:00+01:00",
    voicesim="0.2.0",
    platform="test",
    scenario=ScenarioRef(id="first-interview", title="A first interview", sha256="0" * 64),
    seed=7,
    driver="soundcard",
    transcriber=Part(engine="whisper", model="base"),
    voice=Part(engine="plain"),
    turn_taking={},
    consent=Consent(given=True, how="prompt"),
    state="complete",
    samples=120 * 16000,
    owner="5b0f0f5e-0000-4000-8000-000000000001",
)


EVALUATIONS = (
    Evaluated("self", "Trainee", "2026-03-01T18:00:00+01:00", "default", (("no-why", "developing"),), "I rushed her <b>once</b>."),
    Evaluated("peer", "P. Łuk", "2026-03-01T19:00:00+01:00", "default", (("no-why", "sound"), ("gone", "strong")), ""),
    Evaluated("instructor", "I. Moreau", "2026-03-02T15:00:00+01:00", "default", (), "She trusted you in the end."),
)  # fmt: skip
REMARKS = (
    Remarked("commendation", 26 * 16000, "I. Moreau", "You let the silence be hers."),
    Remarked("comment", None, "I. Moreau", "Listen to the “why” together."),
)


@cache
def _scored(rubric: str) -> tuple[Conversation, Scorecard, Rubric]:
    conversation, judged = from_records(interview().records, {}), load_rubric(rubric)
    return conversation, score(conversation, judged), judged


def material(rubric: str = "default", *, ending: str = "opens-up", **meta: object) -> Material:
    """The interview, scored, with one of an instructor's judgements. `meta`: what else stands in its metadata."""
    conversation, card, judged = _scored(rubric)
    conversation = replace(conversation, ending=ending)
    criterion = card.criteria[0].id
    card = reviewed(
        card, {criterion: Override(80, "I. Moreau", "She had ended; the recording “clicks” – listen.")}, judged
    )
    return Material(
        META.model_copy(update=meta),
        conversation,
        card,
        her_name="Nora",
        trainee="Zoë O’Neill-Łuk",
        remarks=REMARKS,
        evaluations=EVALUATIONS,
        signed=Signed("I. Moreau", "2026-03-02T15:04:05+01:00", False),
        ending_title="She opens up" if ending else "",
        ending_summary="She told you what she came to tell." if ending else "",
    )


ODD = some.sampled_from(
    [
        "-->",
        "<v Nora>",
        "&amp;",
        "a\nb",
        "\r\n\r\nNOTE",
        "“é’",
        "👩🏽‍🚒",
        '"',
        '""',
        "=1+1",
        "@SUM(A1)",
        "\x00",
        "\u2028",
        "\ud800",
        "",
    ]
)
WORDS = some.lists(some.one_of(ODD, some.text(max_size=12)), min_size=1, max_size=8)
"""Words as no recogniser should write them, and some will."""


@some.composite
def any_session(draw: some.DrawFn) -> Material:
    """A session of any words, at times that may touch, repeat or fall outside their turn."""
    at, turns, utterances, lines, hers = 0, [], [], [], []
    for _ in range(draw(some.integers(0, 5))):
        texts = draw(WORDS)
        start = at + draw(some.integers(0, 40_000))
        edges = sorted(
            draw(some.lists(some.integers(start, start + 60_000), min_size=2 * len(texts), max_size=2 * len(texts)))
        )
        words = tuple(Word(text, edges[2 * i], edges[2 * i + 1]) for i, text in enumerate(texts))
        end = max(start + 1, edges[-1])
        text = " ".join(texts)
        if draw(some.booleans()):
            utterances.append(Utterance(start, end, (Span(start, end),), text, words))
            turns.append(Turn(start, end, "trainee", text, words, (Span(start, end),)))
        else:
            hers.append(HerSpeech(start, end))
            turns.append(Turn(start, end, "survivor", text, words, (Span(start, end),)))
            lines.append(Line(start, end, text, text, True))
        at = draw(some.integers(start, end))  # the next may begin while this one still sounds
    conversation = Conversation(
        length=max((turn.end for turn in turns), default=0),
        trainee=tuple(utterances),
        survivor=tuple(hers),
        turns=tuple(sorted(turns, key=lambda turn: turn.start)),
        lines=tuple(lines),
        finished=True,
    )
    title, name = draw(some.text(max_size=20)), draw(some.text(max_size=10))
    meta = META.model_copy(update={"samples": 0, "scenario": ScenarioRef(id="odd", title=title, sha256="")})
    return Material(meta, conversation, None, her_name=name)


def bare(given: Material) -> Material:
    """The same as it is gathered without scores."""
    return replace(given, card=None, remarks=(), evaluations=(), signed=None)
