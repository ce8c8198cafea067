"""What the tests of TAK share: a small sky, a real TAK server (taky) on loopback, and a client that only listens."""

import asyncio
import contextlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from msgspec import structs

from sargas.model.classification import Classification, ClassShare
from sargas.model.incident import Incident
from sargas.model.picture import Picture
from sargas.model.report import Identity
from sargas.model.sensor import Health, Sensor
from sargas.model.track import Track
from sargas.model.warning import PublicWarning, WarningState
from sargas.ports import Glimpse
from share_peers import LOOPBACK, Certificates, closed_port, until

NOW_S = 1_753_668_000.0
"""2025-07-28 02:00 UTC."""

DRONE = Track(
    track_id=7,
    time_s=NOW_S,
    first_s=NOW_S - 300.0,
    last_report_s=NOW_S - 2.0,
    status="confirmed",
    lat_deg=54.687155,
    lon_deg=25.279652,
    east_mps=-30.0,
    north_mps=40.0,
    position_cov_m2=(900.0, 0.0, 400.0),
    velocity_cov_m2ps2=(4.0, 0.0, 4.0),
    alt_baro_m=850.0,
    existence=0.97,
)
AIRLINER = structs.replace(
    DRONE,
    track_id=8,
    lat_deg=54.9,
    is_cooperative=True,
    identity=Identity(icao24="503f0a", callsign="LOT123", squawk="4711"),
    alt_wgs84_m=10_700.0,
    existence=None,
)
RADAR = Sensor(id="radar-east", kind="radar", name="East", lat_deg=54.601234, lon_deg=25.603456, alt_m=231.0)
MICROPHONE = Sensor(id="mic-7", kind="acoustic", lat_deg=54.5, lon_deg=25.5)
NEIGHBOUR = Sensor(id="neighbour", kind="neighbour")
SENSORS = {sensor.id: sensor for sensor in (RADAR, MICROPHONE, NEIGHBOUR)}


def what(track: Track, answer: str, probability: float = 0.8) -> Classification:
    """Return what a track may be: `answer` with its probability, else unknown."""
    classes = (
        ClassShare(kind=answer, name=answer.replace("_", " ").capitalize(), probability=probability),
        ClassShare(kind="unknown", name="Unknown", probability=round(1.0 - probability, 4)),
    )
    return Classification(
        track_id=track.track_id, time_s=track.time_s, answer=answer, answer_name=classes[0].name, classes=classes,
        reasons=(), caution="may carry explosives: treat as dangerous" if answer == "shahed" else "",
    )  # fmt: skip


def incident(*warnings: PublicWarning) -> Incident:
    """Return the incident of these warnings."""
    return Incident(
        incident_id=warnings[0].incident_id, title="Track 7 near Vilnius", status="open", level="red",
        highest_level="red", first_report_s=NOW_S, opened_s=NOW_S, changed_s=NOW_S,
        warning=WarningState(warnings=warnings),
    )  # fmt: skip


def glimpse(
    *tracks: Track, now_s: float = NOW_S, is_exercise: bool = False, incidents: tuple[Incident, ...] = (),
    kinds: dict[int, str] | None = None,
) -> Glimpse:  # fmt: skip
    """Return a picture with these tracks, and three sensors of which one is silent."""
    named = {track.track_id: track for track in tracks}
    picture = Picture(
        now_s=now_s,
        tracks=named,
        incidents={one.incident_id: one for one in incidents},
        classifications={key: what(named[key], kind) for key, kind in (kinds or {}).items()},
        health={"mic-7": Health(sensor="mic-7", state="silent", reason="nothing for 90 s", last_report_s=NOW_S - 90)},
    )
    return Glimpse(picture=picture, sensors=SENSORS, country="LT", is_exercise=is_exercise)


# --- a TAK server ---


@contextlib.asynccontextmanager
async def taky(tls: dict[str, str] | None = None, port: int | None = None) -> AsyncIterator[int]:
    """Run taky in a process of its own, on loopback alone, and hand out its port once it answers.

    Args:
        tls: its section `[ssl]`.
        port: which port; by default a free one.
    """
    # Not pytest's folder: the path of a socket may have 107 bytes at most (unix(7)).
    folder, port = Path(tempfile.mkdtemp(prefix="taky")), port or closed_port()
    sections: dict[str, dict[str, Any]] = {
        "taky": {"hostname": "localhost", "bind_ip": LOOPBACK, "root_dir": folder},
        "cot_server": {"port": port, "mon_ip": LOOPBACK, "mon_port": closed_port()},
        "ssl": {"enabled": "false", **(tls or {})},
    }
    lines = [
        line for name, keys in sections.items() for line in (f"[{name}]", *(f"{k} = {v}" for k, v in keys.items()))
    ]
    (folder / "taky.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-m", "taky.cot", "-c", str(folder / "taky.conf"),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    reading = None
    try:
        async with asyncio.timeout(60.0):
            while b"Listening for" not in (line := await process.stderr.readline()):
                assert line, "taky has ended"
        reading = asyncio.create_task(_emptied(process.stderr))
        await until(lambda: _is_open(port))  # it listens a moment after it says so
        yield port
    finally:
        process.kill()
        if reading is not None:
            await reading
        await process.wait()
        process._transport.close()  # type: ignore[attr-defined]
        shutil.rmtree(folder)


def _is_open(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex((LOOPBACK, port)) == 0


async def _emptied(pipe: asyncio.StreamReader) -> None:
    while await pipe.read(65_536):
        pass


class Client:
    """A client of a TAK server, who has said nothing and gets everything; `got` are the events as it got them."""

    def __init__(self, port: int, tls: ssl.SSLContext | None = None) -> None:
        self._port = port
        self._tls = tls
        self.data = b""

    @property
    def got(self) -> list[ET.Element]:
        whole = self.data[: self.data.rfind(b"</event>") + len(b"</event>")]
        return list(ET.fromstring(b"<events>" + whole + b"</events>"))

    def uids(self, kind: str) -> list[str]:
        """Return the uids of the events of a type, in order."""
        return [event.attrib["uid"] for event in self.got if event.attrib["type"] == kind]

    async def has(self, kind: str, uid: str) -> ET.Element:
        """Return the newest event of that type and uid; wait until there is one."""
        await until(lambda: uid in self.uids(kind))
        return [event for event in self.got if (event.attrib["type"], event.attrib["uid"]) == (kind, uid)][-1]

    async def __aenter__(self) -> "Client":
        name = LOOPBACK if self._tls is not None else None
        reader, self._writer = await asyncio.open_connection(
            LOOPBACK, self._port, ssl=self._tls, server_hostname=name
        )
        self._task = asyncio.create_task(self._read(reader))
        # What it is sent now shows that the server knows it.
        self._writer.write(PING)
        await until(lambda: b"t-x-c-t-r" in self.data)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._writer.transport.abort()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(65_536):
            self.data += data


def client_context(made: Certificates) -> ssl.SSLContext:
    """Return how a client knows the server, with the client's certificate."""
    context = ssl.create_default_context(cafile=made.ca_file)
    context.load_cert_chain(made.client_file, made.client_key_file)
    return context


PING = (
    b'<event version="2.0" uid="listener-ping" type="t-x-c-t" how="m-g" time="2025-07-28T02:00:00Z" '
    b'start="2025-07-28T02:00:00Z" stale="2025-07-28T02:01:00Z">'
    b'<point lat="0" lon="0" hae="0" ce="9999999" le="9999999"/></event>'
)
