"""Targets that nobody asked for, such as birds: to follow them is no merit, and no fault either."""

from collections.abc import Iterable

import numpy as np
from msgspec import structs

from sargas.evaluate.identity import follow
from sargas.evaluate.moments import ScoredRun


def without(run: ScoredRun, bystanders: Iterable[int], gate_m: float, word: str = "bystanders") -> ScoredRun:
    """Return the run without these targets, and without the tracks that followed one of them most of the time.

    Whom a track followed is told as for the identities, with `gate_m`; a track that was paired longest with a target
    that counts stays, and so does one that followed nobody.
    """
    left_out = np.array(sorted(set(bystanders)), dtype=np.int64)
    found = follow(run.truth, run.tracks, gate_m)
    left_out = left_out[np.isin(left_out, found.truth_ids)]
    if not left_out.size:
        return run
    has_followed = found.main_truth >= 0
    main = np.where(has_followed, found.truth_ids[found.main_truth], 0)
    theirs = found.track_ids[has_followed & np.isin(main, left_out)]
    note = f"left out: {word} ({left_out.size}), and the tracks that followed them most of the time ({theirs.size})"
    return structs.replace(
        run,
        truth=tuple(moment.only(~np.isin(moment.ids, left_out)) for moment in run.truth),
        tracks=tuple(moment.only(~np.isin(moment.ids, theirs)) for moment in run.tracks),
        notes=(*run.notes, note),
    )
