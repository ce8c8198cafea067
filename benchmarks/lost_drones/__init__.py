"""Drones that radars lost, made without the product's model of them, the searches of today, and the scores.

`flights` makes a flight from a seed: `crafts` flies (`motion`) through the air of `air`, and a radar sees it with the
real tracker behind it until it does not (`radar`). `engine_failure` is a real one. `baselines` are the searches of
today, `scores` how much of a map must be searched before the wreck is found, `pictures` draws both.
"""
