"""How well `sargas incident read` finds incidents: precision and recall over the articles of tests/press.

An entry is right if it fits an incident that a careful reader finds: the same state, the same family of types, and a
date that is not another one, or else the same named place. Of those that fit, the date is right if it overlaps the
reader's days and is not much wider, the place if it is one of the reader's names (or none where there is none), the
type if the reader would accept it.

    python benchmarks/press.py            # both splits, each language
    python benchmarks/press.py tune -v    # one split, with what went wrong
"""

import sys
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from scipy.optimize import linear_sum_assignment

from sargas.app.wire import load_places
from sargas.model.claims import DraftEntry, Reading
from sargas.press.kinds import family
from sargas.press.letters import fold
from sargas.press.places import gazetteer
from sargas.press.reader import read

HERE = Path(__file__).resolve().parents[1] / "tests" / "press"
SLACK = timedelta(hours=14)
"""Zones of time, and nights that begin on the day before."""
WIDER = timedelta(days=4)
"""So much wider than the reader's an interval may be and still be right."""


@dataclass
class Score:
    """Counts over articles: found and right, found, there."""

    n_right: int = 0
    n_found: int = 0
    n_there: int = 0
    n_date: int = 0
    n_place: int = 0
    n_type: int = 0
    n_reasons: int = 0
    n_reasons_right: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Score") -> None:
        for name in ("n_right", "n_found", "n_there", "n_date", "n_place", "n_type", "n_reasons", "n_reasons_right"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.wrong += other.wrong

    def shares(self, n_right: int) -> tuple[float, float]:
        """Return precision and recall."""
        return n_right / (self.n_found or 1), n_right / (self.n_there or 1)


def articles(split: str) -> list[dict]:
    told = tomllib.loads((HERE / "expected.toml").read_text(encoding="utf-8"))
    return [one for one in told["articles"] if one["file"].startswith(split + "/")]


def reading_of(article: dict) -> Reading:
    data = (HERE / "articles" / article["file"]).read_bytes()
    return read(data, gazetteer(tuple(load_places())), is_html=article["file"].endswith(".html"))


def days(incident: dict) -> tuple[datetime, datetime]:
    first, last = incident["first"], incident["last"]
    return datetime.combine(first, time(), UTC), datetime.combine(last + timedelta(days=1), time(), UTC)


def is_date_right(entry: DraftEntry, incident: dict) -> bool:
    if entry.earliest_s is None or entry.latest_s is None:
        return False
    first, last = days(incident)
    told = datetime.fromtimestamp(entry.earliest_s, UTC), datetime.fromtimestamp(entry.latest_s, UTC)
    return told[0] <= last + SLACK and first - SLACK <= told[1] and told[1] - told[0] <= last - first + WIDER


def is_place_right(entry: DraftEntry, incident: dict) -> bool:
    if not incident["places"]:
        return entry.place is None or entry.place.country == incident["country"]
    wanted = {fold(name) for name in incident["places"]}
    return entry.place is not None and fold(entry.place.name) in wanted


def is_type_right(entry: DraftEntry, incident: dict) -> bool:
    return entry.object_type in incident["types"]


def fit(entry: DraftEntry, incident: dict) -> float:
    """Return how well an entry fits an incident, 0: not at all."""
    families = {family(kind) for kind in incident["types"]}
    if incident["country"] not in entry.countries:
        return 0.0
    if entry.object_type != "unknown" and family(entry.object_type) not in families and "unknown" not in families:
        return 0.0
    is_dated = entry.earliest_s is not None
    is_named = bool(incident["places"]) and is_place_right(entry, incident)
    if is_dated and not is_date_right(entry, incident) and not is_named:
        return 0.0
    return (
        1.0
        + 2.0 * is_date_right(entry, incident)
        + is_place_right(entry, incident)
        + 0.5 * is_type_right(entry, incident)
    )


def score_of(article: dict, reading: Reading) -> Score:
    entries, incidents = reading.entries, article["incidents"]
    score = Score(n_found=len(entries), n_there=len(incidents))
    fits = [[fit(entry, incident) for incident in incidents] for entry in entries]
    pairs = list(zip(*linear_sum_assignment(fits, maximize=True), strict=True)) if entries and incidents else []
    pairs = [(k, j) for k, j in pairs if fits[k][j] > 0.0]
    for k, j in pairs:
        score.n_right += 1
        for name, is_right in (("date", is_date_right), ("place", is_place_right), ("type", is_type_right)):
            right = is_right(entries[k], incidents[j])
            setattr(score, f"n_{name}", getattr(score, f"n_{name}") + right)
            if not right:
                score.wrong.append(f"{article['file']}: {name} of {incidents[j]['first']}: {entries[k].title}")
    score.wrong += [
        f"{article['file']}: too much: {e.title} ({stamp(e)})"
        for k, e in enumerate(entries)
        if k not in {p[0] for p in pairs}
    ]
    score.wrong += [
        f"{article['file']}: missed: {i['first']} {i['places']}"
        for j, i in enumerate(incidents)
        if j not in {p[1] for p in pairs}
    ]
    if article["passed"]:
        # Passages may be passed over for any of the reasons that a reader would give; one must be among them.
        reasons = {one.reason for one in reading.passed_over}
        score.n_reasons = 1
        score.n_reasons_right = int(bool(reasons & set(article["passed"])))
        if not score.n_reasons_right:
            score.wrong.append(f"{article['file']}: passed over for {sorted(reasons)}, not {article['passed']}")
    return score


def stamp(entry: DraftEntry) -> str:
    return (
        "no date" if entry.earliest_s is None else f"{datetime.fromtimestamp(entry.earliest_s, UTC):%Y-%m-%d %H:%M}"
    )


def scores(split: str) -> dict[str, Score]:
    """Return the score of each language of a split, and of all of them under `all`."""
    found: dict[str, Score] = defaultdict(Score)
    for article in articles(split):
        score = score_of(article, reading_of(article))
        found["all"].add(score)
        found[article["language"]].add(score)
    return dict(found)


def main() -> None:
    splits = [name for name in ("tune", "test") if name in sys.argv[1:]] or ["tune", "test"]
    print("split  lang  articles incidents   incident P/R    date P/R       place P/R      type P/R       reasons")
    for split in splits:
        told = scores(split)
        for language, score in told.items():
            n = sum(one["language"] == language or language == "all" for one in articles(split))
            shares = [score.shares(value) for value in (score.n_right, score.n_date, score.n_place, score.n_type)]
            print(
                f"{split:6} {language:5} {n:8} {score.n_there:9}   "
                + "  ".join(f"{p:5.2f} / {r:4.2f}" for p, r in shares)
                + f"   {score.n_reasons_right}/{score.n_reasons}"
            )
        if "-v" in sys.argv[1:]:
            print("\n".join(told["all"].wrong))


if __name__ == "__main__":
    main()
