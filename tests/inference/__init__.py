"""Tests of gzactive.inference."""
