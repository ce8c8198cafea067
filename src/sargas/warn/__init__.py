"""From an incident to a warning: who is in the way and when, how large an area, in which words."""
