"""`voicesim` on the command line."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; turn errors a person can act on into one line and exit code 2."""
    try:
        from voicesim.cli.main import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before the command line could take care of it
        sys.stderr.write("voicesim: stopped. Nothing was done.\n")
        code = 2
    sys.exit(code)


if __name__ == "__main__":
    main()
