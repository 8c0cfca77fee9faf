"""Carly is left or not left, found a woman or not, told or not told: the deeds decide, whatever line variants the dice choose."""

from __future__ import annotations

from functools import partial

import pytest
from played import Kinds, Said, let_wander, trainees
from played import play as play_in

from voicesim.scenario.load import load_scenario

SCENARIO = load_scenario("crash-scene").scenario
TRAINEES = trainees("crash-scene")
SEEDS = range(3)


play = partial(play_in, SCENARIO)


STAYS: list[Said] = [
    "I'm Officer Reed. I'm going to stay right here with you.",
    "This must be so frightening, Carly.",
    "Could you step back, please, and give us a minute?",
    {"wait": 5},
    "You don't have to explain that to me.",
]
CALLS_A_WOMAN = "Captain, she's afraid of being alone with male medics. Could you send a woman?"
TELLS_HER = "First she'll look at your wrist, and she'll ask you before she touches you. You can say stop at any time."


@pytest.mark.parametrize("seed", SEEDS)
def test_a_good_and_a_poor_officer_end_differently(seed: int) -> None:
    good, poor = play(TRAINEES["good"].turns, seed), play(TRAINEES["poor"].turns, seed)
    assert (good.ending, poor.ending) == ("opens_up", "ends_it")
    assert "renee-here" in good.states
    assert poor.states[-1] == "is-left"


@pytest.mark.parametrize("seed", SEEDS)
def test_walking_away_fails_even_when_every_word_was_kind(seed: int) -> None:
    kind = play(
        [
            *STAYS,
            "Understood, Captain. I'll clear in a minute.",
            "You've been so brave, and none of this is on you. I believe you.",
            "I'm so sorry. I have to go now, but you're not alone, they'll be gentle with you.",
        ],
        seed,
    )
    assert kind.states[-1] == "is-left"
    assert max(feelings["trust"] for feelings in kind.feelings) >= 50
    assert kind.ending == "ends_it"


@pytest.mark.parametrize("seed", SEEDS)
def test_who_wanted_to_go_and_stays_is_believed_once(seed: int) -> None:
    once = play([*STAYS, "Copy, Captain, I'm clearing.", "No. I'm staying with you, I'm not leaving."], seed)
    assert once.states[-2:] == ["you-are-going", "came-back"]
    twice = play(
        [*STAYS, "Copy, Captain, I'm clearing.", "No. I'm staying with you, I'm not leaving.", "Sorry, I have to go."],
        seed,
    )
    assert twice.states[-1] == "is-left"


@pytest.mark.parametrize("seed", SEEDS)
def test_staying_finding_a_woman_and_telling_her_is_success_and_each_part_is_missed(seed: int) -> None:
    after = ["I'm here the whole time, Carly.", "I'll call your sister for you.", "She'll be here soon."]
    all_of_it = play(
        [*STAYS, CALLS_A_WOMAN, *after, TELLS_HER, "You decide.", "Please ask her first, Renee.", "Bye."], seed
    )
    untold = play(
        [
            *STAYS,
            CALLS_A_WOMAN,
            *after,
            "It'll be okay.",
            "I see.",
            "Hm, well.",
            "She's all yours.",
            "A wrist.",
            "I couldn't say.",
            "Bye, now.",
        ],
        seed,
    )
    no_woman = play(
        [*STAYS, "I'm staying, Captain.", "I don't know.", "I'm staying with you.", "It's only us.", "Well."], seed
    )
    assert all_of_it.ending == "opens_up"
    assert untold.states[-1] == "handed-over"
    assert no_woman.states[-1] in ("eyes-shut", "goes-quiet")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_question_about_her_arms_hurts_and_one_apology_mends_it(seed: int) -> None:
    start: list[Said] = [*STAYS[:3], "How did you get those scars on your arm?"]
    mended = play([*start, "I'm sorry, I shouldn't have asked you that.", "You decide.", CALLS_A_WOMAN], seed)
    assert mended.states[-4:] == ["hurt", "mended", "radio-clear", "woman-coming"]
    again = play(
        [*start, "I'm sorry, I shouldn't have asked you that.", "Did you do that to yourself? It's not that bad."], seed
    )
    assert again.ending == "ends_it"
    used_up = play(
        ["They know what they're doing.", "I'm sorry, that was a stupid thing to say.", "You decide.", "I'm staying, Captain.",
         "What are those scars on your arm?", "I'm sorry. I'm so sorry."],
        seed,
    )  # fmt: skip
    assert used_up.states[1:3] == ["pulls-away", "mended"]
    assert used_up.states[-2:] == ["hurt", "gives-in"]


@pytest.mark.parametrize("seed", SEEDS)
def test_not_asking_about_the_scars_is_thanked_in_silence(seed: int) -> None:
    silent, talking = play(STAYS, seed), play([*STAYS[:3], STAYS[4]], seed)
    assert "not-asked" in silent.told
    assert "not-asked" not in talking.told
    assert silent.feelings[-1]["trust"] > talking.feelings[-1]["trust"]


@pytest.mark.parametrize("seed", SEEDS)
def test_why_she_is_afraid_is_told_into_a_silence(seed: int) -> None:
    before: list[Said] = [*STAYS, CALLS_A_WOMAN, "All eight minutes, yes."]
    assert "last-time" in play([*before, {"wait": 6}], seed).told
    assert "last-time" not in play([*before, "So, who shall I call for you?"], seed).told


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_hard_question_is_refused_early_and_answered_late(seed: int) -> None:
    asked = "I have to ask you this. Did you drive off the road on purpose?"
    early = play([*STAYS[:1], asked], seed)
    late = play([*STAYS, CALLS_A_WOMAN, "I'll be right here.", asked], seed)
    assert "not-on-purpose" not in early.told
    assert "not-on-purpose" in late.told
    assert early.lines[-1] != late.lines[-1]


@pytest.mark.parametrize("seed", SEEDS)
def test_three_interruptions_end_it(seed: int) -> None:
    played = play(
        [
            {"interrupts": "I'm Sam, I'm staying with you."},
            {"interrupts": "Yes, I know. You're safe, take your time."},
            {"interrupts": "I believe you, Carly."},
            "Sorry.",
        ],
        seed,
    )
    assert len(played.states) - 1 == 3
    assert played.states[-1] == "lets-nobody-near"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_captain_gives_way_to_a_reason_and_a_need_not_to_a_quarrel(seed: int) -> None:
    assert play([*STAYS, CALLS_A_WOMAN], seed).states[-1] == "woman-coming"
    quarrel = play([*STAYS, "Oh great, that's really helpful, Captain. Thanks for nothing."], seed)
    assert quarrel.states[-1] == "she-heard"


def test_the_captain_and_the_medics_have_voices_of_their_own() -> None:
    speakers = {line.by for state in SCENARIO.states.values() for line in state.lines}
    speakers |= {line.by for state in SCENARIO.states.values() for rule in state.next for line in rule.says}
    assert speakers == {None, "captain", "medic", "renee"}
    voices = {SCENARIO.persona.voice.voice} | {member.voice.voice for member in SCENARIO.cast.values()}
    assert len(voices) == 4


KINDS = Kinds(
    moves=("stay", "acknowledge", "apologise", "rush", "blame", "offer_choice", "thank", "explain_why"),
    topics=tuple(SCENARIO.topics),
    waits_each=9,
    rude_each=17,
)


def test_whatever_the_officer_does_she_answers_never_repeats_herself_and_it_ends() -> None:
    met = let_wander(SCENARIO, KINDS, SEEDS, 200)
    assert met.endings == {"opens_up", "guarded", "ends_it"}
    assert len(met.states) > 25
