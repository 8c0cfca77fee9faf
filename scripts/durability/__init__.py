"""Helpers of `crash_test.py`, `soak.py` and `fuzz.py`."""
