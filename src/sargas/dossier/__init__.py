"""An incident as a file that stands by itself: what it says, for whom, and what is left out."""
