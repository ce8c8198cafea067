"""Warnings and the air picture on an MQTT broker: amqtt for 3.1.1, and for 5 the standard's bytes by hand."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

import share_kit as kit
from sargas.model.classification import Classification
from sargas.model.errors import ChannelError, ConfigError
from sargas.model.incident import Incident
from sargas.model.picture import Picture
from sargas.model.sensor import Health
from sargas.model.track import Track
from sargas.ports import Glimpse
from sargas.share import channel_mqtt, stream_mqtt
from sargas.share.channel_mqtt import Mqtt, Settings, build
from sargas.share.mqtt_link import access_to
from sargas.share.stream_mqtt import Told
from share_peers import Certificates, Listener, Subscriber, closed_port, mqtt_broker, until

PLAIN = Settings(host="127.0.0.1", is_tls=False, version="3.1.1")


@pytest.fixture(scope="module")
async def broker() -> AsyncIterator[int]:
    async with mqtt_broker() as port:
        yield port


def channel(port: int, **changes: Any) -> Mqtt:
    made = build(structs.replace(PLAIN, port=port, **changes), "lamps")
    assert isinstance(made, Mqtt)
    return made


# --- warnings ---


async def test_a_warning_stands_as_json_and_as_cap(broker: int) -> None:
    bulletin = kit.bulletin()
    async with Subscriber(broker) as subscriber:
        receipt = await channel(broker, prefix="one").deliver(bulletin)
        await until(lambda: {f"one/{part}/{kit.INCIDENT}" for part in ("warnings", "cap")} <= set(subscriber.latest))
    told = json.loads(subscriber.latest[f"one/warnings/{kit.INCIDENT}"])
    assert told["id"] == bulletin.bulletin_id
    assert told["exercise"] is False
    assert subscriber.latest[f"one/cap/{kit.INCIDENT}"] == bulletin.cap_xml
    assert receipt == f"retained by 127.0.0.1:{broker} as one/warnings/{kit.INCIDENT}"


async def test_who_comes_later_finds_the_latest_of_the_incident_alone(broker: int) -> None:
    for bulletin in kit.series():
        await channel(broker, prefix="two").deliver(bulletin)
    async with Subscriber(broker) as subscriber:
        await until(lambda: f"two/warnings/{kit.INCIDENT}" in subscriber.latest)
    found = [one for one in subscriber.got if one.topic == f"two/warnings/{kit.INCIDENT}"]
    # amqtt may hand a retained message out twice, hence the set.
    assert {(one.is_retained, json.loads(one.payload)["level"]) for one in found} == {(True, "white")}


async def test_a_repeat_is_the_same_bytes(broker: int) -> None:
    async with Subscriber(broker) as subscriber:
        for _ in range(2):
            await channel(broker, prefix="three").deliver(kit.bulletin())
        await until(lambda: sum(one.topic == f"three/cap/{kit.INCIDENT}" for one in subscriber.got) == 2)
    found = [one.payload for one in subscriber.got if one.topic == f"three/warnings/{kit.INCIDENT}"]
    assert len(found) == 2
    assert found[0] == found[1]


async def test_an_exercise_has_topics_of_its_own_and_says_so_in_each_message(broker: int) -> None:
    async with Subscriber(broker) as subscriber:
        await channel(broker, prefix="four").deliver(kit.bulletin(is_exercise=True))
        await until(lambda: f"exercise/four/cap/{kit.INCIDENT}" in subscriber.latest)
    assert not [topic for topic in subscriber.latest if topic.startswith("four/")]
    told = json.loads(subscriber.latest[f"exercise/four/warnings/{kit.INCIDENT}"])
    assert (told["exercise"], told["mark"]) == (True, "EXERCISE")
    assert b"<status>Exercise</status>" in subscriber.latest[f"exercise/four/cap/{kit.INCIDENT}"]


async def test_an_incident_of_whatever_name_has_a_topic_without_wildcards(broker: int) -> None:
    about = kit.warning(incident_id="+/#/$SYS\x00 Ą")
    async with Subscriber(broker) as subscriber:
        await channel(broker, prefix="five").deliver(kit.bulletin(warning=about))
        await until(lambda: "five/cap/%2B%2F%23%2F%24SYS%00%20%C4%84" in subscriber.latest)


async def test_a_check_publishes_nothing(broker: int) -> None:
    async with Subscriber(broker) as subscriber:
        assert await channel(broker, prefix="six").check() == f"127.0.0.1:{broker} lets us in"
        await channel(broker, prefix="six-after").deliver(kit.bulletin())
        await until(lambda: f"six-after/cap/{kit.INCIDENT}" in subscriber.latest)
    assert not [topic for topic in subscriber.latest if topic.startswith("six/")]


async def test_two_deliveries_at_once_do_not_throw_each_other_out(broker: int) -> None:
    """MQTT 3.1.4-2: a broker ends the connection of a client whose id comes again."""
    made = channel(broker, prefix="seven")
    receipts = await asyncio.gather(*(made.deliver(bulletin) for bulletin in kit.series()), made.check())
    assert len(receipts) == 4


async def test_over_tls_the_brokers_certificate_is_checked(tmp_path: Path) -> None:
    pem = Certificates(tmp_path)
    listener: dict[str, object] = {"ssl": True, "certfile": pem.server_file, "keyfile": pem.server_key_file}
    async with mqtt_broker(listener) as port:
        assert await channel(port, is_tls=True, ca_file=pem.ca_file).check()
        assert "retained by" in await channel(port, is_tls=True, ca_file=pem.ca_file).deliver(kit.bulletin())
        with pytest.raises(ChannelError, match="CERTIFICATE_VERIFY_FAILED"):
            await channel(port, is_tls=True).check()


# --- nobody there, or somebody else ---


async def test_a_closed_port_is_told_at_once() -> None:
    port = closed_port()
    async with asyncio.timeout(2.0):
        with pytest.raises(ChannelError, match=f"broker 127.0.0.1:{port}: cannot be reached: .*refused"):
            await channel(port).deliver(kit.bulletin())


async def test_a_server_that_says_nothing_is_given_up_and_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_mqtt, "WHOLE_S", 0.2)
    async with Listener() as server:
        with pytest.raises(ChannelError, match=r"took the connection and said nothing within 0\.2 s"):
            await channel(server.port).deliver(kit.bulletin())
        await until(lambda: not server.n_open)


async def test_a_broker_that_does_not_confirm_may_have_it_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_mqtt, "WHOLE_S", 1.0)
    async with Fake(WELCOME_5) as server:
        with pytest.raises(ChannelError, match=r"did not confirm within \d\.\d s; it may have the messages"):
            await channel(server.port, version="5").deliver(kit.bulletin())
        await until(lambda: not server.n_open)


async def test_a_delivery_that_is_cancelled_ends_its_connection() -> None:
    async with Listener() as server:
        delivering = asyncio.create_task(channel(server.port).deliver(kit.bulletin()))
        await until(lambda: server.n_open)
        delivering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await delivering
        await until(lambda: not server.n_open)


class Fake(Listener):
    """Answers CONNECT and PUBLISH with the bytes that it is given; `{mid}` in the latter is the message's number."""

    def __init__(self, connack: bytes, puback: bytes = b"") -> None:
        super().__init__()
        self.connack, self.puback = connack, puback
        self.packets: list[tuple[int, bytes]] = []

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            kind, body = await self.packet(reader)
            self.packets.append((kind, body))
            if kind >> 4 == 1:
                writer.write(self.connack)
            elif kind >> 4 == 3:
                start = 2 + int.from_bytes(body[:2], "big")
                writer.write(self.puback.replace(b"{mid}", body[start : start + 2]))

    @staticmethod
    async def packet(reader: asyncio.StreamReader) -> tuple[int, bytes]:
        """Return the kind and the body of a control packet (MQTT 5.0, 2.1)."""
        kind, length, shift = (await reader.readexactly(1))[0], 0, 0
        while True:
            byte = (await reader.readexactly(1))[0]
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return kind, await reader.readexactly(length)


WELCOME_5 = bytes.fromhex("20 03 00 00 00")
"""CONNACK of MQTT 5.0 (3.2): no session, success, no properties."""


async def test_with_version_5_a_message_that_we_may_not_publish_is_a_failure() -> None:
    """PUBACK, 3.4.2.1: reason 0x87, not authorized. Under 3.1.1 the broker would say that all is well."""
    async with Fake(WELCOME_5, bytes.fromhex("40 04") + b"{mid}" + bytes.fromhex("87 00")) as server:
        with pytest.raises(ChannelError, match="refused to publish: Not authorized"):
            await channel(server.port, version="5").deliver(kit.bulletin())


async def test_with_version_5_the_receipt_says_if_nobody_is_subscribed() -> None:
    """PUBACK, 3.4.2.1: reason 0x10, no matching subscribers."""
    async with Fake(WELCOME_5, bytes.fromhex("40 04") + b"{mid}" + bytes.fromhex("10 00")) as server:
        receipt = await channel(server.port, version="5").deliver(kit.bulletin())
    assert receipt.endswith("; nobody is subscribed to it now")


async def test_with_version_5_a_short_puback_is_a_success() -> None:
    """PUBACK, 3.4.2.1: without a reason it is 0x00."""
    async with Fake(WELCOME_5, bytes.fromhex("40 02") + b"{mid}") as server:
        assert "nobody" not in await channel(server.port, version="5").deliver(kit.bulletin())


async def test_messages_are_retained_and_confirmed_and_the_client_is_known_by_a_steady_name(tmp_path: Path) -> None:
    """CONNECT, 3.1; PUBLISH, 3.3.1: bit 0 retain, bits 1-2 QoS."""
    (tmp_path / "word").write_text("secret\n")
    async with Fake(WELCOME_5, bytes.fromhex("40 02") + b"{mid}") as server:
        named = channel(server.port, version="5", user="watch", password_file=str(tmp_path / "word"))
        await named.deliver(kit.bulletin())
    kinds = [kind for kind, _ in server.packets]
    assert kinds == [0x10, 0x33, 0x33, 0xE0]
    connect = server.packets[0][1]
    assert connect.startswith(bytes.fromhex("0004") + b"MQTT" + bytes.fromhex("05 C2 0005"))
    assert connect.endswith(b"\x00\x0csargas-lamps\x00\x05watch\x00\x06secret")


@pytest.mark.parametrize(
    ("connack", "version", "words"),
    [
        ("20 02 00 05", "3.1.1", "refuses us: Not authorized"),  # 3.1.1, table 3.1
        ("20 02 00 04", "3.1.1", "refuses us: Bad user name or password"),
        ("20 03 00 87 00", "5", "refuses us: Not authorized"),  # 5.0, table 3-1
        ("20 03 00 86 00", "5", "refuses us: Bad user name or password"),
        ("20 02 00 01", "5", 'if it is one of MQTT 3.1.1, set version = "3.1.1"'),  # an older broker
    ],
)
async def test_a_refusal_is_told_in_the_standards_words(connack: str, version: str, words: str) -> None:
    async with Fake(bytes.fromhex(connack)) as server:
        with pytest.raises(ChannelError, match=words):
            await channel(server.port, version=version).deliver(kit.bulletin())
        await until(lambda: not server.n_open)


@given(connack=st.binary(max_size=40), puback=st.binary(max_size=40), version=st.sampled_from(["5", "3.1.1"]))
@settings(deadline=None, max_examples=40)
def test_no_bytes_of_a_broker_do_more_than_fail(connack: bytes, puback: bytes, version: str) -> None:
    async def play() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(channel_mqtt, "WHOLE_S", 0.05)
            async with Fake(connack + WELCOME_5, puback) as server:
                with contextlib.suppress(ChannelError):
                    await channel(server.port, version=version).deliver(kit.bulletin())

    asyncio.run(play())


# --- the settings ---


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"host": "mqtt.example"}, "is_tls: expected TLS; set is_plain_allowed if the way to mqtt.example is safe"),
        ({"user": "watch"}, "user and password_file: expected both or neither"),
        ({"user": "watch", "password_file": "/nowhere/word"}, "password_file: /nowhere/word: No such file"),
        ({"is_tls": True, "ca_file": "/nowhere/ca.pem"}, "ca_file: /nowhere/ca.pem: No such file"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_key(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=f"channel 'lamps': {words}"):
        channel(1, **changes)
    with pytest.raises(ConfigError, match=f"stream 'lamps': {words}"):
        stream_mqtt.build(stream_mqtt.Settings(**structs.asdict(structs.replace(PLAIN, **changes))), "lamps")


@pytest.mark.parametrize("prefix", ["", "a/#", "+", "$SYS", "/a", "a\x00"])
def test_a_prefix_that_is_no_topic_is_refused_when_the_settings_are_read(prefix: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"host": "localhost", "prefix": prefix}, Settings)


@pytest.mark.parametrize(("is_tls", "port"), [(True, 8883), (False, 1883)])
def test_the_port_is_the_usual_one(is_tls: bool, port: int) -> None:
    assert access_to(Settings(host="localhost", is_tls=is_tls), "x").port == port


# --- the air picture ---

TRACK = Track(
    track_id=7, time_s=kit.T0_S, first_s=kit.T0_S - 60.0, last_report_s=kit.T0_S, status="confirmed",
    lat_deg=54.7, lon_deg=25.4, east_mps=-30.0, north_mps=0.0,
    position_cov_m2=(900.0, 0.0, 400.0), velocity_cov_m2ps2=(1.0, 0.0, 1.0), affiliation="hostile",
)  # fmt: skip
INCIDENT = Incident(
    incident_id=kit.INCIDENT, title="Track 7 near Vilnius", status="open", level="red", highest_level="red",
    first_report_s=kit.T0_S - 60.0, opened_s=kit.T0_S - 30.0, changed_s=kit.T0_S, track_ids=(7,),
)  # fmt: skip
SENSOR = Health(sensor="radar east", state="ok", n_reports=17)


def glimpse(*, is_exercise: bool = False, **parts: Any) -> Glimpse:
    picture = Picture(now_s=kit.T0_S, tracks={7: TRACK}, incidents={kit.INCIDENT: INCIDENT}, health={"r": SENSOR})
    picture = structs.replace(picture, **parts)
    return Glimpse(picture=picture, sensors={}, country="LT", is_exercise=is_exercise)


def told_of(*seen: Glimpse, **changes: Any) -> list[list[tuple[str, Any]]]:
    """Return what is published of each look, payloads read."""
    told = Told(stream_mqtt.Settings(host="localhost", **changes))
    return [
        [(one.topic, json.loads(one.payload) if one.payload else None) for one in told.changes(look)] for look in seen
    ]


def test_the_first_look_tells_everything_and_the_next_one_what_changed() -> None:
    moved = structs.replace(TRACK, last_report_s=kit.T0_S + 4.0, time_s=kit.T0_S + 4.0)
    first, same, later = told_of(glimpse(), glimpse(), glimpse(tracks={7: moved}))
    assert [topic for topic, _ in first] == [
        "sargas/tracks", f"sargas/incidents/{kit.INCIDENT}", "sargas/sensors/radar%20east",
    ]  # fmt: skip
    assert same == []
    assert [topic for topic, _ in later] == ["sargas/tracks"]


def test_a_track_is_told_with_its_worst_direction_speed_and_course() -> None:
    """Covariance diag(900, 400): the larger deviation is 30 m. 30 m/s to the west is a course of 270 degrees."""
    (((_, payload), *_),) = told_of(glimpse())
    (track,) = payload["tracks"]
    assert track == {
        "id": 7, "status": "confirmed", "time": "2025-07-28T02:00:00Z", "last_report": "2025-07-28T02:00:00Z",
        "lat_deg": 54.7, "lon_deg": 25.4, "sd_m": 30.0, "speed_mps": 30.0, "course_deg": 270.0,
    }  # fmt: skip


def test_what_a_track_may_be_is_told_and_its_affiliation_never() -> None:
    kind = Classification(
        track_id=7, time_s=0.0, answer="gerbera", answer_name="Gerbera", classes=(), reasons=("slow",)
    )
    (((_, payload), *_),) = told_of(glimpse(classifications={7: kind}))
    assert payload["tracks"][0]["kind"] == "gerbera"
    assert "hostile" not in json.dumps(payload)


def test_a_track_that_is_over_is_told_once_by_its_number() -> None:
    _, over, later = told_of(glimpse(), glimpse(tracks={}), glimpse(tracks={}))
    assert [(payload["tracks"], payload["ended"]) for _, payload in over] == [([], [7])]
    assert later == []


def test_a_tentative_track_is_not_told() -> None:
    (first,) = told_of(glimpse(tracks={7: structs.replace(TRACK, status="tentative")}))
    assert "sargas/tracks" not in dict(first)


def test_every_track_is_told_again_after_a_while() -> None:
    _, soon, late = told_of(glimpse(), glimpse(now_s=kit.T0_S + 29.0), glimpse(now_s=kit.T0_S + 30.0), refresh_s=30.0)
    assert soon == []
    assert [topic for topic, _ in late] == ["sargas/tracks"]


def test_of_very_many_tracks_each_has_its_turn() -> None:
    many = {number: structs.replace(TRACK, track_id=number) for number in range(2_500)}
    looks = told_of(*(glimpse(tracks=many) for _ in range(4)))
    told = [
        [one["id"] for topic, payload in look if topic == "sargas/tracks" for one in payload["tracks"]]
        for look in looks
    ]
    assert [len(look) for look in told] == [1_000, 1_000, 500, 0]
    assert sorted(one for look in told for one in look) == list(range(2_500))
    assert all(len(payload["tracks"]) <= 100 for topic, payload in looks[0] if topic == "sargas/tracks")


def test_a_sensors_counts_alone_are_no_news() -> None:
    busier = structs.replace(SENSOR, n_reports=18, rate_hz=2.0)
    silent = structs.replace(SENSOR, state="silent", reason="nothing for 12 s")
    _, same, news = told_of(glimpse(), glimpse(health={"r": busier}), glimpse(health={"r": silent}))
    assert same == []
    ((topic, payload),) = news
    assert (topic, payload["state"], payload["reason"]) == (
        "sargas/sensors/radar%20east",
        "silent",
        "nothing for 12 s",
    )


def test_a_closed_incident_is_told_and_then_taken_away() -> None:
    closed = structs.replace(INCIDENT, status="closed", level="white")
    _, news, later = told_of(glimpse(), *(2 * [glimpse(incidents={kit.INCIDENT: closed})]))
    assert [payload and payload["status"] for _, payload in news] == ["closed", None]
    assert later == []


def test_an_exercise_has_topics_of_its_own_and_is_marked_in_every_message() -> None:
    (told,) = told_of(glimpse(is_exercise=True))
    assert all(topic.startswith("exercise/sargas/") for topic, _ in told)
    assert all((payload["exercise"], payload["mark"]) == (True, "EXERCISE") for _, payload in told)


class Watch:
    """Shows what it is told to, and counts the looks."""

    def __init__(self, shown: Glimpse) -> None:
        self.shown = shown
        self.n_looks = 0

    def look(self) -> Glimpse:
        self.n_looks += 1
        return self.shown


def stream(port: int, **changes: Any) -> stream_mqtt.MqttStream:
    chosen = stream_mqtt.Settings(
        host="127.0.0.1", port=port, is_tls=False, version="3.1.1", interval_s=0.1, **changes
    )
    made = stream_mqtt.build(chosen, "hall")
    assert isinstance(made, stream_mqtt.MqttStream)
    return made


async def test_the_stream_brings_the_picture_to_the_broker_and_says_goodbye(broker: int) -> None:
    watch = Watch(glimpse())
    async with Subscriber(broker) as subscriber:
        running = asyncio.create_task(stream(broker, prefix="eight").run(watch.look))
        await until(lambda: "eight/tracks" in subscriber.latest)
        watch.shown = glimpse(health={"r": structs.replace(SENSOR, state="failed")})
        await until(lambda: b"failed" in subscriber.latest.get("eight/sensors/radar%20east", b""))
        assert json.loads(subscriber.latest["eight/status"])["status"] == "online"
        running.cancel()
        done, _ = await asyncio.wait([running], timeout=1.0)
        assert done
        assert running.cancelled()
        await until(lambda: json.loads(subscriber.latest["eight/status"])["status"] == "offline")
    retained = {one.topic for one in subscriber.got if one.topic == "eight/tracks" and one.is_retained}
    assert not retained


async def test_a_watch_that_dies_is_told_by_the_broker(broker: int) -> None:
    """The last will (MQTT 3.1.2.5): the broker publishes it when a client goes without a word."""

    class Cut(Listener):
        """Hands bytes on to the broker until it is cut."""

        async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            upstream, beyond = await asyncio.open_connection("127.0.0.1", broker)

            async def back() -> None:
                while chunk := await upstream.read(65_536):
                    writer.write(chunk)

            backwards = asyncio.create_task(back())
            try:
                while chunk := await reader.read(65_536):
                    beyond.write(chunk)
            finally:
                backwards.cancel()
                await asyncio.gather(backwards, return_exceptions=True)
                beyond.transport.abort()

    async with Subscriber(broker) as subscriber:
        async with Cut() as line:
            running = asyncio.create_task(stream(line.port, prefix="nine").run(Watch(glimpse()).look))
            await until(lambda: "nine/tracks" in subscriber.latest)
        with pytest.raises(ChannelError, match=r"closed the connection|broke off"):
            await running
        await until(lambda: json.loads(subscriber.latest["nine/status"])["status"] == "offline")


async def test_a_stream_without_a_broker_says_so() -> None:
    watch = Watch(glimpse())
    with pytest.raises(ChannelError, match="cannot be reached"):
        await stream(closed_port()).run(watch.look)
    assert watch.n_looks == 1  # a second look would tell that the other end is there


async def test_a_broker_that_takes_nothing_is_not_sent_more_and_more() -> None:
    """A second look would tell that it takes what it is sent."""
    watch = Watch(glimpse())
    async with Listener() as server:
        running = asyncio.create_task(stream(server.port).run(watch.look))
        await until(lambda: server.n_open)
        await asyncio.sleep(0.4)  # several intervals
        assert watch.n_looks == 1
        running.cancel()
        await asyncio.wait([running], timeout=1.0)
        assert running.cancelled()
        await until(lambda: not server.n_open)
