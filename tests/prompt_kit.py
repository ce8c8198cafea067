"""What the tests of commands share: a configuration with a flight in its journal, and a watch that runs beside it.

The flight crosses the border south of Šumskas (25.756 degrees east at 54.583 north, as the borders have it) to the
west at 40 m/s and is seen until the journal's last entry.
"""

import asyncio
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from sargas.app.clock import SteadyClock
from sargas.app.desks import WatchDesk
from sargas.app.live import Live
from sargas.app.outbox import Outlet
from sargas.app.outgoing import renderer
from sargas.app.reading import picture_of
from sargas.app.restore import run_through
from sargas.app.ways_out import WaysOut, run_ways_out
from sargas.app.wire import build_engine
from sargas.model.entry import Body, Decided, Entry, FeedOpened, Frame
from sargas.model.incident import Incident
from sargas.model.picture import Picture
from sargas.model.report import GeoPlot
from sargas.ports import Glimpse
from sargas.share import channel_cap_file
from sargas.share.cap_profile import Profile
from sargas.store import journal_memory, journal_sqlite
from sargas.web.server import create_app, serve
from small_watch import BLUEPRINT, flight

START_S = 1_753_660_800.0
"""2025-07-28 00:00 UTC."""
ID = "LT-2025-07-28-01"
END_S = START_S + 4.0 * 59
DEGREE_M = 64_440.0
"""Length of a degree of longitude at 54.6 degrees north, WGS-84."""
WATCH = """\
[watch]
title = "Eastern sector"
country = "LT"
is_exercise = true

[[sensors]]
id = "radar"
kind = "radar"
lat_deg = 54.6
lon_deg = 25.6
period_s = 4.0
errors = { position_sd_m = 50.0 }
coverage = { range_max_m = 40000.0 }

[[feeds]]
name = "radar"
transport = { type = "http_post" }
decoder = { type = "jsonl" }

[warning]
approvals = 1

[warning.cap]
sender = "watch@sargas.example"

[web]
port = 1  # where nothing listens
accounts = "open"
"""


class Said(Struct):
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it wrote, read as JSON."""
        return json.loads(self.out)


Run = Callable[..., Said]


def flown() -> list[tuple[float, Body]]:
    """A plot every 4 s of a flight due west over the border."""
    bodies: list[tuple[float, Body]] = [(START_S, FeedOpened("radar", "test"))]
    for k in range(60):
        time_s = START_S + 4.0 * k
        lon_deg = 25.80 - 40.0 * 4.0 * k / DEGREE_M
        plot = GeoPlot(sensor="radar", time_s=time_s, lat_deg=54.6, lon_deg=lon_deg, sd_m=30.0)
        bodies.append((time_s + 0.5, Frame("radar", msgspec.json.encode(plot) + b"\n")))
    return bodies


def written(folder: Path) -> Path:
    """Write the configuration and the journal, and return the configuration's path."""
    path = folder / "watch.toml"
    path.write_text(WATCH, encoding="utf-8")
    journal = journal_sqlite.build(journal_sqlite.Settings(path=str(folder / "sargas.journal")))
    journal.append(flown())
    journal.close()
    return path


def changed(config: Path, before: str, after: str) -> None:
    """Write a part of the configuration otherwise."""
    text = config.read_text(encoding="utf-8")
    assert before in text
    config.write_text(text.replace(before, after), encoding="utf-8")


def incident_in(config: Path) -> Incident:
    return picture_of(config).incidents[ID]


def decisions_in(config: Path) -> list[str]:
    journal = journal_sqlite.open_for_reading(config.parent / "sargas.journal")
    found = [
        str(entry.body.decision.__struct_config__.tag) for entry in journal.read() if isinstance(entry.body, Decided)
    ]
    journal.close()
    return found


class Watched:
    """A whole watch in a thread of its own: engine, live view, desk, web server, and one channel that writes files.

    Its clock stands still just after the flight of `small_watch`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = ""
        self.live: Live | None = None
        self._ended: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    def __enter__(self) -> "Watched":
        self._thread.start()
        assert self._ready.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._loop is not None
        assert self._ended is not None
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(30)

    @property
    def picture(self) -> Picture:
        assert self.live is not None
        return self.live.picture

    async def _run(self) -> None:
        self._ended, self._loop = asyncio.Event(), asyncio.get_running_loop()
        blueprint = msgspec.structs.replace(BLUEPRINT, is_exercise=True)
        journal, engine = journal_memory.build(journal_memory.Settings()), build_engine(blueprint)
        kept = journal.append(flight())
        run_through(engine, [Entry(one.seq, one.received_s, one.body) for one in kept], len(kept), None)
        now_s = kept[-1].received_s + 1.0
        clock = SteadyClock(lambda: now_s, lambda: 50.0)
        self.live = live = Live(engine, journal, clock, snapshot_key="test", snapshot_every_s=1e9)
        desk = WatchDesk(
            blueprint, [], "Eastern sector", is_exercise=True, live=live, journal=journal, transports={},
            channels=["files"],
        )  # fmt: skip
        channel = channel_cap_file.build(channel_cap_file.Settings(path=str(self.folder)), "files")
        ways = WaysOut(
            outlets={"files": Outlet(channel)},
            streams={},
            render=renderer(Profile(sender="watch@sargas.example"), None, country="LT"),
        )
        running = asyncio.create_task(live.run())
        await live.is_started.wait()
        glimpse = lambda: Glimpse(picture=live.picture, sensors={}, country="LT", is_exercise=True)  # noqa: E731
        out = asyncio.create_task(run_ways_out(ways, live, live.deliver, glimpse))
        async with serve(create_app(desk), "127.0.0.1", 0) as port:
            self.url = f"http://127.0.0.1:{port}"
            self._ready.set()
            await self._ended.wait()
        for task in (out, running):
            task.cancel()
        await asyncio.gather(out, running, return_exceptions=True)
