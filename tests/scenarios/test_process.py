"""The watch as a process: killed at any moment it loses nothing that it acknowledged; it ends when it is told to."""

import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from sargas.app import config
from sargas.app.restore import restore
from sargas.app.wire import blueprint_of, build_engine
from sargas.engine import Engine
from sargas.model.entry import Frame
from sargas.model.report import GeoPlot
from sargas.store import journal_sqlite

pytestmark = pytest.mark.slow

ROUNDS = 3
ADDRESS = re.compile(r"the watch is at (http://\S+)/")
WATCH = """\
[watch]
country = "LT"

[web]
port = 0
accounts = "open"

[journal]
snapshot_every_s = 1.0

[[sensors]]
id = "radar"
kind = "radar"
lat_deg = 54.5
lon_deg = 25.2
period_s = 0.1

[[feeds]]
name = "posted"
transport = { type = "http_post" }
decoder = { type = "jsonl" }

[[feeds]]
name = "datagrams"
transport = { type = "udp", host = "127.0.0.1", port = UDP_PORT }
decoder = { type = "jsonl" }
"""


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def python(*words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "200"}
    command = [sys.executable, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)


def sargas(*words: str) -> subprocess.CompletedProcess[str]:
    return python("-m", "sargas.cli.main", *words)


class Watch:
    """A running `sargas watch`."""

    def __init__(self, path: Path) -> None:
        words = [sys.executable, "-u", "-m", "sargas.cli.main", "watch", str(path), "--json-logs"]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.log: list[str] = []
        self._reader = threading.Thread(target=self._read_log)
        self._reader.start()
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        found = ADDRESS.search(said)
        if found is None:
            self.kill()
            pytest.fail(f"the watch did not start: {said!r}\n{''.join(self.log)}")
        self.address = found.group(1)
        self.client = httpx.Client(base_url=self.address, timeout=10.0, trust_env=False)

    def _read_log(self) -> None:
        assert self.process.stderr is not None
        self.log += iter(self.process.stderr.readline, "")

    def ask(self, path: str) -> Any:
        answer = self.client.get(path)
        answer.raise_for_status()
        return msgspec.json.decode(answer.content)

    def end(self, number: signal.Signals) -> float:
        """Send a signal, wait for the end, and return how long that took."""
        started = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=30)
        took_s = time.monotonic() - started
        self.close()
        return took_s

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=30)
        self.close()

    def close(self) -> None:
        self._reader.join(timeout=10)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        if hasattr(self, "client"):
            self.client.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "watch.toml"
    path.write_text(WATCH.replace("UDP_PORT", str(free_udp_port())))
    return path


@pytest.fixture
def watch(path: Path) -> Iterator[Watch]:
    running = Watch(path)
    yield running
    if running.process.poll() is None:
        running.kill()


def plots(k: int) -> bytes:
    """Return what three aircraft look like to the radar now; k counts the looks."""
    now_s = time.time()
    return b"".join(
        msgspec.json.encode(
            GeoPlot(sensor="radar", time_s=now_s, lat_deg=54.4 + 0.1 * n, lon_deg=25.3 - 0.0001 * k, sd_m=30.0)
        )
        + b"\n"
        for n in range(3)
    )


def journaled(path: Path) -> dict[int, bytes]:
    journal = journal_sqlite.open_for_reading(path.parent / "sargas.journal")
    frames = {entry.seq: entry.body.data for entry in journal.read() if isinstance(entry.body, Frame)}
    journal.close()
    return frames


def restored(path: Path, until_seq: int | None = None) -> Engine:
    """Return the engine that the journal gives, up to an entry, from its first entry on: without its snapshots."""
    blueprint = blueprint_of(config.read(path), path.parent)
    journal = journal_sqlite.open_for_reading(path.parent / "sargas.journal")
    if until_seq is None:
        engine = restore(journal, "no snapshot has this key", lambda: build_engine(blueprint))
    else:
        engine = build_engine(blueprint)
        for entry in journal.read(0, until_seq):
            engine.accept(entry)
    journal.close()
    return engine


def post_until_killed(watch: Watch, acknowledged: dict[int, bytes], first: int, after: int) -> None:
    """Post and send until the watch is killed by the way, `after` acknowledgements into it."""
    rng = random.Random(first)
    done = 0
    killer: threading.Timer | None = None
    with httpx.Client(base_url=watch.address, timeout=10.0, trust_env=False) as client:
        while True:
            body = plots(first + done)
            try:
                answer = client.post("/api/feeds/posted", content=body)
                answer.raise_for_status()
            except httpx.HTTPError:
                break
            acknowledged[answer.json()["entry"]] = body
            done += 1
            if done == after:
                killer = threading.Timer(rng.uniform(0.0, 0.02), watch.process.kill)
                killer.start()
    assert killer is not None
    killer.join()


def test_after_kill_9_at_any_moment_nothing_acknowledged_is_lost_and_the_picture_is_that_of_the_journal(
    path: Path,
) -> None:
    rng = random.Random(28_07_2025)
    acknowledged: dict[int, bytes] = {}
    for _ in range(ROUNDS):
        watch = Watch(path)
        post_until_killed(watch, acknowledged, len(acknowledged), after=rng.randint(5, 80))
        watch.kill()
        kept = journaled(path)
        assert {seq: kept.get(seq) for seq in acknowledged} == acknowledged
    assert len(acknowledged) > 30
    n_before = restored(path).last_seq

    watch = Watch(path)
    try:
        # The restart's own note is the next entry; every tick after it is a function of the journal and the time.
        # The desk answers a moment before that note is written; so the first look after it is waited for.
        deadline = time.monotonic() + 30.0
        newest_s, begun_s = 0.0, time.time()
        while newest_s < begun_s and time.monotonic() < deadline:
            tracks = watch.ask("/api/tracks")
            newest_s = max((track["time_s"] for track in tracks), default=0.0)
        again = restored(path, n_before + 1)
        again.advance(newest_s)
        expected = msgspec.to_builtins(list(again.picture.tracks.values()))
        assert len(tracks) >= 3
        assert tracks == json.loads(json.dumps(expected))
    finally:
        watch.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_when_it_is_told_to(watch: Watch, path: Path, number: signal.Signals) -> None:
    answer = watch.client.post("/api/feeds/posted", content=plots(0))
    host, port = "127.0.0.1", int(watch.address.rpartition(":")[2])
    with socket.create_connection((host, port)) as page:  # an officer's page is open and follows the stream
        page.sendall(b"GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert page.recv(100).startswith(b"HTTP/1.1 200")
        took_s = watch.end(number)
    assert watch.process.returncode == 0
    assert took_s < 5.0
    assert answer.json()["entry"] in journaled(path)
    assert not [line for line in watch.log if '"error"' in line or "Traceback" in line], watch.log


def test_datagrams_reach_the_picture(watch: Watch, path: Path) -> None:
    port = config.read(path).feeds[1].transport["port"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        deadline = time.monotonic() + 20.0
        n_reports = k = 0
        while n_reports < 12 and time.monotonic() < deadline:
            sender.sendto(plots(k), ("127.0.0.1", port))
            k += 1
            (feed,) = [each for each in watch.ask("/api/picture")["feeds"] if each["feed"] == "datagrams"]
            n_reports = feed["n_reports"]
    assert n_reports >= 12
    assert feed["malformed"] == {}


def test_a_second_watch_on_the_same_journal_is_refused_with_the_reason(watch: Watch, path: Path) -> None:
    second = sargas("watch", str(path))
    assert second.returncode == 1
    assert "another watch is writing it" in second.stderr
    assert "Traceback" not in second.stderr
    assert watch.process.poll() is None
    watch.client.post("/api/feeds/posted", content=plots(0)).raise_for_status()


def test_a_mistake_in_the_configuration_is_told_and_the_watch_does_not_start(path: Path) -> None:
    path.write_text(path.read_text().replace('kind = "radar"', 'kind = "rader"').replace("port = 0", "prt = 0"))
    run = sargas("watch", str(path))
    assert run.returncode == 1
    assert "sensors[0].kind" in run.stderr
    assert "web.prt: unknown key; did you mean 'port'?" in run.stderr
    assert "Traceback" not in run.stderr
    assert not (path.parent / "sargas.journal").exists()


def test_a_port_in_use_is_told(watch: Watch, path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    text = path.read_text().replace("port = 0", f"port = {watch.address.rpartition(':')[2]}", 1)
    (other / "watch.toml").write_text(text)
    run = sargas("watch", str(other / "watch.toml"))
    assert run.returncode == 1
    assert "in use" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(("word", "said"), [("--version", r"^\d+\.\d+"), ("--help", r"Exit codes: 0 done")])
def test_help_and_version_load_nothing_heavy(word: str, said: str) -> None:
    heavy = ("numba", "numpy", "scipy", "shapely", "pyproj", "litestar", "uvicorn", "asterix", "httpx", "pyogrio")
    code = f"""
import sys
from sargas.cli.main import main
try:
    main()
except SystemExit as end:
    assert not end.code
print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)
"""
    run = python("-c", code, word)
    assert re.search(said, run.stdout, re.MULTILINE), run.stdout + run.stderr
    assert run.stderr.strip() == "[]", run.stderr
