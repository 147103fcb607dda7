"""Tests of gzactive.assessment."""
