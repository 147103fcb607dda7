"""Small pictures of galaxies: made off the window's thread, kept on disk and in memory."""
