"""What a track may be: clues, how they add up over time, and the reasons in plain words."""
