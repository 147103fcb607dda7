"""Ratios of two timings taken side by side in one run."""
