"""Going over a whole corpus of sessions again: with a bigger model, a newer rubric, on one machine or on many."""
