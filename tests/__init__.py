"""Tests of gzactive, folder by folder as the package is."""
