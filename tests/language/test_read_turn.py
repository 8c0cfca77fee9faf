"""What a trainer would expect the reader to hear in a turn."""

from __future__ import annotations

import pytest

from voicesim.language.backchannels import is_backchannel
from voicesim.language.measure import kind_of, unpunctuated
from voicesim.language.read import read_turn
from voicesim.language.reading import ContextTurn, TurnReading


def said(*lines: str) -> tuple[ContextTurn, ...]:
    """A conversation in which she said `lines`."""
    return tuple(ContextTurn("survivor", line) for line in lines)


def main_form(reading: TurnReading) -> str:
    return "none" if reading.main is None else reading.sentences[reading.main].form


# ------------------------------------------------------------------------------------------------ sentences


def test_every_sentence_is_found_at_its_place_in_the_text() -> None:
    text = "Hi, I'm Officer Lane. Take your time, okay? Mr. Hale said 3.5 miles. What do you remember?"
    sentences = read_turn(text).sentences
    assert [s.text for s in sentences] == [
        "Hi, I'm Officer Lane.",
        "Take your time, okay?",
        "Mr. Hale said 3.5 miles.",
        "What do you remember?",
    ]
    assert all(text[s.start : s.end] == s.text for s in sentences)


def test_speech_without_punctuation_is_split_where_a_new_question_begins() -> None:
    reading = read_turn("i'm sorry that happened to you is it okay if i ask you what he said")
    assert [s.text for s in reading.sentences] == [
        "i'm sorry that happened to you",
        "is it okay if i ask you what he said",
    ]


def test_a_comma_between_statement_and_question_is_a_boundary() -> None:
    reading = read_turn("I'm sorry you had to wait, can you tell me what happened?")
    assert [s.text for s in reading.sentences] == ["I'm sorry you had to wait", "can you tell me what happened?"]
    assert reading.question == "open"


@pytest.mark.parametrize(
    "text",
    [
        "when you got home did you call anyone",
        "what time of night did you leave",
        "did you walk home or did you drive",
        "tell me in your own words what happened",
        "he was with you wasn't he",
    ],
)
def test_one_question_is_not_cut_in_two(text: str) -> None:
    assert len(read_turn(text).sentences) == 1


def test_text_without_words_reads_as_nothing() -> None:
    for text in ("", "   ", "...", "?"):
        assert read_turn(text) == TurnReading(text=text)


# ---------------------------------------------------------------------------------------------------- forms


def test_stammers_and_fillers_do_not_hide_the_question() -> None:
    reading = read_turn("and um did you did you tell anybody")
    assert main_form(reading) == "polar"
    assert reading.marks == frozenset()


@pytest.mark.parametrize(
    "spelling", ["didn't you scream", "didn’t you scream", "didnt you scream", "did not you scream"]
)
def test_contractions_are_read_however_they_are_spelt(spelling: str) -> None:
    assert main_form(read_turn(spelling)) == "polar"
    assert "blame" in read_turn(spelling).moves


@pytest.mark.parametrize(
    "text",
    [
        "You're safe here.",
        "You can stop whenever you like.",
        "You did the right thing by coming in.",
        "That's why I asked.",
        "I know what you mean.",
        "So I'm going to write this down.",
        "What you say stays in this room.",
        "Which is fine.",
        "So do I.",
        "We have to do it.",
        "Some people ask why you waited.",
    ],
)
def test_plain_statements_ask_nothing(text: str) -> None:
    for spoken in (text, unpunctuated(text)):
        assert read_turn(spoken).main is None, spoken


def test_a_statement_about_what_she_did_is_a_question_put_to_her() -> None:
    assert main_form(read_turn("you went back")) == "declarative"
    assert main_form(read_turn("so he was your boyfriend right")) == "tag"


def test_a_doubtful_form_says_so() -> None:
    sure = read_turn("Did you tell anyone?").sentences[0].confidence
    unsure = read_turn("you went back").sentences[0].confidence
    assert unsure < sure


# ---------------------------------------------------------------------------------------------------- types


def test_the_profiles_disagree_on_purpose() -> None:
    types = read_turn("What colour was it?").sentences[0].types
    assert (types.griffiths, types.nichd, types.miti) == ("probing", "directive", "closed")
    types = read_turn("How did he talk to you?").sentences[0].types
    assert (types.griffiths, types.nichd, types.miti) == ("probing", "directive", "open")
    assert read_turn("How did he get in?").sentences[0].types.miti == "closed", "a fact of a word or two"
    types = read_turn("Was he tall or short?").sentences[0].types
    assert (types.griffiths, types.nichd, types.miti) == ("forced_choice", "option_posing", "closed")


def test_taking_up_what_she_raised_makes_an_invitation_a_cued_one() -> None:
    context = said("We met at a party in the spring.")
    assert read_turn("Tell me about the party.", context).sentences[0].types.nichd == "cued_invitation"
    assert read_turn("Tell me what happened.", context).sentences[0].types.nichd == "invitation"


def test_a_closed_question_is_appropriate_only_about_what_she_raised() -> None:
    context = said("There was a dark car outside.")
    assert read_turn("Was the car parked outside?", context).question == "appropriate_closed"
    assert read_turn("Did he carry a weapon?", context).question == "inappropriate_closed"


def test_asking_leave_or_offering_care_is_no_inappropriate_question() -> None:
    for text in ("Is it okay if I ask about that?", "Would you rather sit here or outside?", "Do you need a break?"):
        assert read_turn(text).question == "appropriate_closed"


def test_the_main_question_is_the_one_she_will_answer() -> None:
    reading = read_turn("What do you remember about the house? Is that okay to talk about?")
    assert reading.main == 0
    reading = read_turn("Thank you. How did you get home?")
    assert reading.main == 1


# ---------------------------------------------------------------------------------------------------- marks


def test_an_open_question_spoiled_by_a_closed_one_is_a_recast() -> None:
    reading = read_turn("Can you tell me what happened? Did he follow you?")
    assert reading.sentences[1].marks == ("recast", "multiple")
    assert reading.question == "inappropriate_closed"


def test_two_invitations_in_a_row_are_not_multiple_questions() -> None:
    assert read_turn("Tell me what happened. Where would you like to start?").marks == frozenset()


def test_asking_leave_first_is_not_a_second_question() -> None:
    assert "multiple" not in read_turn("Is it all right if I ask you something? Who else was there?").marks


def test_why_is_marked_when_asked_and_not_when_mentioned() -> None:
    assert "why" in read_turn("Why did you stay?").marks
    assert "why" in read_turn("How come you stayed?").marks
    assert "why" in read_turn("What stopped you from leaving?").marks
    for text in ("I'm not asking why you stayed.", "I'll explain why I ask.", "I understand why you stayed."):
        assert "why" not in read_turn(text).marks


def test_a_detail_she_never_gave_is_presumed() -> None:
    context = said("He came in and shut the door.")
    assert "presumes" in read_turn("What did his brother say?", context).marks
    assert "presumes" not in read_turn("What did he do at the door?", context).marks


def test_what_the_trainee_brought_up_himself_is_still_not_hers() -> None:
    context = (ContextTurn("trainee", "Was there a knife?"), ContextTurn("survivor", "I don't want to say."))
    assert "presumes" in read_turn("Where did the knife come from?", context).marks


def test_with_no_conversation_known_only_loaded_words_presume() -> None:
    assert "presumes" not in read_turn("What colour was the car?").marks
    assert "presumes" in read_turn("When did he hit you?").marks


# ---------------------------------------------------------------------------------------------------- moves


@pytest.mark.parametrize(
    ("text", "move"),
    [
        ("I'm not saying you should have told someone.", "blame"),
        ("I would never say it was your fault.", "blame"),
        ("Did anyone tell you it was your fault?", "blame"),
        ("You might worry that people will say you should have fought back.", "blame"),
        ("I'm not going to ask if you were drinking.", "blame"),
        ("Nobody here thinks you're lying.", "doubt"),
        ("You won't be in trouble.", "threaten"),
        ("Did he say you'd be in trouble?", "threaten"),
        ("I can't promise that he'll go to prison.", "promise_outcome"),
        ("There's no need to hurry.", "rush"),
        ("I don't believe you.", "believe"),
        ("I'm not telling you to calm down.", "order"),
    ],
)
def test_what_is_denied_or_quoted_is_not_said(text: str, move: str) -> None:
    for spoken in (text, unpunctuated(text)):
        assert move not in read_turn(spoken).moves


def test_giving_her_own_words_back_reflects() -> None:
    context = said("I felt so small and I froze.")
    assert "reflect" in read_turn("You froze.", context).moves
    assert "reflect" not in read_turn("He was angry.", context).moves


def test_several_moves_in_one_turn_are_all_heard() -> None:
    reading = read_turn(
        "hi i'm officer lane thank you for coming in i'm sorry that happened to you i believe you it's not your fault "
        "take all the time you need"
    )
    assert reading.moves == {"introduce", "thank", "acknowledge", "believe", "not_your_fault", "invite_pause"}


# ------------------------------------------------------------------------------- backchannels, topics, cues


@pytest.mark.parametrize(
    "text", ["Mm-hm.", "mhm", "uh huh", "Okay.", "I see.", "Yeah, okay.", "Right.", "Take your time."]
)
def test_listener_tokens_take_no_floor(text: str) -> None:
    assert is_backchannel(text)
    reading = read_turn(text)
    assert reading.backchannel_only
    assert "backchannel" in reading.moves
    assert reading.main is None


@pytest.mark.parametrize(
    "text", ["Okay?", "Right?", "", "Okay, and then what?", "I see you went home.", "No rush, okay, right."]
)
def test_what_wants_an_answer_or_runs_on_is_no_listener_token(text: str) -> None:
    assert not is_backchannel(text)


def test_topics_are_found_in_any_inflection() -> None:
    topics = {"drinking": ["drink", "alcohol"], "reporting": ["told anyone", "police report"], "work": ["job"]}
    reading = read_turn("Had you been drinking, and did you tell anyone?", topics=topics)
    assert reading.topics == ("drinking", "reporting")
    assert [cue.text for cue in reading.cues] == ["drinking", "tell anyone"]


def test_every_label_shows_the_words_that_decided_it() -> None:
    text = "Thank you. Um, so why didn’t you tell anyone sooner?"
    reading = read_turn(text)
    cues = [cue for sentence in reading.sentences for cue in sentence.cues]
    assert all(text[cue.start : cue.end] == cue.text for cue in cues)
    labels = {cue.label for cue in cues}
    assert labels >= {"move:thank", "form:wh", "type:probing", "mark:why", "move:blame"}


def test_an_open_question_followed_by_two_narrow_ones_is_several_at_once():
    reading = read_turn("What happened? When was it, who was there and did you tell anybody about it?")
    assert reading.question == "multiple"
    assert {"multiple", "recast"} <= reading.marks


# ------------------------------------------------------------------------------------------ what came just before


def test_a_bare_right_asks_after_a_statement_of_ones_own_and_listens_after_hers() -> None:
    own = (ContextTurn("trainee", "so he was your boyfriend"),)
    assert main_form(read_turn("right", own)) == "tag"
    assert read_turn("right", said("He was my boyfriend.")).backchannel_only
    assert read_turn("right", (ContextTurn("trainee", "where did he live"),)).backchannel_only


def test_or_after_a_question_of_ones_own_offers_the_other_choice() -> None:
    assert main_form(read_turn("or the back seat", (ContextTurn("trainee", "were you in the front"),))) == "alternative"
    assert read_turn("or the back seat", said("I was in the front.")).main is None


def test_taking_up_what_she_just_said_asks_her_to_confirm_it() -> None:
    assert main_form(read_turn("oh you live with your sister", said("My sister was home."))) == "declarative"
    assert read_turn("you live with your sister").main is None


@pytest.mark.parametrize(
    "text",
    [
        "what do you remember did he say anything",
        "can i ask you something where did you park",
        "describe him for me how tall was he",
    ],
)
def test_two_questions_spoken_without_a_pause_are_two(text: str) -> None:
    assert len(read_turn(text).sentences) == 2


def test_had_and_would_are_told_apart_behind_an_apostrophe() -> None:
    assert main_form(read_turn("you'd been drinking")) == "declarative"
    assert read_turn("you'd be welcome").main is None


def test_a_reproach_is_no_question() -> None:
    reading = read_turn("You put yourself in that position.")
    assert reading.main is None
    assert "blame" in reading.moves


def test_the_same_words_are_always_read_the_same() -> None:
    text = "Thank you. What do you remember, and was he angry?"
    assert read_turn(text, said("He shouted.")) == read_turn(text, said("He shouted."))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("and now it's creeping back up and part of you is annoyed about that did i miss anything", "yes_no"),
        ("you knew the risks and you'd read the report what possessed you", "why"),
        ("ambulance service what's the address", "wh"),
        ("What I'd like to know is how it came to this.", "wh"),
        ("my question is have you told anyone", "yes_no"),
        ("what i need is for you to explain to me how it began", "open"),
        ("I wonder would your brother have you for a night.", "yes_no"),
        ("is driving okay for you", "yes_no"),
        ("Why don't you sit down there and I'll make tea.", "none"),
        ("How about we try this. You ring me on Tuesday.", "none"),
        ("people tell me they feel stuck", "none"),
        ("they say well do you carry a purse", "none"),
    ],
)
def test_a_question_is_heard_wherever_the_turn_puts_it(text: str, kind: str) -> None:
    assert kind_of(read_turn(text)) == kind


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("which bus took you home", "wh"),
        ("which friend told you about it", "wh"),
        ("all right sam how did that start", "wh"),
        ("well anna what's your view on that", "wh"),
        ("they haven't they haven't have they called you yet", "polar"),
        ("he was were you with him then", "polar"),
        ("which worries me", "none"),
        ("which makes you wonder", "none"),
        ("which really helped", "none"),
        ("he was he was there", "none"),
        ("sam knew how it started", "none"),
        ("you didn't do anything wrong there", "none"),
        ("she did not have anyone to ring", "none"),
        ("he had had the time of his life", "none"),
    ],
)
def test_a_question_without_punctuation_is_heard_behind_a_name_a_false_start_or_which(text: str, form: str) -> None:
    assert main_form(read_turn(text)) == form
