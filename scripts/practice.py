"""Set voicesim up if need be, then practise: ``python3 scripts/practice.py``.

Needs nothing but Python. Everything given on the command line goes on to ``voicesim practice``.
"""

import sys

from first_run.python_version import require_python

require_python()

from first_run.setup import practice  # noqa: E402 (an old Python could not read it)

if __name__ == "__main__":
    practice(sys.argv[1:])
