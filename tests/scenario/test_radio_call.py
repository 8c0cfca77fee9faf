"""Leah hears how she is spoken of before she is spoken to; then a voice on the telephone is all that she has to go by."""

from __future__ import annotations

from functools import partial

import pytest
from played import Kinds, Said, let_wander, trainees
from played import play as play_in

from voicesim.scenario.load import load_scenario
from voicesim.scenario.marks import plain

SCENARIO = load_scenario("radio-call").scenario
TRAINEES = trainees("radio-call")
SEEDS = range(3)
ON_THE_RADIO = ("radio", "bait", "overheard", "put-through", "line-dead")


play = partial(play_in, SCENARIO)


ON_THE_LINE: list[Said] = [
    "Is she somewhere safe, and is anybody with her?",
    "Thanks, Gwen. Put her through, please.",
    "Whoever calls three times means it. I take it seriously.",
]
HELLO = "Hello Leah. I'm Officer Reed. Is this a good moment to talk?"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_good_and_a_poor_officer_end_differently(seed: int) -> None:
    good, poor = play(TRAINEES["good"].turns, seed), play(TRAINEES["poor"].turns, seed)
    assert (good.ending, poor.ending) == ("opens_up", "ends_it")
    assert "overheard" in poor.states
    assert "overheard" not in good.states


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_asked_on_the_radio_is_answered_by_dispatch(seed: int) -> None:
    asked = play(
        [
            "Is she safe where she is?",
            "Does she need an ambulance?",
            "Where's she calling from?",
            "What should I call her?",
            "Is it safe to call her back if the line drops?",
            "What does she want from us?",
            "What has she told you so far?",
        ],
        seed,
    )
    assert asked.told == {"alone", "not-hurt", "laundromat", "name-leah", "can-be-rung", "no-car", "so-far"}
    assert set(asked.states) == {"radio"}


@pytest.mark.parametrize("seed", SEEDS)
def test_who_asks_her_what_dispatch_has_said_is_told_so(seed: int) -> None:
    facts: list[Said] = ["Is she hurt?", "Where is she?"]
    again = play([*facts, *ON_THE_LINE[1:], HELLO, "Where are you?"], seed)
    first = play([*ON_THE_LINE[1:], HELLO, "Where are you?"], seed)
    assert "I told the other lady all that. Didn't she say?" in [plain(line) for line in again.lines]
    assert "I told the other lady all that. Didn't she say?" not in [plain(line) for line in first.lines]
    assert again.feelings[-1]["trust"] < first.feelings[-1]["trust"]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "said",
    [
        "Oh, not another hang-up caller.",
        "I'm off in twenty minutes, can't somebody else take it?",
        "She probably just regrets it.",
    ],
)
def test_contempt_and_impatience_on_the_radio_are_overheard(said: str, seed: int) -> None:
    overheard, asked = play([said], seed), play([ON_THE_LINE[0]], seed)
    assert overheard.states[-1] == "overheard"
    assert asked.states[-1] == "radio"
    assert overheard.feelings[-1]["trust"] < asked.feelings[-1]["trust"]


@pytest.mark.parametrize("seed", SEEDS)
def test_contempt_twice_and_the_line_is_dead_before_a_word_was_spoken_to_her(seed: int) -> None:
    played = play(["Oh, not another hang-up caller.", "It's one of those. She wants attention, that's all."], seed)
    assert played.states[-1] == "line-dead"
    assert played.ending == "ends_it"
    assert set(played.states) <= set(ON_THE_RADIO)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bait_can_be_answered_or_met_with_silence_and_both_are_better_than_passing_it_by(seed: int) -> None:
    start = ON_THE_LINE[:2]
    answered, silent, passed = (
        play(ON_THE_LINE, seed),
        play([*start, {"wait": 6}], seed),
        play([*start, "As you say."], seed),
    )
    trust = [one.feelings[-1]["trust"] for one in (answered, silent, passed)]
    assert trust[0] > trust[2]
    assert trust[1] > trust[2]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_question_is_refused_early_and_answered_late(seed: int) -> None:
    asked = "Would you like to tell me what happened?"
    early = play([*ON_THE_LINE, HELLO, asked], seed)
    late = play(
        [
            *ON_THE_LINE,
            HELLO,
            "You don't have to tell me anything. You decide.",
            "It's your choice.",
            {"wait": 6},
            asked,
        ],
        seed,
    )
    assert early.states[-1] == "not-on-the-phone"
    assert late.states[-1] == "a-little"
    assert early.lines[-1] != late.lines[-1]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_closed_question_is_right_when_she_can_only_say_yes_or_no(seed: int) -> None:
    before: list[Said] = [*ON_THE_LINE, HELLO, "You don't have to tell me anything. You decide.", "It's your choice."]
    closed = play([*before, "You can just say yes or no. Are you all right?"], seed)
    opened = play([*before, "Tell me about him."], seed)
    assert closed.states[-2:] == ["somebody-comes", "the-hangups"]
    assert opened.states[-1] == "somebody-comes"
    assert closed.feelings[-1]["trust"] > closed.feelings[-2]["trust"]


@pytest.mark.parametrize("seed", SEEDS)
def test_who_it_was_is_told_into_a_silence(seed: int) -> None:
    before: list[Said] = [*ON_THE_LINE, HELLO, "What happened?"]
    assert "colleague" in play([*before, {"wait": 5}], seed).told
    assert "colleague" not in play([*before, "You don't have to say it."], seed).told


@pytest.mark.parametrize("seed", SEEDS)
def test_one_apology_mends_and_a_second_does_not(seed: int) -> None:
    hurt: list[Said] = [*ON_THE_LINE, HELLO, "Why didn't you call us last night?"]
    once = play([*hurt, "I'm sorry, that was the wrong thing to ask."], seed)
    assert once.states[-2:] == ["hurt", "mended"]
    used_up = play(
        [
            "It's one of those again, isn't it.",
            "Well.",
            "Hm, go on then.",
            "Hello.",
            "I'm sorry you had to hear that from me. I apologise.",
            "You decide what you tell me.",
            "Are you sure it wasn't a misunderstanding?",
            "I'm sorry, I'm so sorry.",
        ],
        seed,
    )
    assert "mended" in used_up.states
    assert used_up.states[-2:] == ["hurt", "short-answers"]


@pytest.mark.parametrize("seed", SEEDS)
def test_three_interruptions_end_it_whoever_was_speaking(seed: int) -> None:
    gwen = play(
        [{"interrupts": "Is she safe?"}, {"interrupts": "Is she hurt?"}, {"interrupts": "What's her name?"}, "Sorry."],
        seed,
    )
    assert (gwen.states[-1], len(gwen.states)) == ("line-dead", 4)
    leah = play(
        [
            *ON_THE_LINE,
            HELLO,
            {"interrupts": "You can take all the time you need, Leah."},
            {"interrupts": "You decide."},
            {"interrupts": "I believe you."},
            "Sorry.",
        ],
        seed,
    )
    assert leah.states[-1] == "hangs-up"
    assert len(leah.states) == len(ON_THE_LINE) + 1 + 1 + 3


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bag_explained_leaves_her_the_choice_and_ordered_takes_it(seed: int) -> None:
    before: list[Said] = [
        *ON_THE_LINE,
        HELLO,
        "You don't have to tell me anything. You decide.",
        "It's your choice.",
        {"wait": 6},
        "It makes sense that you hung up.",
    ]
    explained = play([*before, "If you leave the bag shut, you can still decide later. It's up to you."], seed)
    ordered = play([*before, "You must give that bag to me, that is an order."], seed)
    assert explained.states[-1] == "what-then"
    assert ordered.states[-1] == "short-answers"
    assert explained.feelings[-1]["control"] > ordered.feelings[-1]["control"]


def test_the_dispatcher_speaks_on_the_radio_and_leah_on_the_phone() -> None:
    for name, state in SCENARIO.states.items():
        assert {line.by for line in state.lines} == {"dispatch" if name in ON_THE_RADIO else None}, name
    assert SCENARIO.cast["dispatch"].voice.voice != SCENARIO.persona.voice.voice


KINDS = Kinds(
    moves=("introduce", "acknowledge", "apologise", "offer_choice", "explain_why", "believe", "thank", "doubt"),
    topics=(*(name for name in SCENARIO.topics if name not in ("contempt", "impatience")), "contempt"),
    waits_each=9,
    rude_each=23,
)


def test_whatever_the_officer_does_it_is_answered_never_twice_in_the_same_words_and_it_ends() -> None:
    met = let_wander(SCENARIO, KINDS, SEEDS, 200)
    assert met.endings == {"opens_up", "guarded", "ends_it"}
    assert len(met.states) > 18
