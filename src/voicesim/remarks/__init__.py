"""What people say about a session: comments, flags, judgements, sign-off. Kept in the session, beside what the machine says."""
