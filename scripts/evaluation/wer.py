"""Word error rate of speech recognition on read speech, and on the fixtures' trainees, with intervals."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evaluation.figures import bootstrap, options
from voicesim.asr.measure import Heard, Measurement, Setup, Spoken, measure_all

ROOT = Path(__file__).resolve().parents[2]


def main(given: Sequence[str] = ()) -> int:
    """Print the figures."""
    parser = options("wer", __doc__)
    parser.add_argument("--engine", default="auto", help="auto, faster-whisper or openai-whisper")
    parser.add_argument(
        "--model", action="append", help="a Whisper checkpoint; may be given several times (default: base)"
    )
    parser.add_argument("--full-window", action="store_true", help="also with Whisper's own 30 s window")
    arguments = parser.parse_args(given)
    sets = {"read speech": read_speech(Path(arguments.data) / "audio" / "read"), "fixtures": fixtures()}
    rows: list[dict[str, Any]] = []
    for name, spoken in sets.items():
        if not spoken:
            print(f"wer: no {name} here.")
            continue
        setups = [Setup(arguments.engine, model) for model in arguments.model or ["base"]]
        if arguments.full_window:
            setups += [Setup(one.engine, one.model, full_window=True) for one in setups]
        rows += [_row(name, found) for found in measure_all(spoken, setups)]
    if arguments.json:
        print(json.dumps(rows, indent=1))
        return 0
    print("| set | engine | model | window | WER % | 95 % interval | words | recordings | real-time factor |")
    print("|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        print(
            f"| {row['set']} | {row['engine']} | {row['model']} | {row['window']} | {row['wer']:.2f} "
            f"| {row['low']:.2f} – {row['high']:.2f} | {row['words']} | {row['n']} | {row['real_time_factor']:.3f} |"
        )
    return 0


def read_speech(folder: Path) -> list[Spoken]:
    """Recordings with reference words, those that are here."""
    path = folder / "transcripts.json"
    if not path.exists():
        return []
    listed: Any = json.loads(path.read_text(encoding="utf-8"))
    pairs = listed.items() if isinstance(listed, dict) else ((one["audio"], one["text"]) for one in listed)
    found = []
    for name, text in pairs:
        words = text["text"] if isinstance(text, dict) else text
        matches = [folder / name] if (folder / name).is_file() else sorted(folder.glob(f"{name}.*"))
        found += [Spoken(match, words) for match in matches[:1]]
    return found


def fixtures() -> list[Spoken]:
    """The trainee's track of every conversation, whole, with all that is said on it."""
    found = []
    for truth in sorted((ROOT / "audio_fixtures").glob("*/truth.json")):
        text = " ".join(
            step["text"] for step in json.loads(truth.read_text(encoding="utf-8"))["trainee"] if step["text"]
        )
        if text:
            found.append(Spoken(truth.parent / "trainee.flac", text))
    return found


def _row(name: str, found: Measurement) -> dict[str, Any]:
    import jiwer

    def rate(chosen: Sequence[Heard]) -> float:
        return 100 * float(jiwer.process_words([one.text for one in chosen], [one.heard for one in chosen]).wer)

    low, high = bootstrap(found.each, rate)
    return {
        "set": name,
        "engine": found.engine,
        "model": found.model,
        "window": found.window,
        "wer": 100 * found.word_error_rate,
        "low": low,
        "high": high,
        "words": found.words,
        "n": len(found.each),
        "real_time_factor": found.real_time_factor,
    }
