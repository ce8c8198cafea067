"""Programs that leave with what they check: each is one file that needs nothing of Sargas."""
