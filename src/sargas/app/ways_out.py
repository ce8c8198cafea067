"""All ways out of a watch as one thing: channels through the outbox, and streams; of a live view or a played one."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

from msgspec import Struct

from sargas.app.config import Config
from sargas.app.outbox import Followed, Outbox, Outlet
from sargas.app.outgoing import build_outlets, build_streams, profile_of, renderer, signer_of
from sargas.app.spool import Render, Spool
from sargas.app.streams import run_streams
from sargas.app.telling import Record, keep
from sargas.model.entry import ChannelChanged
from sargas.ports import Glimpse, Stream

GONE: Final = "it is no longer in the configuration"
BULLETINS: Final = "bulletins"
"""What is added to the journal's name for the folder of the bulletins that leave."""


class WaysOut(Struct, frozen=True, kw_only=True):
    """Channels, streams, and how a warning is made ready to leave; `folder` keeps what leaves, None keeps nothing.

    `signed_until_s` is when the certificate runs out with which warnings are signed [epoch s].
    """

    outlets: Mapping[str, Outlet]
    streams: Mapping[str, Stream]
    render: Render
    folder: Path | None = None
    signed_until_s: float | None = None


def ways_out(config: Config, folder: Path) -> WaysOut | None:
    """Return the ways out of a configuration, None if it has none.

    Raises:
        ConfigError: a channel or stream cannot be built, the sender is missing, or the key cannot be used.
    """
    if not config.channels and not config.streams:
        return None
    journal, signer = folder / config.journal.path, signer_of(config.warning, folder)
    return WaysOut(
        outlets=build_outlets(config.channels, folder),
        streams=build_streams(config.streams, folder),
        render=renderer(profile_of(config), signer, country=config.watch.country),
        folder=journal.with_name(f"{journal.name}.{BULLETINS}"),
        signed_until_s=signer.valid_until_s if signer is not None else None,
    )


@runtime_checkable
class Marking(Protocol):
    """A channel that says something even before the first warning, and must mark it in an exercise."""

    is_exercise: bool


async def run_ways_out(ways: WaysOut | None, view: Followed, record: Record, look: Callable[[], Glimpse]) -> None:
    """Bring warnings and the air picture out until cancelled; forget the ways of an earlier configuration first."""
    names = {*ways.outlets, *ways.streams} if ways is not None else set()
    for name in [known for known in view.picture.channels if known not in names]:
        await keep(record, ChannelChanged(channel=name, is_alive=False, text=GONE, is_gone=True))
    if ways is None:
        return
    for outlet in ways.outlets.values():
        if isinstance(outlet.channel, Marking):
            outlet.channel.is_exercise = look().is_exercise
    outbox = Outbox(view, record, ways.outlets, Spool(ways.render, ways.folder))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(outbox.run(), name="outbox")
        tasks.create_task(run_streams(ways.streams, look, record), name="streams")
