"""`voicesim drill`: three minutes on one skill, a few lines of feedback, and again at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from voicesim.cli.options import options
from voicesim.cli.output import keep_going_without_reader

if TYPE_CHECKING:
    from voicesim.cli.session_run import SessionRun
    from voicesim.live.practice import Prepared
    from voicesim.scenario.load import LoadedScenario
    from voicesim.scoring.drill import DrillResult
    from voicesim.session.reader import Bundle

_EXAMPLES = """\b
Examples:
  voicesim drill                  the one you have held least often
  voicesim drill silence          this one
  voicesim drill --list           which there are
"""


@click.command(short_help="Three minutes on one skill, then again.", epilog=_EXAMPLES)
@click.argument("name", default="")
@click.option("--list", "show", is_flag=True, help="Show the drills and how often you have held each.")
@options(
    "out", "trainee-audio", "realtime", "input", "output", "asr", "model", "model-path", "turn-end", "push-to-talk", "voice",
    "bias", "check", "echo", "private", "keep", "locale", "yes", "plain", "json",
)  # fmt: skip
def drill(name: str, show: bool, **given: Any) -> int:
    """A roll-call drill: NAME is a drill (open-start, silence …) or a YAML file with drill:; left out, the next in turn.

    Feedback is on the one skill only. In a terminal, Enter begins it again at once.
    """
    from voicesim.cli.session_run import Mode, SessionRun, keep_of
    from voicesim.folders import sessions_folder
    from voicesim.review.attempts import drills_done, next_drill

    keep_going_without_reader()
    keep_of(given)
    done = drills_done(sessions_folder())
    drills = bundled_drills()
    if show:
        for one, loaded in drills.items():
            held = f"held {done[one]} times" if done[one] != 1 else "held once"
            assert loaded.scenario.drill is not None
            click.echo(f"{one.removeprefix('drill-'):<18} {loaded.scenario.drill.skill:<38} {held}")
        return 0
    loaded = find_drill(name or next_drill(drills, done))
    prepared: Prepared | None = None
    attempt = done[loaded.scenario.id]
    code = 0
    while True:
        attempt += 1
        run = SessionRun(loaded, given, Mode("drill", seed=attempt - 1, attempt=attempt), prepared)
        if run.keep != "nothing":
            run.refuse_unusable_folder()
        if prepared is None:
            run.introduce()
        else:
            run.options.update(yes=True, check=False)  # agreed to and checked a minute ago
        code = _once(run)
        wish = _again(run)
        if wish == "q" or code:
            return code
        done[loaded.scenario.id] += 1
        given = {**given, "out": None}
        prepared = run.prepared
        if wish == "n":
            loaded, prepared = find_drill(next_drill(drills, done)), None
            attempt = done[loaded.scenario.id]


def bundled_drills() -> dict[str, LoadedScenario]:
    """The drills that come with voicesim, in their order."""
    from voicesim.scenario.load import library, load_scenario

    found = {name: load_scenario(name) for name in library() if name.startswith("drill-")}
    return dict(sorted(found.items(), key=lambda item: item[1].scenario.drill.order if item[1].scenario.drill else 0))


def find_drill(name: str) -> LoadedScenario:
    """A drill by its name, with or without `drill-`, or a file.

    Raises:
        BadInputError: there is none, or the scenario is no drill.
    """
    from voicesim.errors import BadInputError
    from voicesim.scenario.check import refuse_broken
    from voicesim.scenario.load import library, load_scenario

    if name not in library() and f"drill-{name}" in library():
        name = f"drill-{name}"
    known = ", ".join(one.removeprefix("drill-") for one in library() if one.startswith("drill-"))
    if name not in library() and "." not in name and "/" not in name:
        raise BadInputError(f"There is no drill '{name}'.", f"Name one of {known}, or a YAML file with drill:.")
    loaded = load_scenario(name)
    if loaded.scenario.drill is None:
        raise BadInputError(
            f"'{loaded.scenario.id}' is no drill.", f"Hold it with `voicesim practice`, or name one of {known}."
        )
    refuse_broken(loaded)
    return loaded


def _once(run: SessionRun) -> int:
    """One round: held, closed calmly, judged on its one skill."""
    from voicesim.cli.ending import close_calmly, leave, print_json, score_and_report, tell_help_and_place
    from voicesim.scoring.drill import judge_drill

    bundle = run.hold()
    close_calmly(run, bundle)
    skill = run.loaded.scenario.drill
    assert skill is not None
    result = judge_drill(bundle.records, skill)
    _, report = score_and_report(run, bundle, "default")
    if run.quiet:
        print_json(run, bundle, drill=result.as_dict())
    else:
        _tell(run, result, bundle)
        tell_help_and_place(run, report)
    run.options["open_it"] = False
    return leave(run, report)


def _tell(run: SessionRun, result: DrillResult, bundle: Bundle) -> None:
    """The short score, and how she left."""
    from voicesim.cli.ending import ending_of
    from voicesim.cli.output import fitted

    run.tell(f"{result.skill}: {result.met} of {len(result.goals)}")
    for goal in result.goals:
        run.tell(f"  {'yes' if goal.met else 'try'}  {goal.title}. {goal.words}")
    ended = ending_of(bundle)
    ending = run.loaded.scenario.states[ended].ending if ended else None
    if ending is not None:
        run.tell()
        run.tell(f"How it ended: {ending.title}.")
        run.tell(fitted(ending.summary))


def _again(run: SessionRun) -> str:
    """What the person wants next: again (Enter), the next drill (n) or to leave (q)."""
    if not (run.terminal and run.someone) or run.recorded:
        return "q"
    try:
        answer = click.prompt(
            "Again? [Enter]   n  next drill   q  leave", default="", show_default=False, prompt_suffix=" "
        )
    except click.Abort:
        return "q"
    return answer.strip().lower()[:1] if answer.strip().lower()[:1] in ("n", "q") else ""
