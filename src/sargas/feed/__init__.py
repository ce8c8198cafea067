"""Bytes in from the world: one transport per file."""
