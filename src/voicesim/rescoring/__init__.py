"""Hearing and scoring a whole corpus again: here, or on a Ray cluster."""
