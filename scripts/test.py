"""Set voicesim up with what its tests need, then run them: ``python3 scripts/test.py``.

Needs nothing but Python. Everything given on the command line goes on to pytest.
"""

import sys

from first_run.python_version import require_python

require_python()

from first_run.setup import test  # noqa: E402 (an old Python could not read it)

if __name__ == "__main__":
    test(sys.argv[1:])
