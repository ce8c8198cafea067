"""Bytes to reports: one wire format per file, each fed bytes in any split."""
