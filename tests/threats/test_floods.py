"""Floods: of sign-ins, of requests, of posts and of streams. The watch goes on, and whoever belongs here gets in.

That only two passwords are worked out at once, and how many may wait for that, is in unit/store/test_passwords.py and
unit/app/test_gate.py.
"""

import asyncio
import contextlib

import httpx
from litestar.testing import TestClient

from accounts_kit import House, body
from sargas.web.protocol import OF_ONE_MAX
from sargas.web.server import Way, create_app, serve
from unit.web.memory_desk import FEED, MemoryDesk, line


def test_a_flood_of_sign_ins_is_told_to_wait_and_the_officer_gets_in() -> None:
    house = House()
    house.sign_in("officer", address="testclient")
    with TestClient(create_app(MemoryDesk(), accounts=house.gate)) as client:
        answers = [
            client.post("/api/sign-in", content=body(name=f"guess{n}", password="wrong")) for n in range(10)
        ]  # fmt: skip
        assert {answer.status_code for answer in answers} == {401, 429}
        assert int(answers[-1].headers["retry-after"]) >= 1
    assert house.sign_in("officer", address="192.0.2.1").entrance.account.name == "officer"


def test_a_stranger_who_asks_too_often_is_told_when_to_come_back_and_a_sensor_is_not_hurt() -> None:
    house, desk = House(), MemoryDesk()
    with TestClient(create_app(desk, accounts=house.gate)) as client:
        answers = [client.get("/api/me") for _ in range(220)]
        assert answers[0].status_code == 200
        assert answers[-1].status_code == 429
        assert answers[-1].headers["retry-after"] == "1"
        posted = client.post(f"/api/feeds/{FEED}", content=line(), headers=house.bearer("engineer"))
        assert posted.status_code == 201  # from the same address
        house.now_s += 1.0
        assert client.get("/api/me").status_code == 200


def test_a_token_that_floods_is_told_to_wait_and_others_are_not() -> None:
    house = House()
    entrance = house.gate.by_token(house.token("engineer"), "192.0.2.1")
    other = house.gate.by_token(house.token("officer"), "192.0.2.1")
    waits = [house.gate.wait_s("192.0.2.1", entrance) for _ in range(2_100)]
    assert waits[0] == 0.0
    assert waits[-1] > 0.0
    assert house.gate.wait_s("192.0.2.1", other) == 0.0


def test_whoever_takes_every_connection_that_he_can_leaves_some_to_others() -> None:
    async def whole() -> None:
        async with serve(create_app(MemoryDesk()), "127.0.0.1", 0, Way()) as port, asyncio.timeout(20.0):
            taken = [await asyncio.open_connection("127.0.0.1", port) for _ in range(OF_ONE_MAX)]
            refused, _ = one_more = await asyncio.open_connection("127.0.0.1", port)
            with contextlib.suppress(ConnectionError):
                assert await refused.read() == b""
            officer = httpx.AsyncHTTPTransport(local_address="127.0.0.2")
            async with httpx.AsyncClient(transport=officer) as client:
                assert (await client.get(f"http://127.0.0.1:{port}/api/desk")).status_code == 200
            for _, writer in [*taken, one_more]:
                writer.transport.abort()

    asyncio.run(whole())


def test_a_trusted_proxy_may_have_all_connections() -> None:
    async def whole() -> None:
        way = Way(trusted_proxies=("127.0.0.0/8",))
        async with serve(create_app(MemoryDesk()), "127.0.0.1", 0, way) as port, asyncio.timeout(20.0):
            taken = [await asyncio.open_connection("127.0.0.1", port) for _ in range(OF_ONE_MAX + 1)]
            reader, writer = taken[-1]
            writer.write(b"GET /api/desk HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            for _, writer in taken:
                writer.transport.abort()

    asyncio.run(whole())


def test_a_flood_of_streams_leaves_room_for_everything_else() -> None:
    house = House()

    async def whole() -> tuple[int, int, list[int]]:
        app = create_app(MemoryDesk(), accounts=house.gate, clients_max=3)
        headers = house.bearer("viewer")
        limits = httpx.Limits(max_connections=None)
        async with (
            serve(app, "127.0.0.1", 0, Way()) as port,
            httpx.AsyncClient(headers=headers, timeout=10.0, limits=limits) as client,
        ):
            url = f"http://127.0.0.1:{port}"
            opened = [
                await client.send(client.build_request("GET", f"{url}/api/stream"), stream=True) for _ in range(5)
            ]
            statuses = [answer.status_code for answer in opened]
            desk = await client.get(f"{url}/api/desk")
            for answer in opened:
                await answer.aclose()
            posted = await client.post(f"{url}/api/feeds/{FEED}", content=line(), headers=house.bearer("engineer"))
            return desk.status_code, posted.status_code, statuses

    assert asyncio.run(whole()) == (200, 201, [200, 200, 200, 503, 503])
