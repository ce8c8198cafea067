"""Alarms: what a person must hear now, after ISA-18.2, and what has been put aside and by whom."""
