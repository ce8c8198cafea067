"""A warning by e-mail, as aiosmtpd takes it and the standard library's parser reads it."""

import asyncio
import email
import email.policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

import share_kit as kit
from sargas.model.errors import ChannelError, ConfigError
from sargas.model.warning import WarningText
from sargas.ports import Bulletin
from sargas.share import channel_mail
from sargas.share.channel_mail import POLICY, Mail, Settings, build, message
from share_peers import Certificates, Listener, MailServer, closed_port, until

RECIPIENTS = ("duty@vilnius.example", "112@rescue.example", "news@radio.example")
SETTINGS = Settings(host="127.0.0.1", sender="watch@sargas.example", recipients=RECIPIENTS, tls="none")
HEADERS = {
    "Message-ID", "In-Reply-To", "References", "Date", "From", "To", "Subject", "Auto-Submitted", "Importance",
    "MIME-Version", "Content-Type",
}  # fmt: skip


def mail(port: int, **changes: Any) -> Mail:
    return Mail(structs.replace(SETTINGS, port=port, **changes))


def parsed(data: bytes) -> EmailMessage:
    read = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    assert not read.defects
    return read


def read(bulletin: Bulletin, **changes: Any) -> EmailMessage:
    return parsed(message(bulletin, structs.replace(SETTINGS, **changes)).as_bytes(policy=POLICY))


def text_of(read: EmailMessage) -> str:
    body = read.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def cap_of(read: EmailMessage) -> EmailMessage:
    (part,) = read.iter_attachments()
    assert isinstance(part, EmailMessage)
    return part


# --- what arrives ---


async def test_everybody_gets_the_words_in_all_languages_and_the_cap_message() -> None:
    bulletin = kit.bulletin()
    async with MailServer() as server:
        receipt = await mail(server.port).deliver(bulletin)
    ((sender, recipients, data),) = server.mails
    assert sender == "watch@sargas.example"
    assert recipients == RECIPIENTS
    arrived = parsed(data)
    text = text_of(arrived)
    for words in bulletin.warning.content.texts:
        assert f"===== {words.language} =====\n\n{words.headline}\n\n{words.description}\n\n" in text
        assert words.instruction in text
        assert words.area in text
    assert cap_of(arrived).get_content_type() == "application/cap+xml"
    assert cap_of(arrived).get_content() == bulletin.cap_xml
    assert receipt == f"taken by 127.0.0.1:{server.port} for 3 of 3 recipients: OK queued as 4711"


async def test_the_languages_stand_apart_and_in_order() -> None:
    lithuanian, english = text_of(read(kit.bulletin())).split("===== en =====")
    assert kit.LITHUANIAN.description in lithuanian
    assert kit.ENGLISH.description in english
    assert kit.LITHUANIAN.description not in english


def test_the_subject_has_level_and_headlines() -> None:
    assert read(kit.bulletin())["Subject"] == f"[yellow] {kit.LITHUANIAN.headline} / {kit.ENGLISH.headline}"


def test_it_says_that_no_person_wrote_it_so_that_nobody_answers_by_machine() -> None:
    """RFC 3834, section 5."""
    assert read(kit.bulletin())["Auto-Submitted"] == "auto-generated"


def test_the_date_is_when_it_was_sent_not_when_it_was_tried() -> None:
    """2025-07-28 02:00:02 UTC is a Monday."""
    assert read(kit.bulletin())["Date"] == "Mon, 28 Jul 2025 02:00:02 +0000"


def test_recipients_may_be_hidden_from_each_other() -> None:
    shown = read(kit.bulletin())
    assert shown["To"] == ", ".join(RECIPIENTS)
    hidden = message(kit.bulletin(), structs.replace(SETTINGS, is_list_hidden=True)).as_bytes(policy=POLICY)
    assert b"rescue.example" not in hidden
    assert parsed(hidden)["To"] == "undisclosed-recipients:;"


# --- identity ---


async def test_a_repeat_is_the_same_bytes() -> None:
    async with MailServer() as server:
        for _ in range(2):
            await mail(server.port).deliver(kit.bulletin())
    first, second = (data for _, _, data in server.mails)
    assert first == second


def test_the_message_id_is_made_of_the_bulletin_and_the_sender() -> None:
    bulletin = kit.bulletin()
    assert read(bulletin)["Message-ID"] == f"<{bulletin.bulletin_id}@sargas.example>"


def test_an_update_and_an_all_clear_answer_what_came_before() -> None:
    """RFC 5322, 3.6.4: In-Reply-To names the parent, References all before."""
    first, second, last = (read(bulletin) for bulletin in kit.series())
    assert first["In-Reply-To"] is None
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert last["In-Reply-To"] == second["Message-ID"]
    assert last["References"] == f"{first['Message-ID']} {second['Message-ID']}"


def test_identities_that_do_not_tell_the_warning_answer_nothing() -> None:
    assert read(kit.bulletin("update", bulletin_id="another"))["In-Reply-To"] is None


# --- an exercise ---


def test_an_exercise_says_so_in_subject_words_and_attachment() -> None:
    arrived = read(kit.bulletin(is_exercise=True))
    assert arrived["Subject"].startswith("[EXERCISE] [yellow] ")
    text = text_of(arrived)
    assert text.startswith("EXERCISE EXERCISE EXERCISE: this is not a real warning.\n")
    assert "===== lt =====\n\nPRATYBOS: Oro pavojus" in text
    assert "===== en =====\n\nEXERCISE: Air danger" in text
    assert (cap_of(arrived).get_filename() or "").startswith("EXERCISE-")
    assert b"<status>Exercise</status>" in cap_of(arrived).get_content()


def test_nothing_else_says_exercise() -> None:
    assert b"EXERCISE" not in message(kit.bulletin(), SETTINGS).as_bytes(policy=POLICY)


# --- words that would break it ---

WORDS = st.text(st.characters(), min_size=1, max_size=160)


@settings(deadline=None)
@given(words=WORDS, area=WORDS, title=WORDS, identity=WORDS, officer=WORDS)
def test_no_words_make_another_header_or_part(words: str, area: str, title: str, identity: str, officer: str) -> None:
    text = WarningText(language="lt", headline=words, description=words, instruction=words, area=area)
    about = kit.warning(content=kit.content(texts=(text,)), warning_id=identity, sent_by=officer)
    for is_exercise in (False, True):
        bulletin = kit.bulletin(
            warning=about, title=title, bulletin_id=identity, cap_xml=b"<x/>", is_exercise=is_exercise
        )
        data = message(bulletin, SETTINGS).as_bytes(policy=POLICY)
        arrived = parsed(data)
        assert set(arrived.keys()) <= HEADERS
        assert len(arrived.keys()) == len(set(arrived.keys()))
        assert len(list(arrived.walk())) == 3
        assert cap_of(arrived).get_content() == b"<x/>"
        assert data.isascii()
        assert max(len(line) for line in data.split(b"\r\n")) <= 998  # RFC 5322, 2.1.1
        assert b"\n" not in data.replace(b"\r\n", b"")


@settings(deadline=None)
@given(identity=st.text(max_size=400))
def test_every_identity_makes_a_message_id_of_its_own_that_a_header_can_hold(identity: str) -> None:
    arrived = read(kit.bulletin(bulletin_id=identity))
    assert str(arrived["Message-ID"]).endswith("@sargas.example>")
    other = read(kit.bulletin(bulletin_id=identity + "."))
    assert arrived["Message-ID"] != other["Message-ID"]


async def test_the_worst_words_arrive() -> None:
    async with MailServer() as server:
        await mail(server.port).deliver(kit.hostile())
    ((_, recipients, data),) = server.mails
    assert recipients == RECIPIENTS
    assert set(parsed(data).keys()) <= HEADERS
    assert "Bcc: all@example.com" in text_of(parsed(data))  # in the text it harms nobody
    assert cap_of(parsed(data)).get_content() == kit.hostile().cap_xml


# --- what a server may say ---


async def test_whom_the_server_refuses_is_told_in_the_receipt() -> None:
    async with MailServer() as server:
        server.refused = {"112@rescue.example": "550 no such user"}
        receipt = await mail(server.port).deliver(kit.bulletin())
    assert "for 2 of 3 recipients" in receipt
    assert receipt.endswith("; REFUSED: 112@rescue.example (550 no such user)")


async def test_refusing_everybody_is_a_failure() -> None:
    async with MailServer() as server:
        server.refused = dict.fromkeys(RECIPIENTS, "450 try later")
        with pytest.raises(ChannelError, match=r"refused every recipient: duty@vilnius\.example \(450 try later\)"):
            await mail(server.port).deliver(kit.bulletin())
    assert not server.mails


async def test_a_mail_that_is_refused_is_a_failure() -> None:
    async with MailServer() as server:
        server.last_word = "554 looks like spam"
        with pytest.raises(ChannelError, match="refused it: 554 looks like spam"):
            await mail(server.port).deliver(kit.bulletin())


async def test_a_closed_port_is_told_at_once() -> None:
    port = closed_port()
    async with asyncio.timeout(2.0):
        with pytest.raises(ChannelError, match=f"127.0.0.1:{port}: Error connecting"):
            await mail(port).deliver(kit.bulletin())
        with pytest.raises(ChannelError, match="Error connecting"):
            await mail(port).check()


async def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_mail, "WHOLE_S", 0.2)
    monkeypatch.setattr(channel_mail, "CHECK_S", 0.1)
    async with Listener() as server:
        with pytest.raises(ChannelError, match=r"did not answer within 0\.2 s$"):
            await mail(server.port).deliver(kit.bulletin())
        with pytest.raises(ChannelError, match=r"did not answer within 0\.1 s$"):
            await mail(server.port).check()
        await until(lambda: not server.n_open)


async def test_a_server_that_falls_silent_after_the_mail_may_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_mail, "WHOLE_S", 0.5)

    class Silent(MailServer):
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
            await asyncio.sleep(2.0)
            return "250 OK"

    async with Silent() as server:
        with pytest.raises(ChannelError, match="it may have the mail all the same"):
            await mail(server.port).deliver(kit.bulletin())


@pytest.mark.parametrize(
    "garbage", [b"\x00\xff\r\n" * 9, b"HTTP/1.1 400 Bad\r\n\r\n", b"999 what\r\n", b"220-\r\n" * 9_000]
)
async def test_what_is_no_mail_server_is_told_plainly(garbage: bytes) -> None:
    class Rude(Listener):
        async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(garbage)
            await writer.drain()
            writer.write_eof()
            await reader.read()

    async with Rude() as server:
        with pytest.raises(ChannelError) as caught:
            await mail(server.port).deliver(kit.bulletin())
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


async def test_a_delivery_that_is_cancelled_ends_its_connection_and_leaves_no_mail() -> None:
    async with Listener() as server:
        delivering = asyncio.create_task(mail(server.port).deliver(kit.bulletin()))
        await until(lambda: server.n_open)
        delivering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await delivering
        await until(lambda: not server.n_open)


# --- TLS and password ---


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.mark.parametrize("tls", ["tls", "starttls"])
async def test_mail_goes_over_tls_with_a_password(certificates: Certificates, tmp_path: Path, tls: str) -> None:
    (tmp_path / "password").write_text("correct horse\n")
    ways = {"tls": tls, "ca_file": certificates.ca_file, "user": "watch"}
    async with MailServer(certificates.server(), is_tls_at_once=tls == "tls", password="correct horse") as server:
        channel = mail(server.port, **ways, password_file=str(tmp_path / "password"))
        await channel.deliver(kit.bulletin())
        assert await channel.check() == f"127.0.0.1:{server.port} is ready for mail"
    assert len(server.mails) == 1
    assert set(server.logins) == {"watch"}


async def test_a_wrong_password_is_told_but_not_repeated(certificates: Certificates, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("battery")
    ways = {"tls": "starttls", "ca_file": certificates.ca_file, "user": "watch"}
    async with MailServer(certificates.server(), password="correct horse") as server:
        channel = mail(server.port, **ways, password_file=str(tmp_path / "password"))
        with pytest.raises(ChannelError, match="refused user and password: 535") as caught:
            await channel.deliver(kit.bulletin())
    assert "battery" not in str(caught.value)
    assert not server.mails


@pytest.mark.parametrize("tls", ["tls", "starttls"])
async def test_a_certificate_that_nobody_vouches_for_is_refused(certificates: Certificates, tls: str) -> None:
    async with MailServer(certificates.server(), is_tls_at_once=tls == "tls") as server:
        with pytest.raises(ChannelError, match="CERTIFICATE_VERIFY_FAILED"):
            await mail(server.port, tls=tls).deliver(kit.bulletin())
    assert not server.mails


async def test_mail_does_not_go_in_the_clear_to_a_server_without_starttls() -> None:
    async with MailServer() as server:
        with pytest.raises(ChannelError, match="STARTTLS"):
            await mail(server.port, tls="starttls").deliver(kit.bulletin())
    assert not server.mails


# --- the check ---


async def test_a_check_sends_no_mail_and_logs_in_now_and_then(certificates: Certificates, tmp_path: Path) -> None:
    """A watch checks every few seconds; a server would take a login each time for an attack."""
    (tmp_path / "password").write_text("word")
    ways = {"tls": "starttls", "ca_file": certificates.ca_file, "user": "watch"}
    async with MailServer(certificates.server(), password="word") as server:
        channel = mail(server.port, **ways, password_file=str(tmp_path / "password"))
        for _ in range(4):
            assert await channel.check() == f"127.0.0.1:{server.port} is ready for mail"
    assert server.logins == ["watch"]
    assert not server.mails


async def test_after_a_check_that_failed_the_next_one_is_whole(certificates: Certificates, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("word")
    ways = {"tls": "starttls", "ca_file": certificates.ca_file, "user": "watch"}
    async with MailServer(certificates.server(), password="another") as server:
        channel = mail(server.port, **ways, password_file=str(tmp_path / "password"))
        for _ in range(3):
            with pytest.raises(ChannelError, match="refused user and password"):
                await channel.check()


# --- the settings ---


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"host": "mail.example", "tls": "none"},
            "tls: expected TLS; set is_plain_allowed if the way to mail.example",
        ),
        ({"user": "watch"}, "user and password_file: expected both or neither"),
        ({"user": "watch", "password_file": "/nowhere/word"}, "password_file: /nowhere/word: No such file"),
        ({"ca_file": "/nowhere/ca.pem"}, "ca_file: /nowhere/ca.pem: No such file"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_key(changes: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=f"channel 'post': {words}"):
        build(structs.replace(SETTINGS, **changes), "post")


@pytest.mark.parametrize(
    "mailbox",
    ["duty", "a b@c.example", "a@b.example\r\nBcc: x@y.example", "<a@b.example>", "a@b.example,c@d.example",
     '"a"@b.example', "ą@b.example", "@b.example", "a@", "a@b.example\n", "a..b@c.example", ".a@c.example",
     "a@b..example", "a@-b.example"],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused_when_the_settings_are_read(mailbox: str) -> None:
    for table in (
        {"sender": mailbox, "recipients": ["a@b.example"]},
        {"sender": "a@b.example", "recipients": [mailbox]},
    ):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"host": "localhost", **table}, Settings)


@given(mailbox=st.from_regex(channel_mail.Mailbox.__metadata__[0].pattern).filter(lambda text: len(text) <= 200))
@settings(deadline=None)
def test_every_address_that_is_taken_fits_the_headers(mailbox: str) -> None:
    chosen = msgspec.convert({"host": "localhost", "sender": mailbox, "recipients": [mailbox]}, Settings)
    arrived = parsed(message(kit.bulletin(), chosen).as_bytes(policy=POLICY))
    assert arrived["To"].addresses[0].addr_spec == mailbox
    assert arrived["From"].addresses[0].addr_spec == mailbox


@pytest.mark.parametrize(("tls", "port"), [("tls", 465), ("starttls", 587), ("none", 25)])
async def test_the_port_is_the_usual_one(tls: str, port: int) -> None:
    """RFC 8314, 3.3; RFC 6409, 3.1; RFC 5321, 4.5.4.2. Nobody listens there in a test."""
    with pytest.raises(ChannelError, match=f"127.0.0.1:{port}"):
        await Mail(structs.replace(SETTINGS, tls=tls)).deliver(kit.bulletin())
