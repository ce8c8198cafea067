"""Tracks to findings: borders, zones, towns, and one rule per file."""
