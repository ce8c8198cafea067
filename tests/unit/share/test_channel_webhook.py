"""A warning by HTTP POST: signed after Standard Webhooks, one identity, and plain reasons when it is not taken."""

import asyncio
import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

import share_kit as kit
from sargas.model.errors import ChannelError, ConfigError
from sargas.ports import Bulletin
from sargas.share import channel_webhook
from sargas.share.channel_webhook import Settings, Webhook, build, signature, signing_keys
from share_peers import Certificates, Listener, WebServer, closed_port

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW_S = 1_753_668_010.4
EXERCISE = kit.bulletin(is_exercise=True)


def webhook(port: int, *, scheme: str = "http", **changes: Any) -> Webhook:
    chosen = structs.replace(Settings(url=f"{scheme}://127.0.0.1:{port}/in?key=1"), **changes)
    return Webhook(chosen, lambda: NOW_S)


def file(folder: Path, text: str) -> str:
    path = folder / "secret"
    path.write_text(text, encoding="utf-8")
    return str(path)


def is_verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Verify as the specification tells receivers to (Standard Webhooks 1.0.0, "Signature scheme")."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(expected, one) for one in headers["webhook-signature"].split(" "))


# --- the signature ---


def test_the_signature_is_that_of_the_reference_library() -> None:
    """standard-webhooks/standard-webhooks, libraries/python/tests/test_webhooks.py, test_sign_function."""
    made = signature(signing_keys(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@settings(deadline=None)
@given(key=st.binary(min_size=24, max_size=64), body=st.binary(max_size=200))
def test_whatever_is_signed_is_verified_and_nothing_else(key: bytes, body: bytes) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()
    headers = {"webhook-id": "a-1", "webhook-timestamp": "17"}
    headers["webhook-signature"] = signature(signing_keys(secret), "a-1", 17, body)
    assert is_verified(secret, headers, body)
    assert not is_verified(secret, headers, body + b" ")
    assert not is_verified(secret, {**headers, "webhook-timestamp": "18"}, body)


async def test_a_delivery_is_signed_over_what_is_sent(tmp_path: Path) -> None:
    async with WebServer() as server:
        await webhook(server.port, secret_file=file(tmp_path, SECRET + "\n")).deliver(kit.bulletin())
    (request,) = server.requests
    assert is_verified(SECRET, request.headers, request.body)
    assert request.headers["webhook-timestamp"] == "1753668010"


async def test_the_receiver_of_the_docs_takes_what_we_send_and_nothing_else(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "howto" / "send-warnings.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(# verify\.py\n.*?)```", page, re.DOTALL)
    assert found is not None
    receiver: dict[str, Any] = {}
    exec(compile(found[1], "verify.py", "exec"), receiver)
    is_genuine = receiver["is_genuine"]
    async with WebServer() as server:
        await webhook(server.port, secret_file=file(tmp_path, SECRET)).deliver(kit.bulletin())
    (request,) = server.requests
    assert is_genuine(request.headers, request.body, SECRET, now_s=NOW_S)
    assert not is_genuine(request.headers, request.body + b" ", SECRET, now_s=NOW_S)
    assert not is_genuine(request.headers, request.body, SECRET, now_s=NOW_S + 600.0)
    assert not is_genuine(request.headers, request.body, "whsec_" + "A" * 32, now_s=NOW_S)


async def test_while_secrets_are_changed_both_verify(tmp_path: Path) -> None:
    new = "whsec_" + base64.b64encode(bytes(range(32))).decode()
    async with WebServer() as server:
        await webhook(server.port, secret_file=file(tmp_path, f"{new}\n{SECRET}\n")).deliver(kit.bulletin())
    (request,) = server.requests
    assert is_verified(SECRET, request.headers, request.body)
    assert is_verified(new, request.headers, request.body)


@pytest.mark.parametrize(
    "text",
    ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8=", "whsec_###", "whsec_" + "A" * 100, "hello"],
    ids=["no prefix", "too short", "no base64", "too long", "neither"],
)
def test_a_secret_of_another_form_is_refused_without_being_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"channel 'hook': secret_file: line 1: expected whsec_") as caught:
        build(Settings(url="https://example.com/", secret_file=file(tmp_path, text)), "hook")
    assert text not in str(caught.value)


# --- identity ---


async def test_a_repeat_has_the_same_identity_and_body() -> None:
    async with WebServer() as server:
        channel = webhook(server.port)
        await channel.deliver(kit.bulletin())
        await channel.deliver(kit.bulletin())
    first, second = server.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert first.body == second.body


async def test_the_three_bulletins_of_an_incident_have_three_identities() -> None:
    async with WebServer() as server:
        for bulletin in kit.series():
            await webhook(server.port).deliver(bulletin)
    assert len({request.headers["webhook-id"] for request in server.requests}) == 3


async def test_the_identity_has_no_full_stop_which_would_blur_what_is_signed() -> None:
    """Standard Webhooks 1.0.0, "Signature scheme": the id must not be allowed to include any full stop."""
    async with WebServer() as server:
        await webhook(server.port).deliver(kit.bulletin(bulletin_id="urn:oid:2.49.0.1.440.0.2025\r\nX: y"))
    (request,) = server.requests
    assert request.headers["webhook-id"] == "urn%3Aoid%3A2%2E49%2E0%2E1%2E440%2E0%2E2025%0D%0AX%3A%20y"
    assert request.headers["idempotency-key"] == f'"{request.headers["webhook-id"]}"'
    assert "x" not in request.headers


# --- what is sent ---


async def test_the_body_is_json_with_the_cap_message_in_it() -> None:
    bulletin = kit.bulletin("update")
    async with WebServer() as server:
        await webhook(server.port).deliver(bulletin)
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/in?key=1")
    assert request.headers["content-type"] == "application/json"
    told = json.loads(request.body)
    assert told["id"] == bulletin.bulletin_id
    assert told["cap"].encode() == bulletin.cap_xml


async def test_the_body_may_be_the_cap_message_as_it_is() -> None:
    async with WebServer() as server:
        await webhook(server.port, body="cap").deliver(EXERCISE)
    (request,) = server.requests
    assert request.headers["content-type"] == "application/cap+xml"
    assert request.body == EXERCISE.cap_xml
    assert request.headers["sargas-mark"] == "EXERCISE"


async def test_a_token_is_sent_as_bearer(tmp_path: Path) -> None:
    async with WebServer() as server:
        await webhook(server.port, bearer_file=file(tmp_path, "abc.DEF-123\n")).deliver(kit.bulletin())
    assert server.requests[0].headers["authorization"] == "Bearer abc.DEF-123"


@pytest.mark.parametrize("text", ["two words", "line\r\nX-Evil: 1", "ąžuolas"])
def test_a_token_that_would_break_the_header_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="bearer_file: expected one word of ASCII"):
        webhook(1, bearer_file=file(tmp_path, text))


async def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    async with WebServer() as server:
        await webhook(server.port).deliver(kit.bulletin())
    assert len(server.requests) == 1


# --- answers ---


def answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "202 Accepted", "204 No Content", "299 Odd"])
async def test_every_success_is_a_delivery(status: str) -> None:
    async with WebServer() as server:
        server.answer = answer(status) if not status.startswith("204") else b"HTTP/1.1 204 No Content\r\n\r\n"
        receipt = await webhook(server.port).deliver(kit.bulletin())
    assert f"HTTP {status[:3]}" in receipt


async def test_the_receipt_has_the_first_words_of_the_answer_on_one_line() -> None:
    async with WebServer() as server:
        server.answer = answer("201 Created", b"queued as 17\r\nthank\x00 you " + b"x" * 5_000)
        receipt = await webhook(server.port).deliver(kit.bulletin())
    assert f"taken by 127.0.0.1:{server.port}: HTTP 201: queued as 17 thank you xxx" in receipt
    assert len(receipt) < 300
    assert receipt.isprintable()


async def test_an_endless_answer_is_not_read_to_its_end() -> None:
    class Endless(WebServer):
        async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                writer.write(b"x" * 65_536)
                await writer.drain()

    async with Endless() as server, asyncio.timeout(3.0):
        assert "HTTP 200" in await webhook(server.port).deliver(kit.bulletin())


async def test_a_success_whose_words_never_come_is_a_delivery() -> None:
    async with WebServer() as server, asyncio.timeout(3.0):
        server.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nok"
        assert "HTTP 200" in await webhook(server.port).deliver(kit.bulletin())


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("400 Bad Request", "refused it; it will not take it again as it is: HTTP 400: no such tenant"),
        ("404 Not Found", "refused it"),
        ("409 Conflict", "refused it"),
        ("410 Gone", "refused it"),
        ("408 Request Timeout", "cannot take it now"),
        ("429 Too Many Requests", "cannot take it now"),
        ("500 Internal Server Error", "cannot take it now: HTTP 500: no such tenant"),
        ("503 Service Unavailable", "cannot take it now"),
    ],
)
async def test_a_refusal_says_whether_it_may_pass(status: str, words: str) -> None:
    async with WebServer() as server:
        server.answer = answer(status, b"no such tenant")
        with pytest.raises(ChannelError, match=words):
            await webhook(server.port).deliver(kit.bulletin())


async def test_how_long_to_wait_is_passed_on() -> None:
    async with WebServer() as server:
        server.answer = answer("503 Service Unavailable", b"", "Retry-After: 30")
        with pytest.raises(ChannelError, match="cannot take it now and asks to wait 30: HTTP 503"):
            await webhook(server.port).deliver(kit.bulletin())


async def test_a_redirect_is_not_followed_and_its_aim_is_told() -> None:
    async with WebServer() as elsewhere, WebServer() as server:
        server.answer = answer("308 Permanent Redirect", b"", f"Location: http://127.0.0.1:{elsewhere.port}/new")
        with pytest.raises(
            ChannelError, match=rf"points to 'http://127\.0\.0\.1:{elsewhere.port}/new', which is not"
        ):
            await webhook(server.port).deliver(kit.bulletin())
    assert not elsewhere.requests


async def test_a_status_that_means_already_there_is_a_delivery_where_the_receiver_says_so() -> None:
    async with WebServer() as server:
        server.answer = answer("409 Conflict", b"known")
        receipt = await webhook(server.port, already_there=(409,)).deliver(kit.bulletin())
    assert receipt == f"taken by 127.0.0.1:{server.port}, which had it already: HTTP 409: known"


async def test_208_is_told_as_already_there() -> None:
    async with WebServer() as server:
        server.answer = answer("208 Already Reported")
        assert "which had it already" in await webhook(server.port).deliver(kit.bulletin())


@pytest.mark.parametrize("garbage", [b"\x00\xff" * 100, b"SSH-2.0-x\r\n", b"HTTP/1.1 abc\r\n\r\n", b""])
async def test_what_is_no_answer_is_told_plainly(garbage: bytes) -> None:
    class Rude(WebServer):
        async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(garbage)
            await writer.drain()

    async with Rude() as server:
        with pytest.raises(ChannelError, match=r"the connection to 127\.0\.0\.1:[0-9]+ broke off: ") as caught:
            await webhook(server.port).deliver(kit.bulletin())
    assert str(caught.value).isprintable()


# --- nobody there ---


async def test_a_closed_port_is_told_at_once() -> None:
    port = closed_port()
    async with asyncio.timeout(2.0):
        with pytest.raises(ChannelError, match=f"127.0.0.1:{port} cannot be reached"):
            await webhook(port).deliver(kit.bulletin())


async def test_a_reason_does_not_tell_the_path_which_may_hold_a_key() -> None:
    with pytest.raises(ChannelError) as caught:
        await webhook(closed_port()).deliver(kit.bulletin())
    assert "key=1" not in str(caught.value)


async def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_webhook, "WHOLE_S", 0.2)
    async with Listener() as server:
        with pytest.raises(ChannelError, match=r"did not answer within 0\.2 s; it may have it all the same"):
            await webhook(server.port).deliver(kit.bulletin())


async def test_a_delivery_that_is_cancelled_ends_its_connection() -> None:
    async with Listener() as server:
        delivering = asyncio.create_task(webhook(server.port).deliver(kit.bulletin()))
        async with asyncio.timeout(5.0):
            while not server.n_open:
                await asyncio.sleep(0.002)
            delivering.cancel()
            with pytest.raises(asyncio.CancelledError):
                await delivering
            while server.n_open:
                await asyncio.sleep(0.002)


# --- TLS ---


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


async def test_a_certificate_of_an_own_authority_is_checked_against_its_file(certificates: Certificates) -> None:
    async with WebServer(certificates.server()) as server:
        channel = webhook(server.port, scheme="https", ca_file=certificates.ca_file)
        assert "HTTP 200" in await channel.deliver(kit.bulletin())
        assert await channel.check() == f"127.0.0.1:{server.port} takes connections with TLS"


async def test_a_certificate_that_nobody_vouches_for_is_refused(certificates: Certificates) -> None:
    async with WebServer(certificates.server()) as server:
        channel = webhook(server.port, scheme="https")
        for asked in (lambda: channel.deliver(kit.bulletin()), channel.check):
            with pytest.raises(ChannelError, match="CERTIFICATE_VERIFY_FAILED"):
                await asked()
    assert not server.requests


async def test_a_certificate_of_another_name_is_refused(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with WebServer(certificates.server()) as server:
        chosen = Settings(url=f"https://127.0.0.2:{server.port}/", ca_file=certificates.ca_file)
        with pytest.raises(ChannelError, match="cannot be reached"):
            await Webhook(chosen, lambda: NOW_S).deliver(kit.bulletin())


async def test_our_certificate_is_shown_to_a_server_that_asks(certificates: Certificates) -> None:
    async with WebServer(certificates.server(is_client_asked=True)) as server:
        ours = {"certificate_file": certificates.client_file, "key_file": certificates.client_key_file}
        shown = webhook(server.port, scheme="https", ca_file=certificates.ca_file, **ours)
        assert "HTTP 200" in await shown.deliver(kit.bulletin())
        hidden = webhook(server.port, scheme="https", ca_file=certificates.ca_file)
        with pytest.raises(ChannelError):
            await hidden.deliver(kit.bulletin())


# --- the check ---


async def test_a_check_sends_nothing() -> None:
    async with WebServer() as server:
        assert await webhook(server.port).check() == f"127.0.0.1:{server.port} takes connections"
    assert not server.requests
    with pytest.raises(ChannelError, match="cannot be reached"):
        await webhook(closed_port()).check()


async def test_a_check_asks_its_own_address_by_get_without_our_token(tmp_path: Path) -> None:
    async with WebServer() as server:
        url = f"http://127.0.0.1:{server.port}/health"
        channel = webhook(closed_port(), check_url=url, bearer_file=file(tmp_path, "token"))
        assert "is well: HTTP 200" in await channel.check()
        server.answer = answer("500 Internal Server Error", b"disk full")
        with pytest.raises(ChannelError, match="is not well: HTTP 500: disk full"):
            await channel.check()
    assert {(request.method, request.path) for request in server.requests} == {("GET", "/health")}
    assert not any("authorization" in request.headers for request in server.requests)


# --- the settings ---


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"url": "http://hooks.example/in"}, "url: expected https; set is_plain_allowed if the way to hooks.example"),
        ({"check_url": "http://hooks.example/"}, "check_url: expected https"),
        ({"url": "https://user:word@hooks.example/"}, "url: expected no user or password in it"),
        ({"url": "https://hooks.example:99999/"}, "url: expected a host, and a port from 1 to 65535"),
        ({"url": "https://hooks.example:0/"}, "url: expected a host, and a port from 1 to 65535"),
        ({"url": "https://hooks..example/"}, "url: "),
        ({"url": "https://" + "h" * 64 + ".example/"}, "url: "),
        ({"secret_file": "/nowhere/secret"}, "secret_file: /nowhere/secret: No such file"),
        ({"ca_file": "/nowhere/ca.pem"}, "ca_file: /nowhere/ca.pem: No such file"),
        ({"key_file": "/nowhere/key"}, "key_file: given without a certificate_file"),
        ({"certificate_file": "/nowhere/c.pem"}, "certificate_file: /nowhere/c.pem: No such file"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_key(changes: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        build(structs.replace(Settings(url="https://hooks.example/in"), **changes), "hook")


def test_a_file_that_is_no_certificate_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"ca_file: .*secret"):
        webhook(1, ca_file=file(tmp_path, "hello"))


def test_an_empty_secret_file_is_not_taken_for_no_secret(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"secret_file: .*: expected 1 to 4096 bytes of text"):
        webhook(1, secret_file=file(tmp_path, " \n"))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "[::1]"])
def test_this_machine_may_be_spoken_to_in_the_clear(host: str) -> None:
    assert build(Settings(url=f"http://{host}:8080/in"), "hook")


@pytest.mark.parametrize("url", ["ftp://example.com/", "file:///etc/passwd", "https:///path", "example.com"])
def test_other_addresses_are_refused_when_the_settings_are_read(url: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"url": url}, Settings)


@pytest.mark.parametrize("made", [kit.hostile, lambda: kit.hostile(is_exercise=True)])
async def test_words_of_people_cannot_break_the_request(made: Callable[[], Bulletin]) -> None:
    async with WebServer() as server:
        await webhook(server.port).deliver(made())
    (request,) = server.requests
    assert json.loads(request.body)["texts"][0]["headline"].endswith(made().warning.content.texts[0].headline)
    assert "bcc" not in request.headers
