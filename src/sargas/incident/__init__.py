"""Findings and decisions to incidents: a fold over events."""
