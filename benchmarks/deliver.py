"""From an officer's approval to the warning at the other end, on every channel, in a running watch.

    python benchmarks/deliver.py [--warnings 20] [--rate 200] [--json]

A real `sargas watch` with default rules and journal sees made traffic, `--rate` plots a second by UDP. Its channels
lead to real peers on loopback: a web server, aiosmtpd, amqtt, taky, and two folders. One incident gets an alert,
updates, and the all-clear, by the same requests as the page makes: approve, and send at once. Each is signed (ECDSA).

`at the peer` is from the approving request to the moment at which the peer's own client has the warning (another
subscriber of the broker, another client of the TAK server, a file in the folder), looked for every 2 ms. `on record`
is from the approval to the delivery as the journal has them. `of a dead channel` stands in for one whose port is
closed, `of a mute channel` for one that takes the connection and never answers.
"""

import asyncio
import contextlib
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import tomli_w
from msgspec import Struct, structs

from made_traffic import (
    Traffic,
    free_port,
    json_line,
    parser,
    percentiles_ms,
    progress,
    start_watch,
    tell,
    wait_until_up,
    write_config,
)
from sargas.model.decision import ApproveWarning, Decision, SendWarning
from sargas.model.incident import Incident

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from share_kit import SENDER, content
from share_peers import Certificates, Listener, MailServer, Subscriber, WebServer, closed_port, mqtt_broker
from tak_kit import Client, taky

WANTED_S: Final = 5.0
"""From approved to delivered, on every channel."""
LOOK_EVERY_S: Final = 0.002
AT_MOST_S: Final = 30.0
OFFICER: Final = "benchmark"


class Peer(Struct, frozen=True):
    """One channel: its table in the configuration, and what its other end has got of warnings so far."""

    name: str
    table: dict[str, object]
    got: Callable[[], bytes]
    stands_in_for: str = ""


class Measured(Struct):
    """What one channel took for each warning [s]; None where it did not arrive in time."""

    at_peer: list[float | None] = []
    on_record: list[float | None] = []


def folder_text(folder: Path, pattern: str) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob(pattern)) if folder.is_dir() else b""


@contextlib.asynccontextmanager
async def peers(folder: Path) -> AsyncIterator[list[Peer]]:
    """Start every other end, and end them."""
    async with contextlib.AsyncExitStack() as running:
        enter = running.enter_async_context
        web, instead_of_dead, instead_of_mute = [await enter(WebServer()) for _ in range(3)]
        mute = await enter(Listener())
        mail = await enter(MailServer())
        broker = await enter(mqtt_broker())
        subscriber = await enter(Subscriber(broker))
        tak = await enter(taky())
        client = await enter(Client(tak))

        def posted(server: WebServer) -> Callable[[], bytes]:
            return lambda: b"\n".join(request.body for request in server.requests)

        def webhook(port: int) -> dict[str, object]:
            return {"type": "webhook", "url": f"http://127.0.0.1:{port}/warnings"}

        yield [
            Peer("webhook", webhook(web.port), posted(web)),
            Peer(
                "mail",
                {"type": "mail", "host": "127.0.0.1", "port": mail.port, "tls": "none", "sender": SENDER,
                 "recipients": ["duty@vilnius.example"]},
                lambda: b"\n".join(data for _, _, data in mail.mails),
            ),
            Peer(
                "mqtt",
                {"type": "mqtt", "host": "127.0.0.1", "port": broker, "is_tls": False, "version": "3.1.1"},
                lambda: b"\n".join(one.payload for one in subscriber.got),
            ),
            Peer(
                "tak",
                {"type": "tak", "host": "127.0.0.1", "port": tak, "protocol": "tcp"},
                lambda: client.data,
            ),
            Peer("cap_file", {"type": "cap_file", "path": "cap"}, lambda: folder_text(folder / "cap", "*.xml")),
            Peer(
                "public",
                {"type": "public", "path": "public", "address": "https://warnings.example/"},
                lambda: folder_text(folder / "public", "atom.xml"),
            ),
            Peer("dead", webhook(closed_port()), lambda: b""),
            Peer("of a dead channel", webhook(instead_of_dead.port), posted(instead_of_dead), "dead"),
            Peer("mute", webhook(mute.port), lambda: b""),
            Peer("of a mute channel", webhook(instead_of_mute.port), posted(instead_of_mute), "mute"),
        ]  # fmt: skip


def named(peer: Peer) -> str:
    """Return the channel's name in the configuration."""
    return peer.name.replace(" ", "-")


@contextlib.contextmanager
def watching(folder: Path, found: list[Peer], rate_hz: float) -> Iterator[httpx.Client]:
    """Run the watch and its traffic; hand out a client of its desk."""
    traffic = Traffic(max(1, round(rate_hz)), 1, 1.0)
    udp_port, web_port = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_STREAM)
    config = folder / "watch.toml"
    transport = {"type": "udp", "host": "127.0.0.1", "port": udp_port}
    write_config(config, traffic, "json", transport, web_port=web_port)
    made = Certificates(folder)
    ways: dict[str, Any] = {
        "warning": {"cap": {"sender": SENDER}, "key": Path(made.server_key_file).name,
                    "certificate": Path(made.server_file).name},
        "channels": [
            {"name": named(peer), "channel": peer.table, "stands_in_for": peer.stands_in_for} for peer in found
        ],
    }  # fmt: skip
    config.write_text(config.read_text(encoding="utf-8") + tomli_w.dumps(ways), encoding="utf-8")
    ended = threading.Event()
    sender = threading.Thread(target=fly, args=(traffic, udp_port, ended))
    with (folder / "log").open("wb") as log:
        process = start_watch(config, log)
        try:
            wait_until_up(web_port, process)
            sender.start()
            with httpx.Client(base_url=f"http://127.0.0.1:{web_port}", timeout=AT_MOST_S, trust_env=False) as desk:
                yield desk
        finally:
            ended.set()
            if sender.is_alive():
                sender.join()
            process.send_signal(signal.SIGINT)
            process.wait(20.0)


def fly(traffic: Traffic, port: int, ended: threading.Event) -> None:
    """Send the traffic's plots at their times until told to end."""
    begun_s = time.time()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        for plot in traffic.plots():
            if ended.wait(max(0.0, begun_s + plot.at_s - time.time())):
                return
            with contextlib.suppress(OSError):
                sending.sendto(json_line(plot, time.time()), ("127.0.0.1", port))


def an_incident(desk: httpx.Client) -> str:
    """Return an incident, once there is one."""
    until_s = time.monotonic() + 4.0 * AT_MOST_S
    while time.monotonic() < until_s:
        found = msgspec.json.decode(desk.get("/api/incidents").content, type=list[Incident])
        if found:
            return found[0].incident_id
        time.sleep(0.2)
    raise SystemExit("no incident came about")


def incident(desk: httpx.Client, incident_id: str) -> Incident:
    return msgspec.json.decode(desk.get(f"/api/incidents/{incident_id}").content, type=Incident)


def decide(desk: httpx.Client, decision: Decision) -> None:
    answer = desk.post("/api/decisions", content=msgspec.json.encode(decision))
    if answer.is_error:
        raise SystemExit(f"refused: {answer.text}")


async def one_warning(
    desk: httpx.Client, incident_id: str, found: list[Peer], measured: dict[str, Measured], *, is_last: bool
) -> None:
    """Approve and send one warning, and measure when it is where."""
    before = await asyncio.to_thread(incident, desk, incident_id)
    number = len(before.warning.warnings) + 1
    said = structs.replace(content("cancel" if is_last else "alert"), expires_s=time.time() + 3_600.0)
    approve = ApproveWarning(
        officer=OFFICER, incident_id=incident_id, revision=before.warning.revision, content=said,
        override="a benchmark" if is_last else "",
    )  # fmt: skip
    begun = time.perf_counter()
    sending = asyncio.create_task(asyncio.to_thread(_approve_and_send, desk, approve, f"{incident_id}-W{number}"))
    waiting = {peer.name: peer for peer in found if named(peer) not in {"dead", "mute"}}
    took: dict[str, float] = {}
    marks = (f"{incident_id}-W{number}-".encode(), f"{incident_id}-W{number}.".encode())
    while waiting and time.perf_counter() - begun < AT_MOST_S:
        for name, peer in list(waiting.items()):
            data = peer.got()
            if any(mark in data for mark in marks):
                took[name] = time.perf_counter() - begun
                del waiting[name]
        await asyncio.sleep(LOOK_EVERY_S)
    await sending
    recorded = await asyncio.to_thread(_recorded, desk, incident_id, number, set(took))
    for peer in found:
        rows = measured.setdefault(peer.name, Measured())
        rows.at_peer.append(took.get(peer.name))
        rows.on_record.append(recorded.get(named(peer)))


def _approve_and_send(desk: httpx.Client, approve: ApproveWarning, warning_id: str) -> None:
    decide(desk, approve)
    decide(desk, SendWarning(officer=OFFICER, incident_id=approve.incident_id, warning_id=warning_id))


def _recorded(desk: httpx.Client, incident_id: str, number: int, arrived: set[str]) -> dict[str, float]:
    """Return how long after the approval each delivery is on record; a moment is left for the last ones."""
    until_s = time.monotonic() + WANTED_S
    while True:
        warning = incident(desk, incident_id).warning.warnings[number - 1]
        done = {one.channel: one.time_s for one in warning.deliveries if one.fate == "delivered"}
        if len(done) >= len(arrived) or time.monotonic() > until_s:
            approved_s = warning.approved_s or 0.0
            return {name: time_s - approved_s for name, time_s in done.items()}
        time.sleep(0.02)


def row(peer: Peer, measured: Measured) -> dict[str, Any]:
    at_peer = [one for one in measured.at_peer if one is not None]
    on_record = [one for one in measured.on_record if one is not None]
    found: dict[str, Any] = {
        "channel": f"stands in {peer.name}" if peer.stands_in_for else peer.name,
        "warnings": len(measured.at_peer),
        "arrived": len(at_peer),
        "first ms": round(1e3 * at_peer[0], 1) if measured.at_peer[0] is not None else None,
    }
    found |= {f"at the peer, {key}": value for key, value in percentiles_ms(at_peer).items() if key != "p99 ms"}
    found["on record, max ms"] = round(1e3 * max(on_record), 1) if on_record else None
    return found


async def measure(n_warnings: int, rate_hz: float, folder: Path) -> list[dict[str, Any]]:
    async with peers(folder) as found:
        with watching(folder, found, rate_hz) as desk:
            incident_id = await asyncio.to_thread(an_incident, desk)
            measured: dict[str, Measured] = {}
            for number in range(1, n_warnings + 1):
                progress(f"warning {number} of {n_warnings}")
                await one_warning(desk, incident_id, found, measured, is_last=number == n_warnings)
        return [row(peer, measured[peer.name]) for peer in found if peer.name not in {"dead", "mute"}]


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--warnings", type=int, default=20, help="alert, updates and all-clear together; 50 at most")
    options.add_argument("--rate", type=float, default=200.0, help="plots a second that the watch sees meanwhile")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = asyncio.run(measure(min(50, given.warnings), given.rate, Path(folder)))
    tell("From an officer's approval to the warning at the other end", rows, as_json=given.json)
    late = [
        one["channel"]
        for one in rows
        if one["arrived"] < one["warnings"]
        or (not one["channel"].startswith("stands in") and one["at the peer, max ms"] > 1e3 * WANTED_S)
    ]
    if late:
        progress(f"not within {WANTED_S:g} s: {', '.join(late)}")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
