"""Tests of gzactive.app.thumbnails."""
