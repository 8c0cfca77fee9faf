"""People, sign-ins and the index of sessions, in a database; the sessions themselves stay folders."""
