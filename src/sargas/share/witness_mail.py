"""Heads by e-mail: what stands in other people's mailboxes cannot be taken back."""

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from sargas.model.errors import ConfigError
from sargas.model.record import Head
from sargas.share import channel_mail
from sargas.share.channel_mail import POLICY, Mail, Mailbox, message_id
from sargas.share.head_words import identity, is_exercise
from sargas.share.wording import EXERCISE, one_line

TEXT = """\
Below is the signed head of a record of airspace incidents: a checkpoint after c2sp.org/tlog-checkpoint. Please keep
it. Who wants to know later whether the record was rewritten compares it with this head.
"""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which server takes the mail, and to whom it goes; the keys are those of the channel `mail`."""

    host: Annotated[str, Meta(min_length=1, max_length=255)]
    sender: Mailbox
    recipients: Annotated[tuple[Mailbox, ...], Meta(min_length=1, max_length=100)]
    sender_name: Annotated[str, Meta(max_length=64)] = "Sargas"
    port: Annotated[int, Meta(ge=1, le=65_535)] | None = None
    tls: Literal["starttls", "tls", "none"] = "starttls"
    user: Annotated[str, Meta(max_length=255)] = ""
    password_file: str = ""
    ca_file: str = ""
    certificate_file: str = ""
    key_file: str = ""
    is_plain_allowed: bool = False


def build(settings: Settings, name: str) -> "Mailed":
    """Return the witness `name`.

    Raises:
        ConfigError: a file cannot be used, or the mail would go in the clear.
    """
    try:
        return Mailed(settings)
    except ConfigError as error:
        raise ConfigError(f"witness '{name}': {error}") from error


class Mailed:
    """Sends heads through one server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._mail = Mail(
            channel_mail.Settings(
                host=settings.host,
                sender=settings.sender,
                recipients=settings.recipients,
                sender_name=settings.sender_name,
                port=settings.port,
                tls=settings.tls,
                user=settings.user,
                password_file=settings.password_file,
                ca_file=settings.ca_file,
                certificate_file=settings.certificate_file,
                key_file=settings.key_file,
                is_plain_allowed=settings.is_plain_allowed,
            )
        )

    async def publish(self, head: Head) -> None:
        """Return once the server has the mail for at least one recipient; a repeat has the same Message-ID.

        Raises:
            ChannelError: it took it for nobody.
        """
        await self._mail.send(message(head, self._settings).as_bytes(policy=POLICY))


def message(head: Head, settings: Settings) -> EmailMessage:
    """Return the mail: a word of what it is, and the head as it is."""
    mail = EmailMessage(policy=POLICY)
    mail["Message-ID"] = message_id(identity(head), settings.sender.partition("@")[2])
    mail["Date"] = format_datetime(datetime.fromtimestamp(int(head.time_s), UTC))
    mail["From"] = Address(one_line(settings.sender_name), addr_spec=settings.sender)
    mail["To"] = tuple(Address(addr_spec=mailbox) for mailbox in settings.recipients)
    mark = f"[{EXERCISE}] " if is_exercise(head) else ""
    origin = head.note.partition("\n")[0]
    mail["Subject"] = one_line(f"{mark}Head of the record {origin}: {head.n_entries} entries")
    mail["Auto-Submitted"] = "auto-generated"
    text = f"{EXERCISE}: nothing of it has happened.\n\n{TEXT}" if is_exercise(head) else TEXT
    mail.set_content(f"{text}\n{head.note}", charset="utf-8", cte="quoted-printable")
    return mail
