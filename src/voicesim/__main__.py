"""`voicesim` on the command line."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; turn errors a person can act on into one line and exit code 2."""
    from voicesim.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
