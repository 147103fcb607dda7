"""Tests of gzactive.app.train."""
