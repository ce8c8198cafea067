"""A running watch: journal, live view, feeds, desk and web server, from the first byte to a clean end."""

import asyncio
import gc
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog
from litestar import Litestar

from sargas.app.accounts import FirstPassword, gate_of, way_of
from sargas.app.case_section import usual_steps
from sargas.app.clock import SteadyClock
from sargas.app.config import Config
from sargas.app.desks import WatchDesk
from sargas.app.dossier_section import office_of
from sargas.app.evidence_room import EvidenceRoom, keep_evidence, store_of
from sargas.app.live import Live
from sargas.app.published import Published
from sargas.app.record import keep_record, open_journal, spans_of
from sargas.app.register_keeping import book_beside, keep_register
from sargas.app.restore import Progress, restore
from sargas.app.search_basis import basis_of
from sargas.app.supervise import run_feeds
from sargas.app.ways_out import run_ways_out, ways_out
from sargas.app.wire import Blueprint, blueprint_of, build_engine, build_transport, load_places, snapshot_key
from sargas.app.witnesses import build_witnesses, run_witnesses
from sargas.engine import Engine, EngineFactory
from sargas.model.errors import JournalError
from sargas.model.units import DAY_S
from sargas.ports import Glimpse, Journal
from sargas.web.desk import Desk
from sargas.web.server import Way, create_app, serve

PRUNE_EVERY_S = 600.0
PROGRESS_EVERY = 100

log = structlog.get_logger()

Ready = Callable[[str], None]
"""Hears the address of the desk once it answers."""


def in_the_log(password: str) -> None:
    """Log that there is a first administrator, whose password nobody was there to hear."""
    del password
    log.warning("first_administrator_made", next_step="sargas account password CONFIG admin")


async def watch(
    config: Config,
    folder: Path,
    *,
    ready: Ready,
    progress: Progress | None = None,
    first_password: FirstPassword = in_the_log,
) -> None:
    """Watch until SIGINT or SIGTERM; `first_password` hears that of the administrator that a first start makes.

    Raises:
        AccountError, ConfigError, DataError, JournalError: it could not start.
    """
    blueprint, basis = blueprint_of(config, folder), basis_of(config.search, folder)
    ways = ways_out(config, folder)
    witnesses = build_witnesses(config.record.heads, folder)
    journal = open_journal(config, folder)
    try:
        key = snapshot_key(blueprint)
        engine = await _restored(journal, key, lambda: build_engine(blueprint), progress)
        log.info("picture_restored", n_entries=engine.last_seq, n_tracks=len(engine.picture.tracks))
        span_s = journal.span_s()
        clock = SteadyClock(not_before_s=span_s[1] if span_s else 0.0)
        live = Live(
            engine,
            journal,
            clock,
            snapshot_key=key,
            snapshot_every_s=config.journal.snapshot_every_s,
        )
        transports = {feed.name: build_transport(feed.transport, feed.name, folder) for feed in config.feeds}
        room = EvidenceRoom(store_of(folder / config.journal.path, config.record.evidence_max_mb))
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
            room=room,
            usual=usual_steps(config.case),
        )
        desk.register = book = book_beside(folder / config.journal.path)
        desk.office = office_of(config.dossier, folder)
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
            running.append(tasks.create_task(keep_record(journal, config, live.deliver), name="record"))
            heads = run_witnesses(journal, witnesses, config.record.publish_every_s, live.deliver)
            running.append(tasks.create_task(heads, name="witnesses"))
            kept = keep_register(book, live, blueprint, journal=journal)
            running.append(tasks.create_task(kept, name="register"))
            running.append(tasks.create_task(keep_evidence(room, desk, config.record.evidence_days), name="evidence"))
            with gate_of(config, folder, clock.now_s, first_password) as gate:
                if gate is not None:
                    running.append(tasks.create_task(gate.run(live.deliver), name="accounts"))
                web = config.web
                await serve_app_until_stopped(
                    create_app(desk, accounts=gate), web.host, web.port, ready, way_of(web, folder)
                )
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
    """Serve a desk without accounts until SIGINT or SIGTERM."""
    await serve_app_until_stopped(create_app(desk), host, port, ready)


async def serve_app_until_stopped(app: Litestar, host: str, port: int, ready: Ready, way: Way | None = None) -> None:
    """Serve the application until SIGINT or SIGTERM."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    try:
        async with serve(app, host, port, way) as bound_port:
            scheme = "https" if way is not None and way.certificate else "http"
            ready(f"{scheme}://{'127.0.0.1' if host in {'0.0.0.0', '::'} else host}:{bound_port}/")  # noqa: S104
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
    """Remove what is older than the configuration keeps, never what an incident rests on or a hold keeps."""
    max_bytes = None if config.journal.max_gb is None else int(config.journal.max_gb * 1e9)
    while True:
        before_s = live.clock.now_s - config.journal.keep_days * DAY_S
        incidents = list(live.picture.incidents.values())
        try:
            keep = await asyncio.to_thread(spans_of, incidents, journal)
            n_removed = await asyncio.to_thread(journal.prune, before_s, max_bytes, keep)
        except JournalError as error:
            log.warning("prune_failed", reason=str(error))
        else:
            if n_removed:
                log.info("journal_pruned", n_entries=n_removed)
        await asyncio.sleep(PRUNE_EVERY_S)
