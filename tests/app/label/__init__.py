"""Tests of gzactive.app.label."""
