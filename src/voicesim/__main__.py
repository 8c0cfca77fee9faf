"""`voicesim` on the command line."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper


def main() -> None:
    """Run the command line; turn errors a person can act on into one line and exit code 2."""
    try:
        speak_any_language()
        from voicesim.cli.main import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before the command line could take care of it
        sys.stderr.write("voicesim: stopped. Nothing was done.\n")
        code = 2
    sys.exit(code)


def speak_any_language() -> None:
    """Quotation marks and dashes must not end a session on a terminal, or in a file, that knows only some letters.

    A file or a pipe gets UTF-8 unless the person has chosen otherwise; a terminal shows a question mark for what it does not have.
    """
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, TextIOWrapper) or stream.encoding.lower().replace("-", "") == "utf8":
            continue
        if stream.isatty() or "PYTHONIOENCODING" in os.environ:
            stream.reconfigure(errors="replace")
        else:
            stream.reconfigure(encoding="utf-8")


if __name__ == "__main__":
    main()
