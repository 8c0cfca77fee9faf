"""A short interview with a bit of everything in it, told with the scoring tests' builder, and sound to go with it."""

from __future__ import annotations

import numpy as np
from builder import Session
from numpy.typing import NDArray

from voicesim.engine import events as ev
from voicesim.review.page import About
from voicesim.scoring.conversation import Conversation
from voicesim.timebase import samples

ABOUT = About(
    title="A first interview",
    her_name="Nora",
    created="2025-03-01 06:10",
    ending_title="She opens up",
    ending_summary="She told you what she came to tell.",
    content_note="This practice spoke of an assault, without details.",
    support=(("A helpline", "0000 000", "everywhere, day and night"),),
    disclosures={"who": "Who it was", "told-nobody": "That she told nobody"},
    feelings={"trust": (40, 0, 100), "distress": (50, 0, 100)},
    made_with="voicesim test",
)


def interview() -> Session:
    """About two minutes."""
    log = Session()
    log.write(
        ev.StateEntered(0, "doorway", "start"),
        ev.FeelingsChanged(0, (("trust", 40.0), ("distress", 50.0)), (), "start"),
    )
    log.she_says(1, 4.5, "They said I should talk to somebody in here.")
    log.trainee_says(6.6, 14, "Hello, my name is Sam. Thank you for coming in, I know it isn't easy.", taken=True)
    log.trainee_says(15, 19, "Tell me, in your own words, what brings you here today.", taken=True)
    log.she_says(
        21,
        37,
        "It was years ago. I was at a friend's house and I never told anybody about it. I thought nobody would believe me.",
        hesitation=(25, 28.5),
    )
    log.trainee_says(23, 23.5, "Mm-hm.").trainee_says(32, 32.6, "Okay.")
    log.write(
        ev.Disclosed(samples(37), "told-nobody"),
        ev.FeelingsChanged(samples(37), (("trust", 55.0), ("distress", 45.0)), (("trust", 15.0),), "was heard out"),
    )
    log.trainee_says(40, 45, "I believe you. What do you remember about the house?", taken=True)
    log.she_says(
        47,
        62,
        "It was at the end of the street. There was music, and people I did not know, and he was there.",
        stopped=53.2,
    )
    log.trainee_says(53, 57, "Why didn't you tell anyone sooner?", taken=True)
    log.write(ev.FeelingsChanged(samples(57), (("trust", 30.0), ("distress", 70.0)), (("trust", -25.0),), "blame"))
    log.she_says(
        59, 70, "I don't know. I just could not say it to anybody, not then.", hesitation=(62, 66), stopped=64.3
    )
    log.trainee_says(64, 68, "Was it someone you knew? Did you go home with him?", taken=True)
    log.noise(75, 75.4)
    log.she_says(72, 84, "I knew him. Yes. But I did not go home with him, I want you to write that down.")
    log.trainee_says(
        86.5,
        94,
        "I'm sorry, that was a lot of questions at once. Take all the time you need, and you can stop at any time.",
        taken=True,
    )
    log.she_says(96, 104, "Thank you for saying that. I will try to go on.")
    log.trainee_says(103.7, 108, "Where would you like to start?", taken=True)
    log.she_says(110, 118, "With the morning after, if that is all right.")
    return log.ends(120, "opens-up")


def conversation() -> Conversation:
    """Read by the house's own reader, as a session's log would be."""
    from voicesim.scoring.log import from_records

    return from_records(interview().records, {})


def tracks(scored: Conversation) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """A hum wherever somebody speaks: low for the trainee, higher for her."""
    sound = []
    for speaker, pitch in (("trainee", 130), ("survivor", 210)):
        track = np.zeros(scored.length, np.int16)
        for span in scored.segments[speaker]:  # type: ignore[index]
            time = np.arange(span.length) / 16000
            track[span.start : span.end] = (6000 * np.sin(2 * np.pi * pitch * time)).astype(np.int16)
        sound.append(track)
    return sound[0], sound[1]
