"""Tests of gzactive.evaluation."""
