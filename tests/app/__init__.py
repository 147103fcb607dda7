"""Tests of gzactive.app."""
