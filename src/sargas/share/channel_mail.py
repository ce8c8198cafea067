"""Warnings by e-mail through one mail server: plain text in all languages, the CAP message attached.

The same bulletin is the same bytes on every attempt, under the same Message-ID, by which mail systems know a repeat.

Sources: RFC 5322 (message), 3.6.4 (Message-ID, In-Reply-To, References); RFC 3834, 5 (Auto-Submitted); RFC 4021, 2.1.
`application/cap+xml` is what CAP feeds use; RFC 8876 registers another type, for calls to emergency services alone.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from email.headerregistry import Address, Group
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Annotated, Final, Literal

import aiosmtplib
from msgspec import Meta, Struct

from sargas.model.errors import ChannelError, ConfigError
from sargas.model.warning import WarningText
from sargas.ports import Bulletin
from sargas.share import cap_profile
from sargas.share.bulletin_json import earlier_ids
from sargas.share.connecting import CHECK_S, WHOLE_S, is_loopback, secret, tls_context
from sargas.share.shown import clock_text
from sargas.share.wording import EXERCISE, marked, one_line, paragraphs, safe_name

_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
Mailbox = Annotated[
    str,
    Meta(
        pattern=rf"^{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})*\Z",
        max_length=200,
        description="name@host",
    ),
]
"""The dot-atom form of an address (RFC 5322, 3.4.1): what stands in a command to the server needs no quoting."""
WHOLE_CHECK_EVERY_S: Final = 60.0
"""So often a check goes through TLS and the password; those between end after the greeting, to spare the server."""
PORTS: Final = {"tls": 465, "starttls": 587, "none": 25}
"""RFC 8314, 3.3; RFC 6409, 3.1; RFC 5321, 4.5.4.2."""
SUBJECT_MAX: Final = 240
REFUSALS_TOLD: Final = 5
GOODBYE_S: Final = 0.5
POLICY: Final = SMTP.clone(cte_type="7bit")
"""Every server takes seven bits, so that the bytes do not depend on what one offers."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which server takes the mail, and to whom it goes.

    `port` is that of `tls` if it is not given: 465, 587 for `starttls`, 25 for `none`. The server's certificate is
    always checked, against `ca_file` alone if it is given. `password_file` belongs to `user`. `none` is for this
    machine alone, unless `is_plain_allowed`. With `is_list_hidden` no recipient sees the others.
    """

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
    is_list_hidden: bool = False


def build(settings: Settings, name: str) -> "Mail":
    """Return the channel `name`.

    Raises:
        ConfigError: a file cannot be used, or the mail would go in the clear.
    """
    try:
        return Mail(settings)
    except ConfigError as error:
        raise ConfigError(f"channel '{name}': {error}") from error


class Mail:
    """Sends bulletins through one server, each over a connection of its own."""

    def __init__(self, settings: Settings) -> None:
        if settings.tls == "none" and not settings.is_plain_allowed and not is_loopback(settings.host):
            raise ConfigError(f"tls: expected TLS; set is_plain_allowed if the way to {settings.host} is safe")
        if bool(settings.user) != bool(settings.password_file):
            raise ConfigError("user and password_file: expected both or neither")
        self._settings = settings
        self._port = settings.port or PORTS[settings.tls]
        self._password = secret(settings.password_file, "password_file")
        self._tls = tls_context(settings.ca_file, settings.certificate_file, settings.key_file)
        self._label = f"{settings.host}:{self._port}"
        self._whole_check_at_s = 0.0

    async def deliver(self, bulletin: Bulletin) -> str:
        """Return what the server said, and whom it refused, once it has the mail for at least one recipient.

        Raises:
            ChannelError: it took it for nobody, and why.
        """
        return await self.send(message(bulletin, self._settings).as_bytes(policy=POLICY))

    async def send(self, data: bytes) -> str:
        """Return what the server said, and whom it refused, once it has the mail for at least one recipient.

        Raises:
            ChannelError: it took it for nobody, and why.
        """
        settings = self._settings
        client = self._client()
        is_sent = False
        try:
            async with self._talk(client, WHOLE_S):
                await client.connect()
                is_sent = True
                refused, said = await client.sendmail(settings.sender, settings.recipients, data)
        except TimeoutError as error:
            maybe = "; it may have the mail all the same" if is_sent else ""
            raise ChannelError(f"{self._label} did not answer within {WHOLE_S:g} s{maybe}") from error
        n_all, n_taken = len(settings.recipients), len(settings.recipients) - len(refused)
        receipt = f"taken by {self._label} for {n_taken} of {n_all} recipients: {one_line(said)}"
        return f"{receipt}; REFUSED: {_refusals(refused)}" if refused else receipt

    async def check(self) -> str:
        """Return that the server takes us, with TLS and password if those are set; no mail is sent.

        Raises:
            ChannelError: it does not.
        """
        moment_s = asyncio.get_running_loop().time()
        client = self._client()
        try:
            async with self._talk(client, CHECK_S):
                if moment_s < self._whole_check_at_s:
                    await client.connect(start_tls=False, username=None, password=None)
                else:
                    self._whole_check_at_s = moment_s  # if this one fails, the next one is whole again
                    await client.connect()
                    await client.noop()
                    self._whole_check_at_s += WHOLE_CHECK_EVERY_S
        except TimeoutError as error:
            self._whole_check_at_s = 0.0
            raise ChannelError(f"{self._label} did not answer within {CHECK_S:g} s") from error
        return f"{self._label} is ready for mail"

    async def close(self) -> None:
        """Nothing stays open between two mails."""

    @contextlib.asynccontextmanager
    async def _talk(self, client: aiosmtplib.SMTP, longest_s: float) -> AsyncIterator[None]:
        """Let a talk with the server run its course, and end the connection however it ends.

        Raises:
            TimeoutError: it took longer than that.
            ChannelError: it failed, and why.
        """
        try:
            async with asyncio.timeout(longest_s):
                yield
            await _leave(client)
        except aiosmtplib.SMTPTimeoutError as error:
            raise TimeoutError from error
        except TimeoutError:
            raise
        except (aiosmtplib.SMTPException, OSError, UnicodeError) as error:
            raise ChannelError(f"{self._label}: {_why(error)}") from error
        finally:
            _hang_up(client)

    def _client(self) -> aiosmtplib.SMTP:
        settings = self._settings
        return aiosmtplib.SMTP(
            hostname=settings.host,
            port=self._port,
            local_hostname=settings.sender.partition("@")[2],
            timeout=WHOLE_S,
            use_tls=settings.tls == "tls",
            start_tls=settings.tls == "starttls",
            tls_context=self._tls,
            username=settings.user or None,
            password=self._password or None,
        )


def message(bulletin: Bulletin, settings: Settings) -> EmailMessage:
    """Return the mail: the words as plain text, a block a language, and the CAP message as an attachment."""
    host = settings.sender.partition("@")[2]
    mail = EmailMessage(policy=POLICY)
    mail["Message-ID"] = message_id(bulletin.bulletin_id, host)
    if earlier := [message_id(one, host) for one in earlier_ids(bulletin)]:
        mail["In-Reply-To"] = earlier[-1]
        mail["References"] = " ".join(earlier)
    mail["Date"] = format_datetime(datetime.fromtimestamp(int(bulletin.sent_s), UTC))
    mail["From"] = Address(one_line(settings.sender_name), addr_spec=settings.sender)
    if settings.is_list_hidden:
        mail["To"] = Group("undisclosed-recipients")
    else:
        mail["To"] = tuple(Address(addr_spec=mailbox) for mailbox in settings.recipients)
    mail["Subject"] = _subject(bulletin)
    mail["Auto-Submitted"] = "auto-generated"
    mail["Importance"] = "normal" if bulletin.is_exercise else "high"
    mail.set_content(_text(bulletin), charset="utf-8", cte="quoted-printable")
    name = safe_name(bulletin.bulletin_id)
    mail.add_attachment(
        bulletin.cap_xml,
        maintype="application",
        subtype="cap+xml",
        filename=f"{EXERCISE}-{name}.xml" if bulletin.is_exercise else f"{name}.xml",
    )
    # Neither base64 nor quoted-printable ever writes `=_`; and no chance is in it, so that a repeat is the same.
    mail.set_boundary("=_" + hashlib.sha256(name.encode()).hexdigest()[:32])
    return mail


def message_id(bulletin_id: str, host: str) -> str:
    """Return the Message-ID of a bulletin: the same on every attempt."""
    return f"<{safe_name(bulletin_id)}@{host}>"


def _subject(bulletin: Bulletin) -> str:
    content = bulletin.warning.content
    headlines = " / ".join(dict.fromkeys(text.headline for text in content.texts))
    mark = f"[{EXERCISE}] " if bulletin.is_exercise else ""
    return one_line(f"{mark}[{content.level}] {headlines}", SUBJECT_MAX)


def _text(bulletin: Bulletin) -> str:
    warning, is_exercise = bulletin.warning, bulletin.is_exercise
    parts = [f"{EXERCISE} {EXERCISE} {EXERCISE}: this is not a real warning."] if is_exercise else []
    parts += [_block(text, is_exercise=is_exercise) for text in warning.content.texts]
    until = clock_text(warning.content.expires_s)
    facts = [
        f"Warning {one_line(warning.warning_id)} ({warning.kind}, {warning.content.level}), until {until}.",
        *([f"It replaces {one_line(', '.join(warning.references))}."] if warning.references else []),
        f"Identity: {one_line(bulletin.bulletin_id)}. The CAP message is attached.",
    ]
    return "\n\n".join([*parts, marked("\n".join(facts), is_exercise=is_exercise)]) + "\n"


def _block(text: WarningText, *, is_exercise: bool) -> str:
    words = (text.headline, text.description, text.instruction, text.area)
    told = [paragraphs(word) for word in words]
    told[0] = cap_profile.marked(told[0], text.language, is_exercise=is_exercise)
    return "\n\n".join([f"===== {text.language} =====", *(word for word in told if word)])


async def _leave(client: aiosmtplib.SMTP) -> None:
    """Say goodbye, as servers like it; what was taken is taken, whatever the answer."""
    with contextlib.suppress(TimeoutError, aiosmtplib.SMTPException, OSError):
        async with asyncio.timeout(GOODBYE_S):
            await client.quit()


def _hang_up(client: aiosmtplib.SMTP) -> None:
    """Close the connection at once: what is still in its buffer does not leave any more."""
    transport = client.transport
    client.close()
    if isinstance(transport, asyncio.Transport):
        transport.abort()


def _refusals(refused: Mapping[str, aiosmtplib.SMTPResponse]) -> str:
    first = list(refused.items())[:REFUSALS_TOLD]
    told = [f"{mailbox} ({code} {one_line(text, 80)})" for mailbox, (code, text) in first]
    more = f" and {len(refused) - REFUSALS_TOLD} more" if len(refused) > REFUSALS_TOLD else ""
    return ", ".join(told) + more


def _why(error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        refused = {one.recipient: aiosmtplib.SMTPResponse(one.code, one.message) for one in error.recipients}
        return f"refused every recipient: {_refusals(refused)}"
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return f"refused user and password: {error.code} {one_line(error.message)}"
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"refused it: {error.code} {one_line(error.message)}"
    return one_line(str(error)) or type(error).__name__
