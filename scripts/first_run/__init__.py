"""What ``practice.py`` and ``test.py`` do before they start: make voicesim runnable with nothing but Python.

Standard library only. This file and python_version.py must be readable by any Python, so that an old one gets a
sentence instead of a SyntaxError.
"""
