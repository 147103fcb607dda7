"""Tests of gzactive.trees."""
