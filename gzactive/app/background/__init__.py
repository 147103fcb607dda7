"""The list of jobs: what runs in the background, what waits, and what came of the others."""
