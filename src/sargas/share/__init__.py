"""What leaves the watch, one format or channel per file."""
