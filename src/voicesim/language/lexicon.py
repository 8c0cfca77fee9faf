"""The lexicons: words and phrases as data, validated and loaded once.

A trainer can read and change the YAML files in `lexicons/`; mistakes are reported with file and line.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

from voicesim.scenario.model import Move
from voicesim.yamlfile import load_model

if TYPE_CHECKING:
    from voicesim.language.text.phrases import PhraseIndex


def _split(value: Any) -> Any:
    """Let an author write a word list as one line of text."""
    return value.split() if isinstance(value, str) else value


WordSet = Annotated[frozenset[str], BeforeValidator(_split)]
WordList = Annotated[tuple[str, ...], BeforeValidator(_split)]


class _Lexicon(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Lexicon):
    """Function words and verb forms: what the grammar rules stand on."""

    format: str
    contractions: dict[str, str]
    clitics: dict[str, str]
    s_is_verb: WordSet
    """Words whose ``'s`` is "is", not a possessive."""
    hyphenated: WordSet
    fillers: WordSet
    parentheses: tuple[str, ...]
    """Two-word asides: "you know", "i mean"."""
    openers: WordSet
    """Words that may stand before a sentence without changing what it is: "okay", "so", "well"."""
    auxiliaries: WordSet
    modals: WordSet
    wh: WordSet
    clause_subjects: WordSet
    """Pronouns that can be the subject of a clause."""
    determiners: WordSet
    conjunctions: WordSet
    prepositions: WordSet
    subordinators: WordSet
    clause_openers: WordSet
    """Words after which "you know", "I mean" are a subject and its verb."""
    reporting: WordSet
    """Verbs that bring in someone's words or a clause: "said", "asked", "wonder"."""
    base_verbs: WordSet
    past_verbs: dict[str, str]
    """Irregular past forms and participles, with their base."""
    wh_verbs: WordSet
    """Verbs that make a question of "what" or "who" as subject: "what happened", "who told you"."""
    degree: WordSet
    """Words that "how" measures: "how long", "how many"."""
    not_verbs: WordSet
    """Words in -ed or -ing that are no verbs."""
    adverbs: WordSet
    sets: dict[str, WordSet]
    """Small sets that single rules look at, by name."""
    sentence_starts: tuple[str, ...]
    """Phrases that always open a sentence."""

    @property
    def parenthetic_pairs(self) -> frozenset[tuple[str, ...]]:
        """`parentheses` as pairs of words."""
        return _pairs(self.parentheses)


@cache
def _pairs(asides: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(aside.split()) for aside in asides)


class PhraseGroup(_Lexicon):
    """Phrases that say one thing, and what around them takes it back."""

    says: tuple[str, ...]
    unless: tuple[str, ...] = ()
    """Patterns anywhere in the sentence that cancel the group."""
    weight: float = 0.9
    """Confidence of a match, 0 to 1."""
    about: str = ""


class QuestionPhrases(_Lexicon):
    """Phrases that decide a question's type or set a mark."""

    format: str
    lists: dict[str, WordListOrPhrases]
    groups: dict[str, PhraseGroup]


class RaisedWords(_Lexicon):
    """What counts as raised once she has said something else."""

    format: str
    alike: tuple[WordList, ...]
    """Words for the same thing."""
    goes_with: dict[str, WordList]
    """What goes without saying once something was named (any of the words of the key): a car once somebody drove."""
    phrases: dict[str, WordList]
    """The same for patterns of words."""


class BareFacts(_Lexicon):
    """What she did, told to her flatly."""

    loaded: tuple[str, ...]
    """Held against her however it is put, unless it is asked or she said so herself."""
    told: tuple[str, ...]
    """Held against her where it is plainly told: a full stop behind it, or "but" before it."""


class MovePhrases(_Lexicon):
    """Phrases that make a move."""

    format: str
    lists: dict[str, WordListOrPhrases]
    denied_by: tuple[str, ...]
    """Patterns ending just before a phrase, after which it is denied: "I'm not saying ..."."""
    reported_by: tuple[str, ...]
    """Patterns ending just before a phrase, after which it is someone else's: "some people ask ..."."""
    corrected_by: tuple[str, ...]
    """Patterns anywhere before a phrase that set it up as wrong: "it's a myth that ..."."""
    told_by: tuple[str, ...] = ()
    """Patterns ending right before a phrase, after which a kindness is someone else's: "did she tell you that ..."."""
    bare_facts: BareFacts
    moves: dict[Move, MoveGroup]


class MoveGroup(PhraseGroup):
    """How one move sounds."""

    if_asked: tuple[str, ...] = ()
    """Patterns that count only where the sentence asks something."""
    denial: bool = True
    """Whether "not" or "I'm not saying" before the phrase takes it back."""


WordListOrPhrases = Annotated[tuple[str, ...], BeforeValidator(_split)]


class ListenerTokens(_Lexicon):
    """What a listener says without taking the floor."""

    format: str
    most_words: int
    tokens: tuple[str, ...]


M = TypeVar("M", bound=BaseModel)


def _load(name: str, model: type[M]) -> M:
    return load_model(files("voicesim.language").joinpath("lexicons", name), model)


@cache
def load_words() -> Words:
    """`lexicons/words.yaml`."""
    return _load("words.yaml", Words)


@cache
def load_tokens() -> ListenerTokens:
    """`lexicons/backchannels.yaml`."""
    return _load("backchannels.yaml", ListenerTokens)


@cache
def load_question_phrases() -> QuestionPhrases:
    """`lexicons/questions.yaml`."""
    return _load("questions.yaml", QuestionPhrases)


@cache
def load_raised() -> RaisedWords:
    """`lexicons/raised.yaml`."""
    return _load("raised.yaml", RaisedWords)


@cache
def load_move_phrases() -> MovePhrases:
    """`lexicons/moves.yaml`."""
    return _load("moves.yaml", MovePhrases)


@cache
def question_phrases(group: str) -> tuple[PhraseIndex[None], PhraseIndex[None]]:
    """Compiled `says` and `unless` of one group of `lexicons/questions.yaml`."""
    from voicesim.language.text.phrases import PhraseIndex, compile_phrase

    lexicon = load_question_phrases()
    openers = sorted(load_words().openers)
    entry = lexicon.groups[group]
    says, unless = (
        PhraseIndex((compile_phrase(pattern, lexicon.lists, openers), None) for pattern in patterns)
        for patterns in (entry.says, entry.unless)
    )
    return says, unless
