"""The outbox killed in the middle of its work, again and again: a real process, journal, CAP, HTTP and files.

A parent process holds all that must be imported and forks one life of the watch after the other. Each is killed by
SIGKILL: when the receiver is asked, when it has got a bulletin, when it has answered, or at any moment. In each life
an officer goes on approving and sending. The last life may finish its work.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise, zip_longest
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from sargas.app import logs
from sargas.app.clock import SteadyClock
from sargas.app.live import Live
from sargas.app.outbox import Outbox
from sargas.app.outgoing import build_outlets, renderer
from sargas.app.outlets import ChannelSection
from sargas.app.restore import restore
from sargas.app.spool import ENDING, Spool
from sargas.app.wire import build_engine
from sargas.engine import Engine
from sargas.model.decision import ApproveWarning, SendWarning
from sargas.model.entry import Decided, Dispatched, Entry
from sargas.model.errors import JournalError
from sargas.model.incident import Incident
from sargas.model.warning import FINAL
from sargas.ports import Bulletin
from sargas.share.cap_check import identifier_in
from sargas.share.cap_profile import Profile
from sargas.store import journal_sqlite
from share_kit import SENDER, content
from small_watch import BLUEPRINT, flight

pytestmark = pytest.mark.slow

N_LIVES = 24
N_A_LIFE = 2
"""An incident keeps 60 warnings."""
SEED = 20250728
KEY = "outbox"
CHANNELS = ("web", "files")


# --- one life of the watch, in a process of its own ---


class Life(msgspec.Struct, frozen=True):
    """Where a life of the watch finds everything; the last one sends nothing new, and ends when all is delivered."""

    folder: str
    url: str
    shift_s: float
    is_last: bool


async def live_on(life: Life) -> None:
    folder = Path(life.folder)
    journal = journal_sqlite.build(journal_sqlite.Settings(path=str(folder / "journal")))
    live = Live(
        restore(journal, KEY, new_engine),
        journal,
        SteadyClock(lambda: time.time() - life.shift_s, not_before_s=(journal.span_s() or (0.0, 0.0))[1]),
        snapshot_key=KEY,
        snapshot_every_s=0.5,
    )
    sections = [
        ChannelSection(name="web", channel={"type": "webhook", "url": life.url, "body": "cap"}),
        ChannelSection(name="files", channel={"type": "cap_file", "path": "out"}),
    ]
    spool = Spool(renderer(Profile(sender=SENDER), None, country="LT"), folder / "spool")
    outbox = Outbox(live, live.deliver, build_outlets(sections, folder), spool)
    watching = asyncio.create_task(live.run())
    await live.is_started.wait()
    delivering = asyncio.create_task(outbox.run())
    n_left = N_A_LIFE
    while not (life.is_last and is_all_delivered(live)):
        if not life.is_last and n_left:
            n_left -= await is_sent_by_officer(live)
        await asyncio.sleep(0.005)
    for task in (delivering, watching):
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    journal.close()


async def is_sent_by_officer(live: Live) -> bool:
    """Let the officer send what waits, or approve another one; return whether something was sent."""
    (incident,) = live.picture.incidents.values()
    pending = incident.warning.pending()
    known = incident.incident_id
    if pending is not None:
        await live.deliver(Decided(SendWarning(officer="A", incident_id=known, warning_id=pending.warning_id)))
        return True
    said = structs.replace(content("update"), expires_s=live.clock.now_s + 3_600.0)
    approve = ApproveWarning(officer="A", incident_id=known, revision=incident.warning.revision, content=said)
    await live.deliver(Decided(approve))
    return False


def is_all_delivered(live: Live) -> bool:
    (incident,) = live.picture.incidents.values()
    return all(
        {one.channel for one in warning.deliveries if one.fate in FINAL} == set(CHANNELS)
        for warning in incident.warning.warnings
        if warning.sent_s is not None
    )


def new_engine() -> Engine:
    return build_engine(BLUEPRINT)


def parent() -> None:
    """Fork a life for each line on standard input; tell its number, and when it is over."""
    logs.configure(as_json=True)
    new_engine()  # compiled once for all lives
    for line in sys.stdin:
        life = msgspec.json.decode(line, type=Life)
        number = os.fork()
        if number == 0:
            asyncio.run(live_on(life))
            os._exit(0)
        print(number, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(number, 0)[1]), flush=True)


# --- those who get the warnings, and the killer ---


class Receiver(ThreadingHTTPServer):
    """Counts what it got, and may have the sender killed before or after it answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[tuple[str, bytes]] = []
        self.at_stage: Callable[[str], None] = lambda stage: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/warnings"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Receiver)
        self.server.at_stage("asked")
        n_bytes = int(self.headers["content-length"])
        body = self.rfile.read(n_bytes)
        if len(body) < n_bytes:  # cut off: nobody would take it for a bulletin
            return
        self.server.got.append((self.headers["webhook-id"], body))
        self.server.at_stage("got")
        self.send_response(204)
        self.end_headers()
        self.wfile.flush()
        self.server.at_stage("answered")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Lives:
    """The parent process, and a life at a time."""

    def __init__(self, folder: Path, url: str, shift_s: float) -> None:
        self.folder, self.url, self.shift_s = folder, url, shift_s
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        with (folder / "log").open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, __file__],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=environment,
            )  # fmt: skip

    def begin(self, *, is_last: bool = False) -> int:
        life = Life(str(self.folder), self.url, self.shift_s, is_last)
        assert self.process.stdin is not None
        self.process.stdin.write(msgspec.json.encode(life).decode() + "\n")
        self.process.stdin.flush()
        return self._told()

    def ended(self) -> int:
        """Wait for the end of the life, and return how it ended."""
        return self._told()

    def close(self) -> None:
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()
        self.process.wait(timeout=30)

    def _told(self) -> int:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, (self.folder / "log").read_text()
        return int(line)


def kill_within(receiver: Receiver, pid: int, chance: random.Random) -> None:
    """Kill the process at a stage of one of its next requests, or at any moment if it comes to none."""
    stage, is_dead = chance.choice(["asked", "got", "answered", "never"]), threading.Event()
    count = Counter({stage: chance.randint(1, N_A_LIFE)})

    def at_stage(reached: str) -> None:
        if reached == stage and not is_dead.is_set():
            count[stage] -= 1
            if count[stage] == 0:
                is_dead.set()
                os.kill(pid, signal.SIGKILL)

    receiver.at_stage = at_stage
    if not is_dead.wait(chance.uniform(0.2, 0.8) if stage == "never" else 4.0):
        is_dead.set()
        os.kill(pid, signal.SIGKILL)


# --- what must hold ---


def bodies_on(entries: list[Entry], channel: str, warning_id: str) -> list[Dispatched]:
    return [
        entry.body
        for entry in entries
        if isinstance(entry.body, Dispatched) and (entry.body.channel, entry.body.warning_id) == (channel, warning_id)
    ]


def record(folder: Path, shift_s: float) -> tuple[list[Entry], Incident]:
    """Return the journal and the incident as a watch that starts now would have it."""
    journal = journal_sqlite.build(journal_sqlite.Settings(path=str(folder / "journal")))
    try:
        engine = restore(journal, KEY, new_engine)
        (incident,) = engine.picture.incidents.values()
        return list(journal.read()), incident
    finally:
        journal.close()


def test_killed_at_any_moment_every_warning_arrives_in_order_and_twice_only_where_nobody_could_know(
    tmp_path: Path, receiver: Receiver
) -> None:
    chance = random.Random(SEED)
    journal = journal_sqlite.build(journal_sqlite.Settings(path=str(tmp_path / "journal")))
    seen = flight(60)
    journal.append(seen)
    journal.close()
    shift_s = time.time() - seen[-1][0] - 1.0
    lives = Lives(tmp_path, receiver.url, shift_s)
    try:
        for _ in range(N_LIVES):
            pid = lives.begin()
            kill_within(receiver, pid, chance)
            assert lives.ended() == -signal.SIGKILL
        receiver.at_stage = lambda stage: None
        lives.begin(is_last=True)
        assert lives.ended() == 0
    finally:
        lives.close()

    entries, incident = record(tmp_path, shift_s)
    sent = [warning for warning in incident.warning.warnings if warning.sent_s is not None]
    assert len(sent) > N_LIVES / 2
    bulletins = {
        made.warning.warning_id: made
        for file in (tmp_path / "spool").glob(f"*{ENDING}")
        for made in [msgspec.msgpack.decode(file.read_bytes(), type=Bulletin)]
    }
    copies = Counter(name for name, _ in receiver.got)
    names = {name: warning.warning_id for warning in sent for name in copies if f"{warning.warning_id}-" in name}

    # At least once, in order; the all of it on the other channel too.
    firsts = [names[name] for name in dict.fromkeys(name for name, _ in receiver.got)]
    assert firsts == [warning.warning_id for warning in sent]
    files = {file.read_bytes() for file in (tmp_path / "out").glob("*.xml")}
    assert files == {bulletins[warning.warning_id].cap_xml for warning in sent}

    # The same identity always, and the same bytes, whatever happened in between.
    for name, body in receiver.got:
        assert body == bulletins[names[name]].cap_xml
    assert len({identifier_in(body) for body in files}) == len(sent)

    n_unknown = 0
    for name, n_copies in copies.items():
        bodies = bodies_on(entries, "web", names[name])
        fates = [body.fate for body in bodies]
        assert fates[-1] == "delivered"
        assert fates.count("delivered") == 1
        assert all(after == "trying" for before, after in pairwise(fates) if before == "failed")
        unknown = sum(one == "trying" and then == "trying" for one, then in zip_longest(fates, fates[1:]))
        failed = fates.count("failed")
        assert n_copies <= 1 + unknown + failed, (name, fates)
        n_unknown += unknown
        for before, body in pairwise(bodies):
            if (before.fate, body.fate) == ("trying", "trying"):
                assert body.text.startswith("sent again under the same identity")
    # The test would prove nothing if no crash had fallen between sending and recording.
    assert n_unknown > 0
    assert sum(copies.values()) > len(sent)


if __name__ == "__main__":
    try:
        parent()
    except JournalError as error:
        sys.exit(str(error))
