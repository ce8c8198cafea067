"""The channel behind the public page: files whole and in order, bounded, and going on after a restart."""

import asyncio
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree, html
from msgspec import structs

import share_kit as kit
from sargas import plugins
from sargas.model.errors import ChannelError
from sargas.ports import Bulletin
from sargas.share import channel_public
from sargas.share.cap import cap_xml
from sargas.share.cap_profile import Profile
from sargas.share.channel_public import INDEX, Public, Settings

ADDRESS = "https://warnings.example.org/air"
PROFILE = Profile(sender="a@example.org")
PAGES = ("index.html", "atom.xml", "rss.xml")


class Clock:
    """Stands still until it is set."""

    def __init__(self, now_s: float) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s


def bulletin(kind: Any = "alert", *, is_exercise: bool = False, **changes: Any) -> Bulletin:
    about = structs.replace(kit.warning(kind, **changes), is_exercise=is_exercise)
    earlier = (kit.warning("alert"), kit.warning("update"))
    xml = cap_xml(about, earlier, PROFILE, country="LT", title="x")
    return kit.bulletin(warning=about, is_exercise=is_exercise, cap_xml=xml)


def numbered(number: int, **changes: Any) -> Bulletin:
    incident = f"LT-2025-07-28-{number:02d}"
    sent_s = kit.T0_S + number
    content = kit.content(expires_s=sent_s + 600.0)
    return bulletin(
        warning_id=f"{incident}-W1", incident_id=incident, sent_s=sent_s, content=content, **changes
    )  # fmt: skip


ALERT, UPDATE, CANCEL = bulletin("alert"), bulletin("update"), bulletin("cancel")


def channel(folder: Path, now_s: float = kit.T0_S + 1_300.0, **changes: Any) -> tuple[Public, Clock]:
    clock = Clock(now_s)
    chosen = Settings(path=str(folder), address=ADDRESS, **{"has_background": False} | changes)
    return Public(chosen, "page", clock), clock


def deliver(one: Public, bulletins: Sequence[Bulletin]) -> list[str]:
    async def each() -> list[str]:
        return [await one.deliver(bulletin) for bulletin in bulletins]

    return asyncio.run(each())


def published(folder: Path, *bulletins: Bulletin, **changes: Any) -> Public:
    one, _ = channel(folder, **changes)
    deliver(one, bulletins)
    return one


def links(folder: Path) -> set[str]:
    """Return the messages that the page and the feeds lead to, as they stand on disk."""
    found = set()
    for name in PAGES:
        found |= set(re.findall(r'cap/([^"<]+\.xml)', (folder / name).read_text(encoding="utf-8")))
    return found


def messages(folder: Path) -> set[str]:
    return {path.name for path in (folder / "cap").iterdir()}


def state(folder: Path) -> str:
    found = html.fromstring((folder / "index.html").read_bytes()).find_class("state")[0].get("class")
    return str(found).removeprefix("state ")


def test_a_warning_is_on_the_page_in_both_feeds_and_as_its_message(tmp_path: Path) -> None:
    one, _ = channel(tmp_path / "www")
    (receipt,) = deliver(one, [UPDATE])
    assert receipt == f"LT-2025-07-28-01-w2-20250728T021002Z.xml is on {ADDRESS}/"
    assert state(tmp_path / "www") == "red"
    assert messages(tmp_path / "www") == links(tmp_path / "www") == {"LT-2025-07-28-01-w2-20250728T021002Z.xml"}
    (path,) = (tmp_path / "www" / "cap").iterdir()
    assert path.read_bytes() == UPDATE.cap_xml
    atom = etree.fromstring((tmp_path / "www" / "atom.xml").read_bytes())
    assert [link.get("href") for link in atom.iter("{*}link")][-1] == f"{ADDRESS}/cap/{path.name}"


def test_an_incident_from_alert_to_all_clear(tmp_path: Path) -> None:
    one, _ = channel(tmp_path)
    levels = []
    for bulletin in (ALERT, UPDATE, CANCEL):
        deliver(one, [bulletin])
        levels.append(state(tmp_path))
    assert levels == ["yellow", "red", "white"]
    assert len(messages(tmp_path)) == 3


def test_the_same_bulletin_again_changes_nothing(tmp_path: Path) -> None:
    one = published(tmp_path, ALERT, UPDATE)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    deliver(one, [ALERT, UPDATE, ALERT])
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_another_message_under_the_same_identifier_is_refused_and_the_page_stays(tmp_path: Path) -> None:
    one = published(tmp_path, ALERT)
    before = (tmp_path / "index.html").read_bytes()
    other = structs.replace(ALERT, cap_xml=ALERT.cap_xml.replace(b"Go indoors", b"Stay away"))
    with pytest.raises(ChannelError, match="holds another message"):
        deliver(one, [other])
    assert (tmp_path / "index.html").read_bytes() == before


def test_check_makes_a_page_before_there_is_any_warning(tmp_path: Path) -> None:
    one, _ = channel(tmp_path / "www", languages=("lv", "en"))
    assert asyncio.run(one.check()) == f"{tmp_path / 'www'} takes files; 0 in force"
    assert state(tmp_path / "www") == "white"
    page = html.fromstring((tmp_path / "www" / "index.html").read_bytes())
    assert page.get("lang") == "lv"
    assert all((tmp_path / "www" / name).is_file() for name in PAGES)


def test_a_page_that_an_exercise_writes_is_marked_before_there_is_any_warning(tmp_path: Path) -> None:
    one, _ = channel(tmp_path / "www")
    one.is_exercise = True
    asyncio.run(one.check())
    for name in PAGES:
        assert b"EXERCISE" in (tmp_path / "www" / name).read_bytes(), name


def test_what_is_real_on_the_page_is_not_called_an_exercise_by_one(tmp_path: Path) -> None:
    one, _ = channel(tmp_path)
    one.is_exercise = True
    deliver(one, [ALERT])
    for name in PAGES:
        assert b"EXERCISE" not in (tmp_path / name).read_bytes(), name


def test_check_shows_what_has_expired_meanwhile_as_over(tmp_path: Path) -> None:
    one, clock = channel(tmp_path)
    deliver(one, [ALERT, UPDATE])
    clock.now_s = UPDATE.warning.content.expires_s
    assert asyncio.run(one.check()).endswith("0 in force")
    assert state(tmp_path) == "white"


def test_check_renews_the_page_s_as_of_while_the_watch_lives(tmp_path: Path) -> None:
    one, clock = channel(tmp_path)
    deliver(one, [UPDATE])
    feeds = (tmp_path / "atom.xml").stat().st_mtime_ns
    clock.now_s += 59.0
    asyncio.run(one.check())
    assert "As of" in (text := (tmp_path / "index.html").read_text(encoding="utf-8"))
    assert "05:21" in text
    clock.now_s += 2.0
    asyncio.run(one.check())
    assert "05:22" in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert (tmp_path / "atom.xml").stat().st_mtime_ns == feeds


def test_check_puts_back_what_somebody_removed(tmp_path: Path) -> None:
    one = published(tmp_path, UPDATE)
    (tmp_path / "index.html").unlink()
    asyncio.run(one.check())
    assert state(tmp_path) == "red"


def test_a_restart_goes_on(tmp_path: Path) -> None:
    published(tmp_path, ALERT, UPDATE)
    again, _ = channel(tmp_path)
    (tmp_path / "index.html").unlink()
    asyncio.run(again.check())
    assert state(tmp_path) == "red"
    deliver(again, [numbered(5)])
    assert len(links(tmp_path)) == 3
    assert state(tmp_path) == "red"


def test_the_history_is_bounded_and_old_messages_stay_for_as_many_again(tmp_path: Path) -> None:
    """12 incidents, a history of 3, and a clock by which all but the last two are over: 3 shown, 3 more kept."""
    one, clock = channel(tmp_path, history=3)
    for number in range(12):
        clock.now_s = kit.T0_S + number
        deliver(one, [numbered(number)])
    clock.now_s = kit.T0_S + 600.0 + 9.5
    deliver(one, [numbered(11)])
    assert len(links(tmp_path)) == 3
    assert len(messages(tmp_path)) == 6
    assert links(tmp_path) < messages(tmp_path)
    assert min(messages(tmp_path)).startswith("LT-2025-07-28-06-")


def test_what_is_in_force_stays_on_the_page_however_many_come_after_it(tmp_path: Path) -> None:
    one = published(tmp_path, UPDATE, *(numbered(1_000 + number) for number in range(8)), history=2)
    assert one is not None
    assert state(tmp_path) == "red"
    assert len(links(tmp_path)) == 9


def test_files_that_are_not_the_channel_s_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "cap").mkdir()
    (tmp_path / "cap" / "mine.xml").write_text("x")
    (tmp_path / "robots.txt").write_text("x")
    published(tmp_path, *(numbered(number) for number in range(6)), history=1, now_s=kit.T0_S + 9_999.0)
    assert (tmp_path / "cap" / "mine.xml").exists()
    assert (tmp_path / "robots.txt").exists()


def test_a_reader_never_finds_a_link_to_nothing_nor_half_a_file(tmp_path: Path) -> None:
    """One thread delivers, this one reads all the time; each page that it sees is whole and leads to files."""
    one, clock = channel(tmp_path, history=30)
    deliver(one, [numbered(0)])
    n_read = 0

    def work() -> None:
        for number in range(1, 16):
            clock.now_s = kit.T0_S + number + 700.0
            deliver(one, [numbered(number)])

    writer = threading.Thread(target=work)
    writer.start()
    while writer.is_alive() or n_read == 0:
        for name in PAGES:
            data = (tmp_path / name).read_text(encoding="utf-8")
            assert data.rstrip().endswith(("</html>", "</feed>", "</rss>"))
            for link in re.findall(r'cap/([^"<]+\.xml)', data):
                etree.fromstring((tmp_path / "cap" / link).read_bytes())
        n_read += 1
    writer.join()
    assert n_read > 1


@pytest.mark.parametrize("damage", [b"", b"{", b'{"version":2}', b"\xff\xfe", b'{"items":[{"identifier":1}]}', b"[]"])
def test_a_damaged_index_is_set_aside_and_its_copy_goes_on(tmp_path: Path, damage: bytes) -> None:
    published(tmp_path, ALERT, UPDATE)
    (tmp_path / INDEX[0]).write_bytes(damage)
    again, _ = channel(tmp_path)
    assert asyncio.run(again.check()).endswith("1 in force")
    assert state(tmp_path) == "red"
    assert (tmp_path / f"{INDEX[0]}.damaged").read_bytes() == damage


def test_without_any_index_the_page_is_left_as_it_was_until_the_next_warning(tmp_path: Path) -> None:
    """Red must not turn white because a disk lost a file."""
    published(tmp_path, ALERT, UPDATE)
    for name in INDEX:
        (tmp_path / name).write_bytes(b"\x00" * 40)
    again, _ = channel(tmp_path)
    assert asyncio.run(again.check()).endswith("what was on the page before is not known")
    assert state(tmp_path) == "red"
    deliver(again, [CANCEL])
    assert state(tmp_path) == "white"
    assert asyncio.run(again.check()).endswith("0 in force")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10, deadline=None)
@given(first=st.binary(max_size=80), second=st.binary(max_size=80))
def test_no_index_is_fatal(tmp_path: Path, first: bytes, second: bytes) -> None:
    for name, data in zip(INDEX, (first, second), strict=True):
        (tmp_path / name).write_bytes(data)
    one, _ = channel(tmp_path)
    asyncio.run(one.check())
    deliver(one, [UPDATE])
    assert state(tmp_path) == "red"


def test_a_hostile_bulletin_is_published_and_read_back(tmp_path: Path) -> None:
    wicked = kit.hostile(is_exercise=True)
    xml = cap_xml(wicked.warning, (), PROFILE, country="LT", title=wicked.title)
    one = published(tmp_path, structs.replace(wicked, cap_xml=xml))
    deliver(one, [UPDATE])
    again, _ = channel(tmp_path)
    assert asyncio.run(again.check()).endswith("2 in force")
    for name in PAGES:
        assert "EXERCISE" in (tmp_path / name).read_text(encoding="utf-8")


def test_an_exercise_of_another_day_is_in_force_in_its_own_time(tmp_path: Path) -> None:
    """The night of 28 July is played a year later: its page shows what that night's public would have seen."""
    drill = bulletin("update", is_exercise=True)
    one, clock = channel(tmp_path, now_s=kit.T0_S + 4e7)
    deliver(one, [drill])
    assert state(tmp_path) == "red"
    clock.now_s += 4_200.0
    asyncio.run(one.check())
    assert state(tmp_path) == "white"


def test_a_real_warning_of_another_day_is_over(tmp_path: Path) -> None:
    published(tmp_path, UPDATE, now_s=kit.T0_S + 4e7)
    assert state(tmp_path) == "white"


def test_towns_and_borders_come_with_the_program(tmp_path: Path) -> None:
    ring = tuple((lon + 0.5, lat) for lon, lat in kit.RING)  # on the Belarusian border
    published(tmp_path, bulletin("update", content=kit.content("update", rings=(ring,))), has_background=True)
    drawing = html.fromstring((tmp_path / "index.html").read_bytes()).xpath('//svg[@role="img"]')[0]
    if not drawing.find_class("town"):
        pytest.skip("the towns are extracted when Sargas is built; they are not here")
    assert drawing.find_class("border")
    assert "OpenStreetMap" in (tmp_path / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("what", ["file", "missing"])
def test_a_folder_that_takes_nothing_is_told(tmp_path: Path, what: str) -> None:
    (tmp_path / "file").write_text("x")
    folder = tmp_path / "file" if what == "file" else tmp_path / "missing" / "www"
    one, _ = channel(folder)
    for work in (one.check(), one.deliver(UPDATE)):
        with pytest.raises(ChannelError, match=f"page: {folder}.*(File exists|No such file)"):
            asyncio.run(work)


def test_what_is_no_message_is_refused(tmp_path: Path) -> None:
    one, _ = channel(tmp_path)
    with pytest.raises(ChannelError, match="page: the message is not XML"):
        deliver(one, [structs.replace(UPDATE, cap_xml=b"<alert")])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "table",
    [
        {"path": ""}, {"address": "ftp://example.org"}, {"address": "https://example.org/?a"}, {"title": " "},
        {"history": 0}, {"languages": ["Lithuanian"]}, {"time_zone": "Europe/Vilnus"}, {"reload_s": -1},
        {"colour": 1},
    ],
)  # fmt: skip
def test_settings_that_make_no_page_are_refused(table: dict[str, Any]) -> None:
    sound = {"path": "www", "address": ADDRESS}
    assert msgspec.convert(sound, Settings)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(sound | table, Settings)


def test_it_is_found_by_its_name(tmp_path: Path) -> None:
    assert plugins.load("channel", "public") is channel_public
    assert channel_public.build(Settings(path=str(tmp_path), address=ADDRESS), "page") is not None
