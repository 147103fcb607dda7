"""Tests of gzactive.cli."""
