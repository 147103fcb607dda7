"""Tests of gzactive.active."""
