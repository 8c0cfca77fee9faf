"""CSV that spreadsheets open as it is meant: right letters, one row a line, and nothing in it that runs.

UTF-8 with a byte order mark: without it Excel takes the file for the computer's old code page and shows ’ as â€™. Python reads it
as `utf-8-sig`; pandas, R's readr, LibreOffice and Google Sheets pass over the mark by themselves. Lines end in CR LF, as RFC 4180
has it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from functools import lru_cache

from voicesim.exports.text import one_line

_RUNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a text for a formula (OWASP, CSV Injection), full-width forms included."""

Cell = str | int | float | None


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Rows as CSV. Texts that a spreadsheet would run as a formula get an apostrophe before them; numbers stay numbers."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_cell(cell) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return cell
    return _harmless(cell)


@lru_cache(4096)
def _harmless(text: str) -> str:
    line = one_line(text)
    return f"'{line}" if line.startswith(_RUNS) else line
