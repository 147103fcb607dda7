"""The start page: what to open when no project is."""
