"""Active learning: what votes say, what to ask next, and what a round learns from answers."""
