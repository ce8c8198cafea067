"""The register's file: what was decided stands over what the watch knows, what was struck out stays out."""

import sqlite3
from pathlib import Path

import pytest

from register_kit import a_record
from sargas.model.errors import JournalError
from sargas.model.picture import RegisterChanged
from sargas.register.query import Query
from sargas.store.register_sqlite import RegisterFile, open_for_reading, path_beside


def decided(*names: str, title: str = "decided") -> RegisterChanged:
    return RegisterChanged(records=tuple(a_record(name, title=title) for name in names))


def titles(book: RegisterFile) -> dict[str, str]:
    return {record.record_id: record.title for record in book.all(Query())}


def test_what_an_officer_wrote_stands_over_what_the_watch_knows() -> None:
    book = RegisterFile()
    book.keep(own=[a_record("a", title="seen", from_watch="a")])
    book.keep([decided("a")], [a_record("a", title="seen again", from_watch="a")])
    assert titles(book) == {"a": "decided"}
    book.close()


def test_what_was_struck_out_stays_out_until_somebody_takes_it_in_again() -> None:
    book = RegisterFile()
    book.keep(own=[a_record("a", title="seen", from_watch="a")])
    book.keep([RegisterChanged(struck="a")])
    book.keep(own=[a_record("a", title="seen again", from_watch="a")])
    assert titles(book) == {}
    assert book.search(Query(text="seen")).n_found == 0
    book.keep([decided("a")])
    assert titles(book) == {"a": "decided"}
    book.close()


def test_a_record_of_the_same_name_is_replaced_in_the_index_too() -> None:
    book = RegisterFile()
    book.keep([decided("a", title="Gaižiūnai")])
    book.keep([decided("a", title="Šumskas")])
    assert book.search(Query(text="gaiziunai")).n_found == 0
    assert book.search(Query(text="sumskas")).n_found == 1
    book.close()


def test_what_a_played_watch_knew_is_dropped_and_what_was_decided_stays() -> None:
    book = RegisterFile()
    book.keep([decided("a")], [a_record("b", from_watch="b")])
    book.forget_own()
    assert list(titles(book)) == ["a"]
    book.close()


def test_it_is_there_again_after_it_was_closed(tmp_path: Path) -> None:
    path = path_beside(tmp_path / "watch.journal")
    book = RegisterFile(str(path))
    book.keep([decided("a")], seen_seq=12)
    book.close()
    again = open_for_reading(path)
    assert (list(titles(again)), again.seen_seq()) == (["a"], 12)
    again.close()


def test_it_is_read_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "watch.register"
    writing = RegisterFile(str(path))
    reading = open_for_reading(path)
    writing.keep([decided("a")])
    assert list(titles(reading)) == ["a"]
    for book in (reading, writing):
        book.close()


def test_another_file_is_refused_and_said_to_be_one(tmp_path: Path) -> None:
    other = tmp_path / "other.register"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE cats (name TEXT)")
    connection.close()
    with pytest.raises(JournalError, match="no register of Sargas"):
        RegisterFile(str(other))
    (tmp_path / "broken").write_bytes(b"not a database at all" * 50)
    with pytest.raises(JournalError, match="not a journal, or it is damaged"):
        open_for_reading(tmp_path / "broken")
    with pytest.raises(JournalError, match="there is no such file"):
        open_for_reading(tmp_path / "nothing")


def test_a_later_version_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "watch.register"
    RegisterFile(str(path)).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(JournalError, match="sargas register rebuild"):
        open_for_reading(path)


def test_what_was_counted_is_counted_anew_when_something_changed() -> None:
    book = RegisterFile()
    for n_known, name in enumerate(("a", "b"), start=1):
        book.keep([decided(name)])
        assert [book.statistics(Query(), by).n_incidents for by in (["year"], ["country"])] == [n_known, n_known]
    book.forget_own()
    book.keep([RegisterChanged(struck="a")])
    assert book.statistics(Query(), ["year"]).n_incidents == 1
    book.close()


def test_pages_are_bounded_and_tell_where_to_go_on() -> None:
    book = RegisterFile()
    book.keep([decided(*(f"r-{k:04d}" for k in range(700)))])
    page = book.search(Query(), limit=100_000)
    assert (len(page.records), page.n_found, page.next_offset) == (500, 700, 500)
    assert book.search(Query(), 500).next_offset == 600
    assert book.search(Query(), 690).next_offset is None
    assert book.search(Query(), 5_000).records == []
    book.close()
