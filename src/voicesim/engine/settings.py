"""The numbers of turn-taking, as the engine uses them: samples. Their values live in `live/turn_taking.yaml`, in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TurnTaking:
    """Patience while the trainee thinks and firmness while she speaks are separate settings, on purpose.

    All lengths are samples at 16 kHz unless they say otherwise.
    """

    turn_end: int
    """Silence after a finished thought that ends the trainee's turn."""
    turn_end_doubtful: int
    """Silence that ends it when words and voice leave open whether there is more to come."""
    turn_end_unfinished: int
    """Silence that ends it when the last words trail off ("and", "so", "um", a comma) or sound unfinished."""
    turn_end_longest: int
    """Upper bound, however long this speaker's pauses are."""
    finished_from: float
    """From this likelihood on, a turn counts as finished (0 to 1) ..."""
    unfinished_to: float
    """... and up to this one as unfinished; in between it is doubtful."""
    stirring: int
    """She waits this much longer when something begins to sound just then: it may be his next word."""
    pause_factor: float
    """She waits at least this many times the speaker's own typical pause inside a turn."""
    pauses_to_learn: int
    """Pauses needed before they count (count)."""
    push_to_talk: bool
    """The trainee's key, not silence, begins and ends a turn; speech without it is not heard."""
    hold_after: int
    """Trainee speech over her line, since its onset, after which she falls silent."""
    probe_after: int
    """Trainee speech over her line after which the words so far are recognised, without waiting for him to stop."""
    backchannel_longest: int
    """A listener's token longer than this takes the floor."""
    taking_words: int
    """Words over her line, not a question, that take the floor (count)."""
    terminal: int
    """She does not stop for an onset this close to the end of her line."""
    simultaneous: int
    """Both began within this of each other: she yields and her line is not counted as said."""
    between_lines: int
    """Her breath between two lines that follow each other."""
    patient_silence: int
    """After a lone "okay" she goes on waiting when a scripted silence this near is still to come."""
    rushed_questions: int
    """Questions in one breath that count as rushing her (count)."""
    rushed_words_per_minute: float
    """Speech rate that counts as rushing her, in turns of `rushed_words` or more."""
    rushed_words: int
    """Fewest words for which a rate says anything (count)."""
    quick_fire_gap: int
    """A question that follows her last word by less than this is fired quickly."""
    quick_fire_run: int
    """As many quick questions in a row count as rushing her (count)."""
    context_turns: int
    """How many earlier turns the reading of a turn looks back on (count)."""
