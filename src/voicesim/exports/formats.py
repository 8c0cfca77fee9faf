"""The formats a session can be taken elsewhere in: one list, for the command line, the web and the docs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from voicesim.errors import BadInputError
from voicesim.exports.material import Material
from voicesim.exports.text import file_safe
from voicesim.yamlfile import did_you_mean


@dataclass(frozen=True)
class ExportFormat:
    """A format.

    `maker` is ``module:function`` under `voicesim.exports`, loaded when it is needed.
    """

    name: str
    suffix: str
    media_type: str
    title: str
    """What it is, for a list: a few words."""
    about: str
    """What it is for: one sentence."""
    maker: str

    def make(self, material: Material) -> bytes:
        """The session in this format."""
        module, function = self.maker.split(":")
        make: Callable[[Material], bytes] = getattr(import_module(f"voicesim.exports.{module}"), function)
        return make(material)

    def file_name(self, session: str) -> str:
        """A file name for a session's export that is one on every system."""
        return f"{file_safe(session)}{self.suffix}"


FORMATS: dict[str, ExportFormat] = {
    one.name: one
    for one in (
        ExportFormat(
            "pdf", ".pdf", "application/pdf", "Report on paper", "PDF to print, sign and file.", "pdf:to_pdf"
        ),
        ExportFormat(
            "vtt", ".vtt", "text/vtt; charset=utf-8", "Captions", "WebVTT, for any video or audio player.", "vtt:to_vtt"
        ),
        ExportFormat(
            "csv", ".csv", "text/csv; charset=utf-8", "Table", "CSV, one row for everything said, for a spreadsheet.",
            "table:to_table",
        ),
        ExportFormat(
            "json", ".json", "application/json", "Data", "JSON, all of it in one document, for programs.",
            "document:to_document",
        ),
        ExportFormat(
            "textgrid", ".TextGrid", "text/plain; charset=utf-8", "Annotation", "TextGrid, for Praat.",
            "textgrid:to_textgrid",
        ),
        ExportFormat(
            "rttm", ".rttm", "text/plain; charset=utf-8", "Who spoke when", "RTTM, for diarisation tools.", "rttm:to_rttm"
        ),
        ExportFormat(
            "xapi", ".xapi.json", "application/json", "Learning record",
            "xAPI statements, to hand to an LMS; without a word of what was said.", "xapi:to_xapi",
        ),
    )
}  # fmt: skip


def format_named(name: str) -> ExportFormat:
    """A format by its name.

    Raises:
        BadInputError: there is none.
    """
    if name not in FORMATS:
        raise BadInputError(
            f"There is no export format '{name}'.",
            did_you_mean(name, FORMATS) or f"Use one of: {', '.join(FORMATS)}.",
        )
    return FORMATS[name]
