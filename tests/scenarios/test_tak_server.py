"""Live, with taky, a TAK server of others: what Sargas sends reaches the server's other clients."""

import asyncio
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import share_kit
import tak_kit
from sargas.model.errors import ChannelError
from sargas.share import channel_tak, stream_tak
from share_peers import LOOPBACK, Certificates, until
from tak_kit import AIRLINER, DRONE, Client, glimpse, taky


def channel(port: int, **changes: Any) -> channel_tak.Tak:
    settings = {"host": LOOPBACK, "port": port, "protocol": "tcp", **changes}
    return channel_tak.build(channel_tak.Settings(**settings), "tak")


def stream(port: int, **changes: Any) -> stream_tak.Tak:
    settings = {"host": LOOPBACK, "port": port, "protocol": "tcp", "interval_s": 0.1, **changes}
    return stream_tak.build(stream_tak.Settings(**settings), "tak")


def text_of(event: ET.Element, tag: str) -> str:
    return event.findtext(f"detail/{tag}") or ""


async def test_a_warning_reaches_other_clients_as_an_area_and_an_alert() -> None:
    async with taky() as port, Client(port) as client:
        sender = channel(port)
        receipt = await sender.deliver(share_kit.bulletin("alert"))
        area = await client.has("u-d-f", "SARGAS-LT-2025-07-28-01-area-1")
        alert = await client.has("b-a-o-pan", "SARGAS-LT-2025-07-28-01-alert")
        await sender.close()
    corners = [link.attrib["point"] for link in area.iterfind("detail/link")]
    assert corners == [f"{lat:.6f},{lon:.6f}" for lon, lat in share_kit.RING]
    assert share_kit.LITHUANIAN.headline in text_of(area, "remarks")
    assert share_kit.ENGLISH.instruction in text_of(area, "remarks")
    assert text_of(alert, "emergency") == share_kit.LITHUANIAN.headline
    assert receipt.startswith(f"2 events to {LOOPBACK}:{port}: the server answered a ping sent after them")


async def test_the_all_clear_takes_the_area_off_the_map_and_ends_the_alert() -> None:
    alert, update, cancel = share_kit.series()
    async with taky() as port, Client(port) as client:
        sender = channel(port)
        for bulletin in (alert, update, cancel):
            await sender.deliver(bulletin)
        over = await client.has("b-a-o-can", "SARGAS-LT-2025-07-28-01-alert")
        gone = await client.has("t-x-d-d", "SARGAS-LT-2025-07-28-01-area-1-deleted")
        await sender.close()
    emergency, link = over.find("detail/emergency"), gone.find("detail/link")
    assert emergency is not None
    assert emergency.attrib == {"cancel": "true"}
    assert link is not None
    assert link.attrib["uid"] == "SARGAS-LT-2025-07-28-01-area-1"
    assert client.uids("u-d-f") == ["SARGAS-LT-2025-07-28-01-area-1"] * 3


async def test_a_repeat_of_a_warning_is_the_same_events() -> None:
    async with taky() as port, Client(port) as client:
        for sender in (channel(port), channel(port)):  # the second one as after a restart
            await sender.deliver(share_kit.bulletin("alert"))
            await sender.close()
        await until(lambda: len(client.uids("b-a-o-pan")) == 2)
    first, second = [ET.tostring(event) for event in client.got if event.attrib["type"] == "b-a-o-pan"]
    assert first == second


async def test_tracks_reach_other_clients_move_and_end() -> None:
    seen = glimpse(DRONE, AIRLINER, kinds={7: "shahed"})
    async with taky() as port, Client(port) as client:
        running = asyncio.create_task(stream(port).run(lambda: seen))
        drone = await client.has("a-u-A-M-F-Q", "SARGAS-LT-track-7")
        await client.has("a-u-A", "SARGAS-LT-track-8")
        seen = glimpse(AIRLINER, now_s=tak_kit.NOW_S + 1.0)
        gone = await client.has("t-x-d-d", "SARGAS-LT-track-7-deleted")
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    point, link = drone.find("point"), gone.find("detail/link")
    assert point is not None
    assert (point.attrib["lat"], point.attrib["lon"]) == ("54.687155", "25.279652")
    assert link is not None
    assert link.attrib["uid"] == "SARGAS-LT-track-7"


async def test_every_event_of_an_exercise_says_so_to_whoever_gets_it() -> None:
    """taky hands on no `opex`: the word must stand in what it hands on, too."""
    incidents = (tak_kit.incident(share_kit.warning("update")),)
    seen = glimpse(DRONE, AIRLINER, is_exercise=True, incidents=incidents)
    async with taky() as port, Client(port) as client:
        running = asyncio.create_task(stream(port, sensors=True).run(lambda: seen))
        sender = channel(port)
        for bulletin in share_kit.series(is_exercise=True):
            await sender.deliver(bulletin)
        await client.has("t-x-d-d", "SARGAS-EXERCISE-LT-2025-07-28-01-area-1-deleted")
        await until(lambda: len(client.uids("a-f-G-E-S-R")) == 1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await sender.close()
    told = [event for event in client.got if event.attrib["type"] != "t-x-c-t-r"]  # those are taky's own
    assert len(told) >= 10
    for event in told:
        assert text_of(event, "remarks").startswith("EXERCISE")
        assert event.attrib["uid"].startswith("SARGAS-EXERCISE-")
        contact = event.find("detail/contact")
        assert contact is None or contact.attrib["callsign"].startswith("EXERCISE ")


async def test_over_tls_both_sides_show_a_certificate(tmp_path: Path) -> None:
    made = Certificates(tmp_path)
    files = {"ca_file": made.ca_file, "certificate_file": made.client_file, "key_file": made.client_key_file}
    section = {
        "enabled": "true",
        "client_cert_required": "true",
        "ca": made.ca_file,
        "cert": made.server_file,
        "key": made.server_key_file,
        "cert_db": str(tmp_path / "certificates.txt"),
    }
    async with taky(section) as port, Client(port, tak_kit.client_context(made)) as client:
        sender = channel(port, protocol="tls", **files)
        assert "answers pings" in await sender.check()
        await sender.deliver(share_kit.bulletin("alert"))
        await client.has("b-a-o-pan", "SARGAS-LT-2025-07-28-01-alert")
        await sender.close()
        nobody = channel(port, protocol="tls", ca_file=made.ca_file)
        with pytest.raises(ChannelError):
            await nobody.check()


async def test_a_server_that_has_gone_shows_at_once_and_is_found_again() -> None:
    async with taky() as port:
        sender = channel(port)
        await sender.check()
    with pytest.raises(ChannelError, match=f"{LOOPBACK}:{port}"):
        await sender.deliver(share_kit.bulletin("alert"))
    with pytest.raises(ChannelError, match="refused"):
        await sender.check()
    async with taky(port=port):
        assert "answers pings" in await sender.check()
    await sender.close()
