"""Tests of gzactive.app.evaluate."""
