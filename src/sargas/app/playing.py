"""A played watch in the browser: a demonstration, or a recording run again."""

import asyncio
from collections.abc import Sequence

from sargas.app.demo_officer import DemoOfficer, Step
from sargas.app.desks import PlayedDesk
from sargas.app.dossier_section import Office
from sargas.app.player import Player
from sargas.app.register_files import starter_book
from sargas.app.register_keeping import keep_register
from sargas.app.search_basis import Basis
from sargas.app.watching import Ready, glimpse_of, serve_until_stopped
from sargas.app.ways_out import WaysOut, run_ways_out
from sargas.app.wire import Blueprint, build_engine, load_places
from sargas.model.errors import DataError
from sargas.ports import Journal


async def play(
    blueprint: Blueprint,
    journal: Journal,
    *,
    title: str,
    is_exercise: bool,
    speed: float,
    is_paused: bool,
    start_s: float | None,
    host: str,
    port: int,
    ready: Ready,
    basis: Basis | None = None,
    ways: WaysOut | None = None,
    officer: Sequence[Step] = (),
    office: Office = Office(),  # noqa: B008 - a frozen Struct
) -> None:
    """Serve the entries of a journal as a played desk until SIGINT or SIGTERM.

    `ways` bring out what is sent, `officer` are the steps of the officer of a demonstration.

    Raises:
        DataError: the journal is empty.
    """
    span_s = journal.span_s()
    if span_s is None:
        raise DataError("there is nothing to play: no entry was read")
    player = Player(
        journal,
        lambda: build_engine(blueprint),
        start_s=span_s[0],
        end_s=span_s[1],
        speed=speed,
        is_paused=is_paused,
    )
    if start_s is not None:
        await player.play(jump_to_s=start_s)
    channels = list(ways.outlets) if ways is not None else ()
    desk = PlayedDesk(
        blueprint, load_places(), title, is_exercise=is_exercise, player=player, basis=basis, channels=channels
    )
    desk.register = book = starter_book()
    desk.office = office
    if officer:
        player.follow(DemoOfficer(player, officer, lambda: not desk.is_taken_over))
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(player.run(), name="player")]
        running.append(tasks.create_task(keep_register(book, player, blueprint), name="register"))
        if ways is not None:
            out = run_ways_out(ways, player, player.record, lambda: glimpse_of(player, blueprint))
            running.append(tasks.create_task(out, name="ways out"))
        await serve_until_stopped(desk, host, port, ready)
        for task in reversed(running):
            task.cancel()
