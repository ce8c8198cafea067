"""Sargas watches a border for small, low, slow aircraft: it warns, searches and explains; it never engages."""

__version__ = "0.1.0"
