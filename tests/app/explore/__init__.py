"""Tests of gzactive.app.explore."""
