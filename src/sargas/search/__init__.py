"""A lost track to where to look: what may have become of it, the map, the sectors, the effort."""
