"""Scenarios in words to truth and reports, seeded."""
