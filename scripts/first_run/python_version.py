"""Refuse a Python that cannot run voicesim, in words. Written so that any Python, 2.7 too, can read this file."""

import sys

OLDEST = (3, 11)
NEWEST = (3, 14)  # the newest for which every locked package is published ready-built


def complaint(version):
    # type: (tuple[int, ...]) -> str
    """What is wrong with a Python version.

    Args:
        version: (major, minor).

    Returns:
        A sentence for the person at the keyboard; empty when the version will do.
    """
    if OLDEST <= tuple(version) <= NEWEST:
        return ""
    numbers = OLDEST + NEWEST + tuple(version)
    return "voicesim needs Python %d.%d to %d.%d; this is Python %d.%d." % numbers


def others_on_path():
    # type: () -> list[str]
    """Names of Pythons on the PATH that would do and that really start, newest first."""
    import os
    import subprocess

    names = ["python%d.%d" % (OLDEST[0], minor) for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    found = []
    with open(os.devnull, "w") as nowhere:
        for name in names:
            try:
                if subprocess.call([name, "-c", ""], stdout=nowhere, stderr=nowhere) == 0:
                    found.append(name)
            except OSError:
                continue
    return found


def require_python():
    # type: () -> None
    """Leave with exit code 2 and a sentence unless this Python will do."""
    wrong = complaint(sys.version_info[:2])
    if not wrong:
        return
    others = others_on_path()
    if others:
        remedy = "Start it with one that is already here: %s %s" % (others[0], sys.argv[0])
    else:
        remedy = "Install one (your system's package manager, or python.org) and start the script with it."
    sys.stderr.write(wrong + "\n" + remedy + "\n")
    sys.exit(2)
