"""Reports to tracks: one tracker per file, and what is known of each sensor's health."""
