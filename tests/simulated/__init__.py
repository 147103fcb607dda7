"""Tests of gzactive.simulated."""
