"""Tests of gzactive.catalog."""
