"""The sections of the configuration that name the ways out: channels for warnings, streams for the air picture.

[[channels]]
name = "broadcaster"
channel = { type = "webhook", url = "https://warn.example/in", secret_file = "broadcaster.secret" }

[[channels]]
name = "mail"
channel = { type = "mail", ... }
stands_in_for = "broadcaster"

[[streams]]
name = "allies"
stream = { type = "asterix", ... }
"""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from sargas.app.toml_lines import Table

OutletName = Annotated[str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class ChannelSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way out for warnings: which plug-in, with its settings, and the channel that it stands in for.

    A channel that stands in for another gets only what the other one does not bring out.
    """

    name: OutletName
    channel: Table
    stands_in_for: str = ""


class StreamSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way out for the air picture: which plug-in, with its settings."""

    name: OutletName
    stream: Table


def mistakes_of(
    channels: Sequence[ChannelSection], streams: Sequence[StreamSection]
) -> list[tuple[tuple[str | int, ...], str]]:
    """Return what no type can tell, each with its key: names borne twice, and standing in that leads nowhere."""
    found: list[tuple[tuple[str | int, ...], str]] = []
    first: dict[str, str] = {}
    names = [("channels", index, section.name) for index, section in enumerate(channels)]
    names += [("streams", index, section.name) for index, section in enumerate(streams)]
    for table, index, name in names:
        where = first.setdefault(name, f"{table}[{index}]")
        if where != f"{table}[{index}]":
            found.append(((table, index, "name"), f"'{name}' is already {where}"))
    primaries = {section.name: section.stands_in_for for section in channels}
    for index, section in enumerate(channels):
        told = _standing_in(section, primaries)
        if told:
            found.append((("channels", index, "stands_in_for"), told))
    return found


def _standing_in(section: ChannelSection, primaries: dict[str, str]) -> str:
    """Return what is wrong with the channel that a section stands in for, empty if nothing is."""
    before = section.stands_in_for
    if not before:
        return ""
    if before not in primaries:
        others = ", ".join(name for name in primaries if name != section.name) or "none"
        return f"no channel '{before}'; have {others}"
    seen: list[str] = [section.name]
    while before and before not in seen:
        seen.append(before)
        before = primaries.get(before, "")
    return f"{' stands in for '.join([*seen, before])}: nobody is left to be first" if before else ""
