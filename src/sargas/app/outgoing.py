"""The ways out, built from the configuration: channels, streams, and the bulletin that leaves by them."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog

from sargas import plugins
from sargas.app.config import Config, WarningSection, settings_of, settings_of_table
from sargas.app.outbox import Outlet
from sargas.app.outlets import ChannelSection, StreamSection
from sargas.app.spool import Render
from sargas.app.toml_lines import Table
from sargas.model.errors import ConfigError, DataError
from sargas.model.incident import Incident
from sargas.model.warning import PublicWarning
from sargas.ports import Bulletin, Channel, Stream
from sargas.share.cap import cap_xml, problems
from sargas.share.cap_profile import Profile
from sargas.share.cap_sign import Signer

FOLDERS: Final = frozenset({"path", "folder"})
"""Settings so called, or that end with `_file` or `_folder`, are looked for beside the configuration."""

log = structlog.get_logger()


def build_outlets(sections: Sequence[ChannelSection], folder: Path) -> dict[str, Outlet]:
    """Return the channels of the configuration by name, in its order; files are looked for beside `folder`.

    Raises:
        ConfigError: a channel's settings do not fit.
    """
    return {
        section.name: Outlet(build_channel(section.channel, section.name, folder), section.stands_in_for)
        for section in sections
    }


def build_streams(sections: Sequence[StreamSection], folder: Path) -> dict[str, Stream]:
    """Return the streams of the configuration by name.

    Raises:
        ConfigError: a stream's settings do not fit.
    """
    return {section.name: build_stream(section.stream, section.name, folder) for section in sections}


def problems_of(config: Config, folder: Path) -> list[tuple[str, str]]:
    """Return (key, what is wrong) of the ways out, as far as it shows when they are built."""
    problems: list[tuple[str, str]] = []
    for index, channel in enumerate(config.channels):
        try:
            build_channel(channel.channel, channel.name, folder)
        except ConfigError as error:
            problems.append((f"channels[{index}].channel", str(error)))
    for index, stream in enumerate(config.streams):
        try:
            build_stream(stream.stream, stream.name, folder)
        except ConfigError as error:
            problems.append((f"streams[{index}].stream", str(error)))
    try:
        signer_of(config.warning, folder)
    except ConfigError as error:
        problems.append(("warning.key", str(error)))
    return problems


def profile_of(config: Config) -> Profile:
    """Return what stands in the CAP messages; a watch that only streams needs no sender.

    Raises:
        ConfigError: the table does not fit.
    """
    table = config.warning.cap or ({} if config.channels else {"sender": "nobody"})
    return settings_of_table(Profile, table, "warning.cap")


def signer_of(section: WarningSection, folder: Path) -> Signer | None:
    """Return the signer of the key and certificate, None if there are none.

    Raises:
        ConfigError: a file cannot be read or used.
    """
    if not section.key:
        return None
    return Signer(_read(folder / section.key, "key"), _read(folder / section.certificate, "certificate"))


def _read(path: Path, key: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"warning.{key}: {path}: {error.strerror or error}") from error


def build_channel(table: Table, name: str, folder: Path) -> Channel:
    """Return the channel that a table names.

    Raises:
        ConfigError: there is none, or its settings do not fit.
    """
    module = plugins.load("channel", str(table["type"]))
    channel: Channel = module.build(settings_of(module, beside(table, folder)), name)
    return channel


def build_stream(table: Table, name: str, folder: Path) -> Stream:
    """Return the stream that a table names.

    Raises:
        ConfigError: there is none, or its settings do not fit.
    """
    module = plugins.load("stream", str(table["type"]))
    stream: Stream = module.build(settings_of(module, beside(table, folder)), name)
    return stream


def beside(table: Table, folder: Path) -> Table:
    """Return the table with the files that it names looked for beside `folder`; an empty name names none."""
    return {
        key: str(folder / value)
        if isinstance(value, str) and value and (key in FOLDERS or key.endswith(("_file", "_folder")))
        else value
        for key, value in table.items()
    }


def renderer(profile: Profile, signer: Signer | None, *, country: str) -> Render:
    """Return what makes a warning ready to leave: its CAP message, signed by the `signer` if there is one."""

    def render(incident: Incident, warning: PublicWarning) -> Bulletin:
        if warning.sent_s is None:
            raise DataError(f"{warning.warning_id} was not sent")
        earlier = [one for one in incident.warning.warnings if one.warning_id != warning.warning_id]
        xml = cap_xml(warning, earlier, profile, country=country, title=incident.title)
        for problem in problems(xml):  # it leaves all the same: people come before a form
            log.warning("cap_not_as_it_should_be", warning_id=warning.warning_id, problem=problem)
        return Bulletin(
            bulletin_id=identity(incident, warning, profile.sender),
            warning=warning,
            cap_xml=signer.sign(xml) if signer is not None else xml,
            title=incident.title,
            country=country,
            sent_s=warning.sent_s,
            is_exercise=warning.is_exercise,
        )

    return render


def identity(incident: Incident, warning: PublicWarning, sender: str) -> str:
    """Return what a bulletin is called in the world: the warning, and a digest of who sends and of its incident.

    A watch whose journal was lost counts its incidents from one again, another one has the same numbers, and so has
    an exercise: sender, moment and the word keep them apart. The bulletins of one incident differ in the warning's
    name alone, so that a channel can name the earlier ones.
    """
    whose = hashlib.sha256(f"{sender} {incident.incident_id} {incident.opened_s!r}".encode()).hexdigest()[:12]
    return f"{'EXERCISE-' if warning.is_exercise else ''}{warning.warning_id}-{whose}"
