"""How fast the register answers: words, a piece of the map and some years at once, beside two plain ways to do it.

    python benchmarks/register.py [--records 20000] [--questions 200] [--seed 1]

`LIKE` is what a table without an index of words does; `scan` is the predicate over records in memory.
"""

import argparse
import random
import sqlite3
import time
from collections.abc import Callable, Sequence

import msgspec

from sargas.app.register_files import starter
from sargas.model.picture import RegisterChanged
from sargas.model.register import RegisterRecord
from sargas.register.query import Box, Query, found, words_asked
from sargas.register.words import searched_words
from sargas.store.register_sqlite import RegisterFile

YEAR_S = 365.25 * 86_400.0
FIRST_S = 1_262_304_000.0
"""2010-01-01."""
PAGE = 100


def made(n_records: int, rng: random.Random) -> list[RegisterRecord]:
    """Return records with the words of the public ones, spread over sixteen years and the frontier."""
    known = starter()
    return [
        msgspec.structs.replace(
            known[k % len(known)],
            record_id=f"r-{k}",
            began_s=FIRST_S + rng.random() * 16.0 * YEAR_S,
            ended_s=None,
            lat_deg=rng.uniform(44.0, 66.0),
            lon_deg=rng.uniform(15.0, 32.0),
            text=" ".join(rng.sample([word for one in rng.sample(known, 4) for word in one.text.split()], 40)),
        )
        for k in range(n_records)
    ]


def asked(rng: random.Random, words: Sequence[str]) -> Query:
    """Return a question: one or two words, a box of some hundred kilometres, two years."""
    lat, lon, from_s = rng.uniform(45.0, 60.0), rng.uniform(16.0, 27.0), FIRST_S + rng.random() * 14.0 * YEAR_S
    box = Box(west_deg=lon, south_deg=lat, east_deg=lon + 5.0, north_deg=lat + 5.0)
    text = " ".join(rng.sample(words, rng.choice((1, 2))))
    return Query(text=text, box=box, from_s=from_s, to_s=from_s + 2.0 * YEAR_S)


def plain_table(records: Sequence[RegisterRecord]) -> sqlite3.Connection:
    """Return a table that has no index but its folded words as a text."""
    table = sqlite3.connect(":memory:")
    table.execute("CREATE TABLE plain (record_id TEXT, began_s REAL, lat REAL, lon REAL, words TEXT)")
    rows = [
        (one.record_id, one.began_s, one.lat_deg, one.lon_deg, f" {' '.join(searched_words(one))}") for one in records
    ]
    table.executemany("INSERT INTO plain VALUES (?, ?, ?, ?, ?)", rows)
    return table


def liked(table: sqlite3.Connection, query: Query) -> list[str]:
    """Return the newest ids that answer, by LIKE."""
    assert query.box is not None
    words = [f"% {word}%" for word in words_asked(query)]
    where = " AND ".join(["words LIKE ?"] * len(words))
    box = query.box
    statement = (
        f"SELECT record_id FROM plain WHERE {where} AND lat BETWEEN ? AND ? AND lon BETWEEN ? AND ?"
        " AND began_s BETWEEN ? AND ? ORDER BY began_s DESC LIMIT 100"
    )
    values = (*words, box.south_deg, box.north_deg, box.west_deg, box.east_deg, query.from_s, query.to_s)
    return [str(row[0]) for row in table.execute(statement, values)]


def timed(ways: Callable[[Query], object], queries: Sequence[Query]) -> list[float]:
    """Return how long each question took [ms], sorted."""
    spent = []
    for query in queries:
        begun = time.perf_counter()
        ways(query)
        spent.append((time.perf_counter() - begun) * 1e3)
    return sorted(spent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    records = made(arguments.records, rng)
    words = sorted({word for one in starter() for word in searched_words(one) if len(word) > 4})
    queries = [asked(rng, words) for _ in range(arguments.questions)]
    book, table = RegisterFile(), plain_table(records)
    begun = time.perf_counter()
    book.keep([RegisterChanged(records=tuple(records))])
    print(f"{len(records)} records taken in {time.perf_counter() - begun:.1f} s")
    n_few = min(20, len(queries))
    for query in queries[:n_few]:
        expected = [one.record_id for one in found(query, records)]
        assert [one.record_id for one in book.all(query)] == expected
    print(f"{'way':>22} {'p50 ms':>8} {'p95 ms':>8}")
    for name, way, some in (
        ("the register", lambda query: book.search(query, 0, PAGE), queries),
        ("LIKE over a table", lambda query: liked(table, query), queries),
        ("scan in memory", lambda query: found(query, records), queries[:n_few]),
    ):
        spent = timed(way, some)
        print(f"{name:>22} {spent[len(spent) // 2]:8.2f} {spent[int(len(spent) * 0.95)]:8.2f}")
    book.close()
    table.close()


if __name__ == "__main__":
    main()
