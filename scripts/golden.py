"""Keeps sessions of every version, so that a later one can be held to them.

    python scripts/golden.py make            play the chosen fixtures with this version and keep what came of them
    python scripts/golden.py check           read, replay and score what every version left (the tests do this too)
    python scripts/golden.py again FOLDER    hold every session in a folder again from its trainee's track

Kept of a session are its log, metadata, scenario and scorecard (without what the voice alone tells), not its sound: that of a
fixture is in audio_fixtures. Exit code 1 when something came out otherwise than it must.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

GOLDEN = ROOT / "tests" / "golden"
CHOSEN = ("why-and-blame", "cut-in-and-apology", "pairs/crash-scene-good", "pairs/drill-no-why-poor")
"""Fixtures that are kept: short ones that meet most of what there is."""
KEPT = ("meta.json", "events.jsonl", "scenario.yaml")


def make() -> int:
    """Play the chosen fixtures and keep what came of them, under this version's name."""
    from voicesim import __version__

    home = GOLDEN / __version__
    with tempfile.TemporaryDirectory() as work:
        for name in CHOSEN:
            fixture = ROOT / "audio_fixtures" / name
            truth = json.loads((fixture / "truth.json").read_text(encoding="utf-8"))
            folder = Path(work) / fixture.name
            subprocess.run(
                [sys.executable, "-m", "voicesim", "practice", truth["scenario"], "--trainee-audio", str(fixture / "trainee.flac"),
                 "--seed", str(truth["seed"]), "--voice", "pyttsx3", "--out", str(folder), "--json"],
                check=True, stdout=subprocess.DEVNULL,
            )  # fmt: skip
            keep(folder, home / fixture.name)
            print(home.name, fixture.name)
    return 0


def keep(session: Path, golden: Path) -> None:
    """Keep a session without its sound."""
    from voicesim.review.scoring import conversation_of
    from voicesim.scoring.rubric import load_rubric
    from voicesim.scoring.scorecard import score
    from voicesim.session.reader import open_bundle

    golden.mkdir(parents=True, exist_ok=True)
    for name in KEPT:
        shutil.copyfile(session / name, golden / name)
    card = score(conversation_of(open_bundle(golden), listen=False), load_rubric("default"))
    (golden / "scorecard.json").write_text(card.to_json(), encoding="utf-8")


def check() -> int:
    """Run the tests that hold this version to what every version left."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", str(ROOT / "tests" / "rescoring" / "test_golden_sessions.py")]
    ).returncode


def again(folder: Path) -> int:
    """Hold every session in a folder again from its trainee's track; all must come out the same."""
    from voicesim.rescoring.held_again import hold_again
    from voicesim.review.attempts import kept_sessions
    from voicesim.review.scoring import score_bundle
    from voicesim.session.reader import open_bundle

    wrong = 0
    for path, _ in kept_sessions(folder):
        bundle = open_bundle(path)
        found = hold_again(bundle)
        scored = found.scorecard.to_json() == score_bundle(bundle).to_json()
        course = found.states[0] == found.states[1]
        wrong += not (found.same and scored)
        heard = f"{len(found.turns)} turns heard otherwise" if found.turns else "heard alike"
        print(f"{path.name}: {'same events' if found.same else found.difference}; {'same' if scored else 'another'} scorecard; "
              f"{'same' if course else 'another'} course; {heard}", flush=True)  # fmt: skip
    return int(wrong > 0)


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_subparsers(dest="what", required=True)
    what.add_parser("make", help="keep this version's sessions")
    what.add_parser("check", help="hold this version to all kept ones")
    what.add_parser("again", help="hold sessions again from their sound").add_argument("folder", type=Path)
    given = parser.parse_args()
    if given.what == "again":
        return again(given.folder)
    return make() if given.what == "make" else check()


if __name__ == "__main__":
    sys.exit(main())
