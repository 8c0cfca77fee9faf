"""A server as a person starts it, for the scripts that measure and fuzz it and for the tests."""
