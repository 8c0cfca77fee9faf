"""voicesim: practise the hardest first conversation out loud.

Sound comes in as numbered samples, a pure engine turns it into events and effects, thin edges carry the effects out, and
recording, replay, scoring and review are all readings of the same event log.
"""

__version__ = "0.5.0"

import os

# onnxruntime 1.32 reports to its maker over the network unless it is told not to before it is first imported. Here nothing leaves
# the computer; child processes inherit this.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
