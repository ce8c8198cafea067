"""Heads by HTTP POST to another system, as the text that a checkpoint is; signed as webhooks for warnings are.

Sources: C2SP tlog-checkpoint; Standard Webhooks 1.0.0 (see channel_webhook).
"""

import time

from msgspec import Struct

from sargas.model.errors import ConfigError
from sargas.model.record import Head
from sargas.share import channel_webhook
from sargas.share.channel_webhook import Address, Webhook
from sargas.share.head_words import identity, is_exercise

MEDIA_TYPE = "text/plain; charset=utf-8"


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to post.

    `secret_file` holds the signing secret as `whsec_` and base64; `bearer_file` a token that is sent as
    `Authorization: Bearer`. The certificate of the other end is always checked, against `ca_file` alone if it is
    given; `certificate_file` and `key_file` are our own. `http` is for this machine alone, unless `is_plain_allowed`.
    """

    url: Address
    secret_file: str = ""
    bearer_file: str = ""
    ca_file: str = ""
    certificate_file: str = ""
    key_file: str = ""
    is_plain_allowed: bool = False


def build(settings: Settings, name: str) -> "Posted":
    """Return the witness `name`.

    Raises:
        ConfigError: an address or a file cannot be used.
    """
    try:
        return Posted(settings)
    except ConfigError as error:
        raise ConfigError(f"witness '{name}': {error}") from error


class Posted:
    """Posts heads to one address."""

    def __init__(self, settings: Settings) -> None:
        self._webhook = Webhook(
            channel_webhook.Settings(
                url=settings.url,
                secret_file=settings.secret_file,
                bearer_file=settings.bearer_file,
                ca_file=settings.ca_file,
                certificate_file=settings.certificate_file,
                key_file=settings.key_file,
                is_plain_allowed=settings.is_plain_allowed,
            ),
            time.time,
        )

    async def publish(self, head: Head) -> None:
        """Return once the other end has taken the head; a repeat has the same `webhook-id`.

        Raises:
            ChannelError: it did not take it.
        """
        body = head.note.encode()
        headers = self._webhook.headers(identity(head), MEDIA_TYPE, body, is_exercise=is_exercise(head))
        await self._webhook.post(headers, body)
