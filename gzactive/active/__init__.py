"""Active learning: what the votes say, what to ask next, and what a round learns from the answers."""
