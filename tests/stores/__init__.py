"""Tests of gzactive.stores."""
