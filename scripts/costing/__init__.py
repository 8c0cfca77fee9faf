"""What a session costs a machine: measured, drawn, and reckoned up for many trainees. See ``scripts/cost.py``."""
