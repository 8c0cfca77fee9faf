"""Reads the YAML files a person writes, and says what is wrong with them by file and line."""

from voicesim.yamlfile.document import BadFileError, Document, Location, Problem, parse, read
from voicesim.yamlfile.validation import did_you_mean, load_model, validate

__all__ = [
    "BadFileError",
    "Document",
    "Location",
    "Problem",
    "did_you_mean",
    "load_model",
    "parse",
    "read",
    "validate",
]
