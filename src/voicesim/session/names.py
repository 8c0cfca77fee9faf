"""Names of the files in a session's folder that are neither a track nor `meta.json`."""

EVENTS = "events.jsonl"
SCENARIO = "scenario.yaml"
EVENTS_AS_FOUND = "events.as-found.jsonl"
"""The log of an interrupted session as it lay on the disk, kept where mending left something of it out."""
