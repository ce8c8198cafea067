"""The server as others reach it: by TLS, through a proxy, under its names, and for no longer than a session lasts."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from accounts_kit import NOW_S, PASSWORD, House, body
from sargas.model.errors import ConfigError
from sargas.web.server import Way, create_app, serve
from share_peers import Certificates
from unit.web.memory_desk import MemoryDesk

LIMIT_S = 20.0


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@asynccontextmanager
async def served(house: House | None, way: Way, host: str = "127.0.0.1") -> AsyncIterator[int]:
    app = create_app(MemoryDesk(), accounts=house.gate if house is not None else None)
    async with serve(app, host, 0, way) as port:
        yield port


def test_over_tls_a_browser_signs_in_with_cookies_bound_to_the_host(certificates: Certificates) -> None:
    async def whole() -> None:
        way = Way(certificate=certificates.server_file, key=certificates.server_key_file)
        trusting = ssl.create_default_context(cafile=certificates.ca_file)
        async with served(House(), way) as port, httpx.AsyncClient(verify=trusting, timeout=LIMIT_S) as client:
            url = f"https://127.0.0.1:{port}"
            answer = await client.post(f"{url}/api/sign-in", content=body(name="officer", password=PASSWORD))
            assert {cookie.split("=")[0] for cookie in answer.headers.get_list("set-cookie")} == {
                "__Host-sargas",
                "__Host-sargas-csrf",
            }
            assert (await client.get(f"{url}/api/me")).json()["name"] == "officer"
            with pytest.raises(httpx.TransportError):
                await client.get(f"http://127.0.0.1:{port}/api/me")

    asyncio.run(whole())


def test_a_request_does_not_hide_in_the_body_of_another() -> None:
    # RFC 9112, section 6.1: a proxy that went by the length would have passed the second one on unseen
    hidden = b"0\r\n\r\nGET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    head = (
        b"POST /api/sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\nContent-Length: %d\r\n\r\n"
    )

    async def whole() -> bytes:
        async with served(House(), Way()) as port, asyncio.timeout(LIMIT_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head % len(hidden) + hidden)
            answered = await reader.read()
            writer.close()
            return answered

    answered = asyncio.run(whole())
    assert answered.startswith(b"HTTP/1.1 400 ")
    assert answered.count(b"HTTP/1.1 ") == 1


def test_old_tls_is_not_spoken(certificates: Certificates) -> None:
    # RFC 8996 forbids TLS 1.0 and 1.1
    old = ssl.create_default_context(cafile=certificates.ca_file)
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1 is deprecated"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1

    async def whole() -> None:
        way = Way(certificate=certificates.server_file, key=certificates.server_key_file)
        async with served(House(), way) as port:
            with pytest.raises((ConnectionError, ssl.SSLError)):
                await asyncio.open_connection("127.0.0.1", port, ssl=old)

    asyncio.run(whole())


def test_a_certificate_that_cannot_be_used_is_told(certificates: Certificates, tmp_path: Path) -> None:
    async def whole(way: Way) -> None:
        async with served(House(), way):
            raise AssertionError("it serves")

    for way in (
        Way(certificate=str(tmp_path / "none.pem"), key=certificates.server_key_file),
        Way(certificate=certificates.server_file, key=certificates.client_key_file),
    ):
        with pytest.raises(ConfigError, match="cannot be used"):
            asyncio.run(whole(way))


@pytest.mark.parametrize(
    ("host", "answered"),
    [
        ("watch.example.lt", 200),
        ("WATCH.example.LT:443", 200),
        ("127.0.0.1:8470", 200),
        ("evil.example", 403),  # a foreign name that leads here: DNS rebinding
        ("watch.example.lt.evil.example", 403),
        ("", 403),
    ],
)
def test_it_answers_to_its_own_names_only(host: str, answered: int) -> None:
    async def whole() -> int:
        async with served(House(), Way(host_names=("watch.example.lt",))) as port, httpx.AsyncClient() as client:
            answer = await client.get(f"http://127.0.0.1:{port}/api/me", headers={"host": host})
            return answer.status_code

    assert asyncio.run(whole()) == answered


def test_bound_to_every_address_it_answers_to_addresses_and_its_names() -> None:
    async def whole() -> list[int]:
        way = Way(host_names=("watch.example.lt",), trusted_proxies=("127.0.0.1",))
        async with served(House(), way, "0.0.0.0") as port, httpx.AsyncClient() as client:
            url = f"http://127.0.0.1:{port}/api/me"
            hosts = ("192.0.2.7", "[2001:db8::1]:80", "watch.example.lt", "evil.example")
            return [(await client.get(url, headers={"host": host})).status_code for host in hosts]

    assert asyncio.run(whole()) == [200, 200, 200, 403]


def seen_by(house: House) -> str:
    return house.told()[-1].rpartition(" from ")[2].removesuffix(" failed")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address", "is_secure"),
    [
        (("127.0.0.1",), "203.0.113.9", "203.0.113.9", True),
        (("127.0.0.0/8",), "198.51.100.1, 203.0.113.9", "203.0.113.9", True),  # what the proxy itself has added
        ((), "203.0.113.9", "127.0.0.1", False),  # anybody can write a header
        (("192.0.2.1",), "203.0.113.9", "127.0.0.1", False),
    ],
)
def test_a_proxy_is_believed_if_it_is_trusted(
    proxies: tuple[str, ...], forwarded: str, address: str, is_secure: bool
) -> None:
    house = House()

    async def whole() -> str:
        async with served(house, Way(trusted_proxies=proxies)) as port, httpx.AsyncClient() as client:
            headers = {"x-forwarded-for": forwarded, "x-forwarded-proto": "https"}
            sent = body(name="officer", password="wrong")
            await client.post(f"http://127.0.0.1:{port}/api/sign-in", content=sent, headers=headers)
            good = body(name="officer", password=PASSWORD)
            answer = await client.post(f"http://127.0.0.1:{port}/api/sign-in", content=good, headers=headers)
            return answer.headers["set-cookie"]

    cookie = asyncio.run(whole())
    assert seen_by(house) == address
    assert cookie.startswith("__Host-sargas=") == is_secure


def sign_out(house: House, key: str) -> None:
    house.accounts.close_session(bytes.fromhex(key), address="test", now_s=NOW_S)


def disable(house: House, key: str) -> None:
    house.accounts.set_disabled("officer", is_disabled=True, by="test", now_s=NOW_S)


def end(house: House, key: str) -> None:
    house.now_s += 3_601.0


def revoke(house: House, key: str) -> None:
    (token,) = house.accounts.tokens("officer")
    house.accounts.revoke(token.token_id, by="test", now_s=NOW_S)


@pytest.mark.parametrize("over", [sign_out, disable, end, revoke])
def test_a_stream_ends_with_what_let_it_in(over: Callable[[House, str], None]) -> None:
    house = House()

    async def whole() -> None:
        if over is revoke:
            headers, key = house.bearer("officer"), ""
        else:
            signed_in = await house.gate.sign_in("officer", PASSWORD, "192.0.2.1")
            headers = {"cookie": f"sargas={signed_in.secret}"}
            key = signed_in.entrance.key.removeprefix("session:")
        async with served(house, Way()) as port, httpx.AsyncClient(timeout=LIMIT_S) as client:
            url = f"http://127.0.0.1:{port}/api/stream"
            async with client.stream("GET", url, headers=headers) as response:
                lines = response.aiter_lines()
                async for line in lines:
                    if line.startswith("data:"):
                        break
                over(house, key)
                async with asyncio.timeout(5.0):  # a heartbeat is a second
                    async for _ in lines:
                        pass
            assert (await client.get(url, headers=headers)).status_code == 401

    asyncio.run(whole())
