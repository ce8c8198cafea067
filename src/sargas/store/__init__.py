"""What is kept: one journal per file; the memory one is the reference twin."""
