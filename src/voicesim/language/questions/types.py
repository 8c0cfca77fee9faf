"""From form and words to a question's type in each profile: Griffiths & Milne, NICHD, MITI."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from voicesim.language.evidence import FormReading, matches
from voicesim.language.lexicon import load_question_phrases, question_phrases
from voicesim.language.questions.raised import Raised
from voicesim.language.reading import GriffithsType, MitiType, NichdType, QuestionTypes
from voicesim.language.text.phrases import Line, Match
from voicesim.language.text.sentences import Piece
from voicesim.language.text.stems import content_stems, stem

_FACT_WORDS = frozenset(("who", "whose", "when", "where", "which", "what", "how", "name", "date", "address", "time"))
_FACTS = frozenset({"when", "where", "who", "whose", "whom", "which"})
_TELLING = frozenset(("tell", "told", "say", "said", "ask", "asked", "claim", "claimed"))


@dataclass(frozen=True)
class TypeReading:
    """The types, the phrases that decided them, a confidence, and whether the question is about her comfort only."""

    types: QuestionTypes
    hits: tuple[tuple[str, Match], ...] = ()
    confidence: float = 0.9
    welfare: bool = False
    faux: bool = False


def specific_stems(norms: tuple[str, ...]) -> frozenset[str]:
    """Stems that name something particular: not grammar, and not the small change of every interview."""
    return content_stems(norms) - generic_stems()


def generic_stems() -> frozenset[str]:
    """Stems of the lexicon's list ``generic``."""
    return stems_of("generic")


@cache
def stems_of(name: str) -> frozenset[str]:
    """Stems of one of the lexicon's lists."""
    return frozenset(stem(word) for word in load_question_phrases().lists[name])


def read_types(piece: Piece, line: Line, form: FormReading, raised: Raised, presumes: bool) -> TypeReading:
    """Type one sentence.

    Args:
        piece: the sentence.
        line: its words, prepared.
        form: its form.
        raised: what she has brought up before.
        presumes: whether the sentence brings in a detail she has not given.
    """
    reader = _Reader(piece, line, form, raised, presumes)
    if form.form == "none":
        return reader.statement()
    if form.form == "imperative":
        return reader.request()
    if form.form == "wh":
        return reader.wh()
    if form.form in ("polar", "alternative"):
        return reader.polar()
    return reader.put_to_her()


@dataclass(frozen=True)
class _Reader:
    piece: Piece
    line: Line
    form: FormReading
    raised: Raised
    presumes: bool

    def hit(self, group: str) -> tuple[tuple[str, Match], ...]:
        found = matches(group, self.line)
        return ((group, found),) if found else ()

    def statement(self) -> TypeReading:
        put = self.hit("put_to_her")
        if put:
            return TypeReading(QuestionTypes("opinion", "suggestive", "closed"), put, 0.65)
        return TypeReading(QuestionTypes(), (), self.form.confidence)

    def request(self) -> TypeReading:
        faux = self.hit("faux")
        if faux:
            return self.faux_request(faux)
        return self.asked_reason() or TypeReading(
            QuestionTypes("open", self.invitation(), "open"), self.hit("request"), 0.93
        )

    def asked_reason(self) -> TypeReading | None:
        """ "Tell me why ..." asks for a reason, as "why ..." does; it invites no account."""
        why = matches("why", self.line)
        if why is None or "why" not in self.piece.norms[why.first : why.last + 1]:
            return None
        return TypeReading(QuestionTypes("probing", "directive", "open"), (("why", why),), 0.8)

    def faux_request(self, faux: tuple[tuple[str, Match], ...]) -> TypeReading:
        words = self.line.joined.split()[faux[0][1].first :]
        asks_for = any(word in _FACT_WORDS for word in words[:7])
        yes_no = any(word in ("if", "whether") for word in words[:6]) or not asks_for
        if yes_no:
            return TypeReading(QuestionTypes(self.closed(), "option_posing", "closed"), faux, 0.8, faux=True)
        return TypeReading(QuestionTypes("probing", "directive", "closed"), faux, 0.8, faux=True)

    def invitation(self) -> NichdType:
        """A cued invitation takes up something she has said; without a known conversation, any particular thing."""
        particular = specific_stems(self.piece.norms)
        if self.raised.known:
            return "cued_invitation" if particular & self.raised.stems else "invitation"
        return "cued_invitation" if particular or self.hit("cue") else "invitation"

    def wh(self) -> TypeReading:
        opened = self.hit("open")
        if opened and not self.hit("why"):
            if matches("cue", self.line) or specific_stems(self.piece.norms) & self.raised.stems:
                return TypeReading(QuestionTypes("open", "cued_invitation", "open"), opened, 0.85)
            return TypeReading(QuestionTypes("open", "invitation", "open"), opened, 0.88)
        welfare = self.hit("welfare")
        narrow = self.hit("narrow") or self.fact()
        miti: MitiType = "closed" if narrow else "open"
        loaded = self.hit("loaded")
        if self.presumes and loaded:
            return TypeReading(QuestionTypes("leading", "suggestive", miti), loaded, 0.65)
        nichd: NichdType = "suggestive" if self.presumes and self.raised.known else "directive"
        return TypeReading(QuestionTypes("probing", nichd, miti), narrow or welfare, 0.88, welfare=bool(welfare))

    def fact(self) -> tuple[tuple[str, Match], ...]:
        """A question word that asks for a fact behind other words ("my love, when did"), or where its answer stands."""
        words, first = self.piece.norms, self.form.first
        if question_phrases("narrow")[1].find(self.line) or first >= len(words):
            return ()
        behind = words[first] in _FACTS and first > 0
        in_place = first > 1 and words[first] == "what" and self.form.first == self.form.last
        return (("narrow", Match(first, first, "a fact")),) if behind or in_place else ()

    def polar(self) -> TypeReading:
        polite = self.hit("polite_request")
        faux = self.hit("faux")
        if faux and (polite or self.hit("request")):
            return self.faux_request(faux)
        if polite:
            return self.asked_reason() or TypeReading(QuestionTypes("open", self.invitation(), "open"), polite, 0.9)
        leave = self.hit("leave_to_ask")
        if leave:
            miti: MitiType = "closed" if matches("narrow_inside", self.line) else "open"
            return TypeReading(QuestionTypes("probing", "directive", miti), leave, 0.7)
        opened = self.hit("open_polar")
        if opened and self.form.form == "polar":
            return TypeReading(QuestionTypes("open", "invitation", "open"), opened, 0.75)
        welfare = self.hit("welfare")
        if welfare:
            return TypeReading(
                QuestionTypes("appropriate_closed", "option_posing", "closed"), welfare, 0.75, welfare=True
            )
        opinion = self.hit("opinion")
        # "Did he tell you that you should have fought back?" asks for his words; it is not the trainee's opinion.
        if opinion and not _TELLING & set(self.piece.norms[: opinion[0][1].first]):
            return TypeReading(QuestionTypes("opinion", "suggestive", "closed"), opinion, 0.75)
        if self.form.form == "alternative":
            return TypeReading(QuestionTypes("forced_choice", "option_posing", "closed"), (), 0.85)
        norms = self.piece.norms[self.form.first : self.form.first + 2]
        if len(norms) == 2 and norms[1] == "not":
            return TypeReading(QuestionTypes("leading", "suggestive", "closed"), (), 0.75)
        return TypeReading(
            QuestionTypes(self.closed(), "option_posing", "closed"), (), 0.75 if self.raised.known else 0.65
        )

    def closed(self) -> GriffithsType:
        """Yes/no that confirms what she has raised is appropriate; one that brings in something of his is not."""
        if not self.raised.known:
            return "inappropriate_closed"
        particular = specific_stems(self.piece.norms)
        known = particular & self.raised.stems
        return "appropriate_closed" if particular and 2 * len(known) >= len(particular) else "inappropriate_closed"

    def put_to_her(self) -> TypeReading:
        opinion = self.hit("opinion")
        if opinion:
            return TypeReading(QuestionTypes("opinion", "suggestive", "closed"), opinion, 0.7)
        if self.form.form == "echo":
            return TypeReading(QuestionTypes("appropriate_closed", "option_posing", "closed"), (), 0.7)
        if self.form.form == "declarative" and self.raised.known and self.closed() == "appropriate_closed":
            return TypeReading(QuestionTypes("appropriate_closed", "option_posing", "closed"), (), 0.6)
        return TypeReading(
            QuestionTypes("leading", "suggestive", "closed"), (), 0.8 if self.form.form == "tag" else 0.65
        )
