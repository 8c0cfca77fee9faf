"""Who spoke over whom, from voice activity and words alone.

::

    survivor   ######################~~~~~~~~########     ~ a hesitation that is hers
    trainee      mm       so why did     and             backchannel · interruption · cut-in
                                                 right   terminal overlap: her turn was ending anyway
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from voicesim.scoring.conversation import Conversation, HerSpeech, Hesitation, Span, Turn, Utterance, words_in
from voicesim.scoring.measures import Evidence, Measure, evidence, measure, median, settings
from voicesim.scoring.turns import backchannels, is_token
from voicesim.timebase import samples, seconds

Kind = Literal["backchannel", "terminal_overlap", "interruption", "cut_in", "simultaneous_start", "brief"]


@dataclass(frozen=True)
class Overlap(Span):
    """Trainee speech that began while the floor was hers, or a listener's sound anywhere."""

    kind: Kind = "interruption"
    """``brief``: it began over her, was no token, and was over too soon to be an interruption."""
    over_her: bool = True
    """Whether it began inside her speech or her hesitation (a backchannel may fall into a gap)."""
    taking: bool = False
    """Whether she stopped for it."""
    waited: int = 0
    """cut_in only: samples of her silence before he spoke."""
    text: str = ""


def find_overlaps(conversation: Conversation) -> tuple[Overlap, ...]:
    """Classify every utterance of the trainee's that began while the floor was hers, and every backchannel."""
    listening = backchannels(conversation.trainee, conversation.survivor)
    found: list[Overlap] = []
    silenced: set[int] = set()
    """Ends of her stretches that an interruption has brought to a standstill."""
    for index, utterance in enumerate(conversation.trainee):
        if utterance.transcribed:
            lead_in = (
                index > 0 and index - 1 not in listening and _leads_into(conversation.trainee[index - 1], utterance)
            )
            if lead_in and found and found[-1].start == conversation.trainee[index - 1].start:
                found.pop()
                utterance = replace(utterance, start=conversation.trainee[index - 1].start)
            overlap = _classify(conversation, utterance, index in listening, silenced)
            if overlap is not None:
                found.append(overlap)
            if overlap is not None and overlap.kind == "interruption":
                silenced.update(s.end for s in conversation.survivor if s.start <= overlap.start < s.end)
    return tuple(found)


def _leads_into(token: Utterance, utterance: Utterance) -> bool:
    """Whether a token was the beginning of what came next: "Okay. ... And where was this?" is one interruption."""
    return is_token(token.text) and utterance.start - token.end < samples(settings().backchannel_floor)


def _classify(conversation: Conversation, utterance: Utterance, listening: bool, silenced: set[int]) -> Overlap | None:
    limits = settings()

    def overlap(kind: Kind, over_her: bool = True, taking: bool = False, waited: int = 0) -> Overlap:
        return Overlap(utterance.start, utterance.end, kind, over_her, taking, waited, utterance.text)

    stretch = _under(conversation, utterance.start)
    if stretch is not None and utterance.start >= stretch.end and stretch.end in silenced:
        return None  # she already stands still for an interruption: this is more of it
    if stretch is not None:
        if listening:
            return overlap("backchannel")
        taking = _taken(conversation, stretch, utterance)
        if taking and _at_once(conversation, stretch, utterance.start):
            return overlap("simultaneous_start", taking=True)
        remaining = stretch.due - min(utterance.start, stretch.end)
        near_end = remaining <= samples(limits.terminal_overlap)
        if stretch.token or (stretch.ends_turn and near_end):
            return overlap("terminal_overlap", taking=taking)
        if utterance.length >= samples(limits.interruption_length):
            return overlap("interruption", taking=taking)
        return overlap("brief", taking=taking)
    silence = _into_hesitation(conversation, utterance)
    if silence is not None:
        if listening:
            return overlap("backchannel")
        return overlap("cut_in", taking=silence.stopped, waited=max(0, utterance.start - silence.start))
    return overlap("backchannel", over_her=False) if listening else None


def _under(conversation: Conversation, onset: int) -> HerSpeech | None:
    """Her stretch into which an onset falls, by the definition of an overlapped onset; a held line is still hers."""
    limits = settings()
    for stretch in conversation.survivor:
        if onset < stretch.start + samples(limits.overlap_after_her_onset):
            continue
        held = any(span.start == stretch.end and onset < span.end for span in conversation.held)
        inside = onset < stretch.end or held
        remaining = stretch.due - min(onset, stretch.end)
        if inside and remaining >= samples(limits.overlap_before_her_end):
            return stretch
    return None


def _into_hesitation(conversation: Conversation, utterance: Utterance) -> Hesitation | None:
    """The hesitation an utterance falls into. An onset within her last 200 ms before it is no overlap, but this."""
    slack = samples(settings().overlap_before_her_end)
    for silence in conversation.hesitations:
        if silence.start - slack < utterance.start < silence.end and utterance.end > silence.start:
            return silence
    return None


def _at_once(conversation: Conversation, stretch: HerSpeech, onset: int) -> bool:
    """Whether a scripted line of hers had only just begun; without a script, overlap is judged by its definition alone."""
    begins = any(line.start == stretch.start for line in conversation.lines)
    return begins and onset - stretch.start < samples(settings().simultaneous)


def _taken(conversation: Conversation, stretch: HerSpeech, utterance: Utterance) -> bool:
    """Whether she stopped for it: for good where a script is known, else she fell silent and left the floor to him.

    ::

        survivor  ######                  ###        ## comes back at his end: he had the floor
        trainee       ################          and taking
    """
    if stretch.would_end is not None:
        return stretch.stopped
    if stretch.end >= utterance.end:
        return False
    limits = settings()
    back = next((s.start for s in conversation.survivor if s.start >= stretch.end and not s.token), None)
    if back is None or back >= utterance.end - samples(limits.came_back):
        return True
    return back - stretch.end >= samples(limits.backchannel_floor)


def held_back(conversation: Conversation, overlaps: tuple[Overlap, ...]) -> list[Span]:
    """Her hesitations that ran their whole length without a word into them."""
    spoken_into = [overlap for overlap in overlaps if overlap.kind == "cut_in"]
    return [
        Span(silence.start, silence.end)
        for silence in conversation.hesitations
        if silence.end >= silence.due and not any(silence.overlaps(overlap) for overlap in spoken_into)
    ]


def measure_interruptions(conversation: Conversation, overlaps: tuple[Overlap, ...]) -> tuple[Measure, ...]:
    """All measures of overlap. The basis is how often she spoke: as often could she have been interrupted."""
    chances = sum(1 for turn in conversation.turns if turn.speaker == "survivor")

    def of(kind: Kind) -> list[Overlap]:
        return [overlap for overlap in overlaps if overlap.kind == kind]

    interruptions, cut_ins = of("interruption"), of("cut_in")
    onsets = [overlap for overlap in overlaps if overlap.over_her and overlap.kind != "cut_in"]

    def count(name: str, found: list[Overlap], basis: int = chances) -> Measure:
        return measure(name, len(found), basis, tuple(_show(overlap) for overlap in found))

    left = held_back(conversation, overlaps)
    silences = len(conversation.hesitations)
    return (
        count("interruptions", interruptions),
        count("interruptions_taking", [overlap for overlap in interruptions if overlap.taking]),
        count("interruptions_failed", [overlap for overlap in interruptions if not overlap.taking]),
        measure(
            "interruption_share",
            100 * (len(interruptions) + len(cut_ins)) / chances if chances else None,
            chances,
            tuple(_show(overlap) for overlap in (*interruptions, *cut_ins)),
        ),
        _first_interruption(conversation, interruptions),
        count("cut_ins", cut_ins, silences),
        measure(
            "cut_in_wait_median",
            median([seconds(overlap.waited) for overlap in cut_ins]),
            len(cut_ins),
            tuple(_show(overlap) for overlap in cut_ins),
        ),
        measure(
            "held_back",
            len(left),
            silences,
            tuple(
                evidence(span, "survivor", note=f"{seconds(span.length):.1f} s of silence left to her") for span in left
            ),
        ),
        count("overlapped_onsets", onsets),
        count("simultaneous_starts", of("simultaneous_start")),
        count("terminal_overlaps", of("terminal_overlap")),
        count("backchannels", of("backchannel")),
    )


def _show(overlap: Overlap) -> Evidence:
    notes = {
        "backchannel": "a sign that you were listening",
        "terminal_overlap": "her turn was ending anyway",
        "interruption": "she stopped" if overlap.taking else "she spoke on",
        "cut_in": f"after {seconds(overlap.waited):.1f} s of her silence",
        "simultaneous_start": "both began at once",
        "brief": "too short to be an interruption",
    }
    return evidence(overlap, "trainee", overlap.text, notes[overlap.kind])


def _substantive(conversation: Conversation, turn: Turn) -> bool:
    """Whether her turn is long enough; a scripted line counts as it was written, for it may have been cut short."""
    written = [len(words_in(line.text)) for line in conversation.lines if turn.start <= line.start < turn.end]
    return max([turn.word_count, *written]) >= settings().substantive_words


def _first_interruption(conversation: Conversation, interruptions: list[Overlap]) -> Measure:
    answered = next(
        (
            turn.start
            for index, turn in enumerate(conversation.turns)
            if turn.speaker == "survivor"
            and _substantive(conversation, turn)
            and any(before.speaker == "trainee" for before in conversation.turns[:index])
        ),
        None,
    )
    if answered is None:
        return measure("first_interruption", None, 0, note="She has not given an answer of that length.")
    first = next((overlap for overlap in interruptions if overlap.start >= answered), None)
    if first is None:
        return measure("first_interruption", None, 1, note="You never interrupted her.")
    return measure("first_interruption", seconds(first.start - answered), 1, (_show(first),))
