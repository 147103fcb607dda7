"""Tests of gzactive.images."""
