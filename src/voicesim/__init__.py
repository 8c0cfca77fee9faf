"""voicesim: practise the hardest first conversation out loud.

Sound comes in as numbered samples, a pure engine turns it into events and effects, thin edges carry the effects out, and
recording, replay, scoring and review are all readings of the same event log.
"""

__version__ = "0.1.0"
