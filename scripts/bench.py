"""What voicesim costs on this machine, as JSON.

    python scripts/bench.py                          a session: start-up, latencies by stage, real-time factor, peak memory
    python scripts/bench.py --model tiny.en --fixture interrupter
    python scripts/bench.py web --model tiny.en      how many people practise in their browsers at once, and what one more is told
    python scripts/bench.py replay --model tiny.en   how fast an hour opens on the replay page, and how smoothly it plays

Figures are of one machine at one time: compare ratios within one run. Not a test: nothing fails for being slow.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys

from benches import replay, session, web_load


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=("session", "web", "replay"), default="session")
    parser.add_argument("--model", default="", help="Whisper checkpoint; the default one when left out")
    parser.add_argument("--asr", default="auto", help="auto, faster-whisper or openai-whisper")
    parser.add_argument("--fixture", default="model-interview", help="session: which fixture plays the whole session")
    parser.add_argument("--seconds", type=float, default=60, help="web: how long each round talks")
    parser.add_argument("--most", type=int, default=12, help="web: how many sessions at once at most")
    parser.add_argument("--minutes", type=float, default=60, help="replay: how long the session is")
    arguments = parser.parse_args()
    result: dict[str, object] = {
        "machine": f"{platform.system()} {platform.machine()}, {len(os.sched_getaffinity(0))} cores",
    }
    if arguments.what == "web":
        result["web"] = web_load.web_load(arguments.model or "base", arguments.seconds, arguments.most)
    elif arguments.what == "replay":
        result["web replay"] = replay.web_replay(arguments.model or "base", arguments.minutes)
    else:
        result |= {
            "start_up": session.start_up(),
            "whole_session": session.whole_session(arguments.fixture, arguments.model, arguments.asr),
            "interviews": session.interviews(arguments.model, arguments.asr),
            "stages": session.stages(arguments.model, arguments.asr),
        }
    print(json.dumps(result, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
