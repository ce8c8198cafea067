"""Warnings on an MQTT broker: the latest of each incident stands retained on two topics, as JSON and as CAP.

`<prefix>/warnings/<incident>` has the JSON of docs/reference/channels.md, `<prefix>/cap/<incident>` the CAP message.
A repeat puts the same bytes on the same topics; its `id` tells that it is the same.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

from msgspec import structs

from sargas.model.errors import ConfigError
from sargas.ports import Bulletin
from sargas.share.bulletin_json import encoded
from sargas.share.connecting import CHECK_S, WHOLE_S
from sargas.share.mqtt_link import Access, Broker, Link, Message, OneThread, access_to, topic
from sargas.share.wording import safe_name

Settings = Broker
GRACE_S: Final = 0.25
"""So much later a thread that hangs, where it looks up a name, is left to itself."""


def build(settings: Settings, name: str) -> "Mqtt":
    """Return the channel `name`.

    Raises:
        ConfigError: a file cannot be used, or messages would go in the clear.
    """
    try:
        return Mqtt(access_to(settings, f"sargas-{name}"))
    except ConfigError as error:
        raise ConfigError(f"channel '{name}': {error}") from error


class Mqtt:
    """Publishes bulletins on one broker, each over a connection of its own."""

    def __init__(self, access: Access) -> None:
        self._access = access
        # No delivery shall wait for a check, and under one id the broker would end the other's connection.
        self._for_checks = structs.replace(access, client_id=f"{access.client_id}-check")
        self._delivering, self._checking = OneThread(), OneThread()

    async def deliver(self, bulletin: Bulletin) -> str:
        """Return where it stands, once the broker has confirmed it.

        Raises:
            ChannelError: the broker has not confirmed it.
        """
        found = messages(bulletin, self._access.broker)
        work = _on_link(self._access, WHOLE_S, lambda link, left_s: link.publish(found, left_s, is_confirmed=True))
        is_heard = await self._delivering.do(work, WHOLE_S + GRACE_S, self._late(WHOLE_S))
        nobody = "" if is_heard else "; nobody is subscribed to it now"
        return f"retained by {self._access.label} as {found[0].topic}{nobody}"

    async def check(self) -> str:
        """Return that the broker lets us in; nothing is published.

        Raises:
            ChannelError: it does not.
        """
        work = _on_link(self._for_checks, CHECK_S, lambda _link, _left_s: True)
        await self._checking.do(work, CHECK_S + GRACE_S, self._late(CHECK_S))
        return f"{self._access.label} lets us in"

    async def close(self) -> None:
        """Nothing stays open between two deliveries."""

    def _late(self, longest_s: float) -> str:
        return f"broker {self._access.label}: did not answer within {longest_s:g} s"


def messages(bulletin: Bulletin, broker: Broker) -> tuple[Message, Message]:
    """Return what is published of a bulletin: JSON and CAP."""
    incident = safe_name(bulletin.warning.incident_id)
    topics = (topic(broker, part, incident, is_exercise=bulletin.is_exercise) for part in ("warnings", "cap"))
    payloads = (encoded(bulletin, has_cap=False), bulletin.cap_xml)
    first, second = (Message(name, payload) for name, payload in zip(topics, payloads, strict=True))
    return first, second


def _on_link(
    access: Access, longest_s: float, work: Callable[[Link, float], bool]
) -> Callable[[threading.Event], bool]:
    """Return work that opens a connection of its own, does its part in the time that is left, and closes it."""

    def run(stop: threading.Event) -> bool:
        started_s = time.monotonic()
        link = Link(access, stop)
        try:
            link.open(longest_s)
            return work(link, longest_s - (time.monotonic() - started_s))
        finally:
            link.close()

    return run
