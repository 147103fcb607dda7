"""Tests of gzactive.model."""
