"""Where lost drones came down, and how much is searched before they are found, by the map and as it is done today.

    python benchmarks/lost_drones.py [--flights 600] [--first-seed 1] [--particles 200000] [--json FILE]
        [--pictures FOLDER]

Seeded flights of six kinds, straight, astray or circling, whose engines fail or whose fuel ends; the radar loses each
2 to 60 km of flown path before its end (quadcopters 0.3 to 8 km). Its plots go through the real tracker, the track at
its last report into the search. How the flights are made stands in `lost_drones/`: with figures and physics of their
own, nothing in them is taken from the search. Seeds 1 to 600 are the test, those from 1,000 on are for tuning.

`level` is the share of the map in the smallest area that holds the wreck; `area` what is searched before it, densest
first; the baselines are those of `lost_drones/baselines.py`. With the recordings installed a real engine failure is
tried too.
"""

import sys

from lost_drones.run import main

if __name__ == "__main__":
    sys.exit(main(__doc__ or ""))
