"""The commands, one per file; heavy parts are imported when a command uses them."""
