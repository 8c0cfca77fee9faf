"""A scenario tried out in text: by its author, by scripted trainees and by random ones. No sound, no clock."""
