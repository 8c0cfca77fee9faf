"""How the database came to be what it is, one revision a file. Alembic runs them; `voicesim.store.opening` starts it."""
