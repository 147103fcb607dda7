"""A question of one's own: the dialog that asks for it, and the project that comes of it."""
