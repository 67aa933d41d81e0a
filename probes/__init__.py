"""Probe suites, one file each, every one a value named SUITE."""
