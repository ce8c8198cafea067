"""A running watch: journal, live view, feeds, desk and web server, from the first byte to a clean end."""

import asyncio
import gc
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog

from sargas.app.clock import SteadyClock
from sargas.app.config import Config
from sargas.app.desks import WatchDesk
from sargas.app.live import Live
from sargas.app.published import Published
from sargas.app.restore import Progress, restore
from sargas.app.search_basis import basis_of
from sargas.app.supervise import run_feeds
from sargas.app.ways_out import run_ways_out, ways_out
from sargas.app.wire import Blueprint, blueprint_of, build_engine, build_transport, load_places, snapshot_key
from sargas.engine import Engine, EngineFactory
from sargas.model.errors import JournalError
from sargas.model.units import DAY_S
from sargas.ports import Glimpse, Journal
from sargas.store import journal_sqlite
from sargas.web.desk import Desk
from sargas.web.server import create_app, serve

PRUNE_EVERY_S = 600.0
PROGRESS_EVERY = 100

log = structlog.get_logger()

Ready = Callable[[str], None]
"""Hears the address of the desk once it answers."""


async def watch(config: Config, folder: Path, *, ready: Ready, progress: Progress | None = None) -> None:
    """Watch until SIGINT or SIGTERM.

    Raises:
        ConfigError, DataError, JournalError: it could not start.
    """
    blueprint, basis = blueprint_of(config, folder), basis_of(config.search, folder)
    ways = ways_out(config, folder)
    journal = journal_sqlite.build(journal_sqlite.Settings(path=str(folder / config.journal.path)))
    try:
        key = snapshot_key(blueprint)
        engine = await _restored(journal, key, lambda: build_engine(blueprint), progress)
        log.info("picture_restored", n_entries=engine.last_seq, n_tracks=len(engine.picture.tracks))
        span_s = journal.span_s()
        live = Live(
            engine,
            journal,
            SteadyClock(not_before_s=span_s[1] if span_s else 0.0),
            snapshot_key=key,
            snapshot_every_s=config.journal.snapshot_every_s,
        )
        transports = {feed.name: build_transport(feed.transport, feed.name, folder) for feed in config.feeds}
        desk = WatchDesk(
            blueprint,
            load_places(),
            config.watch.title,
            is_exercise=config.watch.is_exercise,
            live=live,
            journal=journal,
            transports=transports,
            basis=basis,
            channels=list(ways.outlets) if ways is not None else (),
            signed_until_s=ways.signed_until_s if ways is not None else None,
        )
        _settle_memory()
        async with asyncio.TaskGroup() as tasks:
            running = [
                tasks.create_task(live.run(), name="live"),
                tasks.create_task(run_feeds(transports, live.deliver), name="feeds"),
                tasks.create_task(_prune(journal, live, config), name="retention"),
            ]
            await live.is_started.wait()
            out = run_ways_out(ways, live, live.deliver, lambda: glimpse_of(live, blueprint))
            running.append(tasks.create_task(out, name="ways out"))
            await serve_until_stopped(desk, config.web.host, config.web.port, ready)
            await desk.close_replay()
            for task in reversed(running):
                task.cancel()
    finally:
        journal.close()
    log.info("watch_ended")


def glimpse_of(view: Published, blueprint: Blueprint) -> Glimpse:
    """Return what a stream may show of a view now."""
    return Glimpse(
        picture=view.picture,
        sensors=blueprint.sensors,
        country=blueprint.country,
        is_exercise=blueprint.is_exercise,
    )


async def _restored(journal: Journal, key: str, make_engine: EngineFactory, progress: Progress | None) -> Engine:
    """Return the engine after the journal's last entry; its thread ends when the watch is told to end."""
    is_over = threading.Event()

    def told(n_done: int, n_all: int) -> None:
        if is_over.is_set():
            raise JournalError("the restart was broken off")
        if progress is not None and (n_done % PROGRESS_EVERY == 0 or n_done == n_all):
            progress(n_done, n_all)

    try:
        return await asyncio.to_thread(restore, journal, key, make_engine, told)
    finally:
        is_over.set()


async def serve_until_stopped(desk: Desk, host: str, port: int, ready: Ready) -> None:
    """Serve the desk until SIGINT or SIGTERM."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    try:
        async with serve(create_app(desk), host, port) as bound_port:
            ready(f"http://{'127.0.0.1' if host in {'0.0.0.0', '::'} else host}:{bound_port}/")  # noqa: S104
            await stopped.wait()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(ValueError):
                loop.remove_signal_handler(number)


def _settle_memory() -> None:
    """Take what is loaded now out of the search for garbage: a full one would stall the watch for 0.3 s each time."""
    gc.collect()
    gc.freeze()


async def _prune(journal: Journal, live: Live, config: Config) -> None:
    """Remove what is older than the configuration keeps, never what an incident rests on."""
    max_bytes = None if config.journal.max_gb is None else int(config.journal.max_gb * 1e9)
    while True:
        before_s = live.clock.now_s - config.journal.keep_days * DAY_S
        keep = sorted({seq for incident in live.picture.incidents.values() for seq in incident.evidence})
        try:
            n_removed = await asyncio.to_thread(journal.prune, before_s, max_bytes, keep)
        except JournalError as error:
            log.warning("prune_failed", reason=str(error))
        else:
            if n_removed:
                log.info("journal_pruned", n_entries=n_removed)
        await asyncio.sleep(PRUNE_EVERY_S)
