"""People, sign-ins and the index of sessions, in a database; the sessions themselves stay folders.

Begin with `voicesim.store.opening.open_store`.
"""
