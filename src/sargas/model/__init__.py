"""The nouns of the watch: frozen records with their units and frames in their names."""
