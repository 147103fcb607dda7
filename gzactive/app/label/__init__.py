"""The Label page: one galaxy, one question, one key."""
