"""Files read at once, at their recorded times, followed while they grow, and merged for a replay."""

import asyncio
import heapq
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sargas.feed import file
from sargas.feed.file import Progress, Settings, entries
from sargas.model.entry import Body, FeedClosed, FeedOpened, Frame
from sargas.model.errors import ConfigError, DataError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "recorded"


def frames(bodies: list[tuple[float, Body]]) -> list[tuple[float, bytes]]:
    return [(time_s, body.data) for time_s, body in bodies if isinstance(body, Frame)]


def test_lines_with_their_times(path: Path) -> None:
    path.write_bytes(b'{"now": 10.5, "a": 1}\n{"now": 12, "a": 2}\nno time\n{"now": 11}\n{"now": 13}')
    found = list(entries(Settings(path=str(path), recording="lines", options={"time_key": "now"}), "f"))
    assert found[0] == (10.5, FeedOpened("f", "recorded"))
    assert found[-1] == (13.0, FeedClosed("f", "end of the file"))
    assert [time_s for time_s, _ in frames(found)] == [10.5, 12.0, 12.0, 12.0, 13.0]  # never back
    assert b"".join(data for _, data in frames(found)) == path.read_bytes() + b"\n"


@pytest.mark.parametrize("bad", ["true", '"soon"', "-1", "1e99", "null", "[1]"])
def test_a_line_whose_time_is_none_is_kept_at_the_time_before(path: Path, bad: str) -> None:
    path.write_text(f'{{"now": 5}}\n{{"now": {bad}}}\n')
    found = list(entries(Settings(path=str(path), recording="lines", options={"time_key": "now"}), "f"))
    assert [time_s for time_s, _ in frames(found)] == [5.0, 5.0]


def test_raw_bytes_are_spread_over_the_duration(path: Path) -> None:
    path.write_bytes(bytes(10_000))
    found = frames(list(entries(Settings(path=str(path), start_s=1_000.0, duration_s=50.0), "f")))
    assert b"".join(data for _, data in found) == bytes(10_000)
    assert len(found) == 500  # ten a second
    n_before = 0
    for time_s, data in found:
        n_before += len(data)
        assert time_s == pytest.approx(1_000.0 + 50.0 * n_before / 10_000)


def test_a_recording_without_times_needs_a_start(path: Path) -> None:
    path.write_bytes(b"bytes")
    with pytest.raises(DataError, match="give start_s"):
        list(entries(Settings(path=str(path)), "f"))
    assert frames(list(entries(Settings(path=str(path), start_s=7.0), "f"))) == [(7.0, b"bytes")]


def test_a_payload_over_64_kib_is_split(path: Path) -> None:
    path.write_bytes(b"x" * 65_000 + b"\n" + b"y" * 200_000 + b"\nz\n")
    progress = Progress()
    found = frames(list(entries(Settings(path=str(path), recording="lines", start_s=0.0), "f", progress)))
    assert all(len(data) <= 65_536 for _, data in found)
    assert progress.n_malformed == 1  # a line of 200,000 bytes is no message
    assert [data[:1] for _, data in found] == [b"x", b"z"]


def test_progress_goes_from_nothing_to_all(path: Path) -> None:
    path.write_bytes(bytes(300_000))
    progress = Progress()
    shares = [
        progress.n_bytes / progress.n_bytes_total
        for _ in entries(Settings(path=str(path), start_s=0.0), "f", progress)
    ]
    assert shares == sorted(shares)
    assert 0.0 < shares[0] < 0.5
    assert shares[-1] == 1.0


def test_files_are_merged_by_time(tmp_path: Path) -> None:
    sources = []
    for number in range(3):
        one = tmp_path / f"{number}.jsonl"
        one.write_text("".join(f'{{"now": {second * 3 + number}}}\n' for second in range(50)))
        sources.append(entries(Settings(path=str(one), recording="lines", options={"time_key": "now"}), f"f{number}"))
    merged = list(heapq.merge(*sources, key=lambda item: item[0]))
    times = [time_s for time_s, _ in frames(merged)]
    assert times == [float(second) for second in range(150)]


def test_an_empty_file_gives_nothing(path: Path) -> None:
    path.touch()
    assert list(entries(Settings(path=str(path)), "f")) == []


def test_mistakes_are_told(path: Path) -> None:
    with pytest.raises(DataError, match="No such file"):
        list(entries(Settings(path=str(path), start_s=0.0), "f"))
    with pytest.raises(ConfigError, match=r"no recording 'tape'; have .*lines.*raw"):
        file.build(Settings(path=str(path), recording="tape"), "f")
    with pytest.raises(ConfigError, match=r"options of recording 'lines'.*colour"):
        file.build(Settings(path=str(path), recording="lines", options={"colour": "red"}), "f")


def test_a_folder_or_a_pipe_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for one in (tmp_path, pipe):
        with pytest.raises(DataError):
            list(entries(Settings(path=str(one), start_s=0.0), "f"))


class Watch:
    """Keeps what is delivered and when."""

    def __init__(self) -> None:
        self.bodies: list[Body] = []
        self.times: list[float] = []

    async def deliver(self, body: Body) -> int:
        self.bodies.append(body)
        self.times.append(asyncio.get_running_loop().time())
        return len(self.bodies)

    def received(self) -> bytes:
        return b"".join(body.data for body in self.bodies if isinstance(body, Frame))


def test_the_transport_ends_with_the_file(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 1_000)
    watch = Watch()
    asyncio.run(file.build(Settings(path=str(path)), "f").run(watch.deliver))
    assert watch.received() == path.read_bytes()
    assert watch.bodies[-1] == FeedClosed("f", "end of the file")


def test_a_missing_file_is_told_and_ends_it(path: Path) -> None:
    watch = Watch()
    asyncio.run(file.build(Settings(path=str(path)), "f").run(watch.deliver))
    assert watch.bodies == [FeedClosed("f", f"{path}: No such file or directory"[:200])]


def test_recorded_times_pass_at_the_speed_asked_for(path: Path) -> None:
    path.write_text("".join(f'{{"now": {1_000 + second}}}\n' for second in range(11)))
    settings = Settings(path=str(path), recording="lines", options={"time_key": "now"}, speed=100.0)
    watch = Watch()
    asyncio.run(file.build(settings, "f").run(watch.deliver))
    times = [time for time, body in zip(watch.times, watch.bodies, strict=True) if isinstance(body, Frame)]
    for index, time in enumerate(times):  # never early; late only by what the machine takes
        assert time - times[0] >= index / 100.0 - 0.002
    assert times[-1] - times[0] < 2.0


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(10.0):
        while not is_so():
            await asyncio.sleep(0.005)


def test_a_followed_file_may_be_rotated_or_cut_short(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sargas.feed.file.FOLLOW_S", 0.005)

    async def whole() -> Watch:
        watch = Watch()
        path.write_bytes(b"one\n")
        running = asyncio.create_task(file.build(Settings(path=str(path), follow=True), "f").run(watch.deliver))
        await until(lambda: watch.received() == b"one\n")
        with path.open("ab") as writing:
            writing.write(b"last words\n")
        path.rename(path.with_name("recorded.1"))
        path.write_bytes(b"two\n")
        await until(lambda: watch.received() == b"one\nlast words\ntwo\n")
        path.write_bytes(b"3\n")  # shorter than before
        await until(lambda: watch.received().endswith(b"two\n3\n"))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return watch

    bodies = asyncio.run(whole()).bodies
    assert sum(body == FeedClosed("f", "the file was replaced") for body in bodies) == 2


def test_a_followed_file_can_be_taken_up_at_its_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sargas.feed.file.FOLLOW_S", 0.005)

    async def whole() -> bytes:
        watch = Watch()
        path.write_bytes(b"old\n")
        settings = Settings(path=str(path), follow=True, from_end=True)
        running = asyncio.create_task(file.build(settings, "f").run(watch.deliver))
        await until(lambda: watch.bodies)
        with path.open("ab") as writing:
            writing.write(b"new\n")
        await until(watch.received)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return watch.received()

    assert asyncio.run(whole()) == b"new\n"


@pytest.mark.recording
@pytest.mark.parametrize(
    ("name", "recording", "lasted_s"),
    [  # as their sources describe them
        ("cat062_063_065_adriatic.ff", "final", 1_798.0),
        ("cat034_048_argentina.pcap", "pcap", 3_785.0),
    ],
)
def test_real_recordings_are_read_whole_with_their_times(
    recordings: Path, name: str, recording: str, lasted_s: float
) -> None:
    progress = Progress()
    settings = Settings(path=str(recordings / "asterix" / name), recording=recording)
    times = [time_s for time_s, _ in entries(settings, "f", progress)]
    assert times == sorted(times)
    assert times[-1] - times[0] == pytest.approx(lasted_s, abs=3.0)
    assert progress.n_bytes == progress.n_bytes_total
    assert progress.n_malformed == 0


@pytest.mark.recording
def test_a_stream_comes_out_as_it_went_in(recordings: Path) -> None:
    path = recordings / "asterix" / "cat034_048_jahorina.raw"
    found = frames(list(entries(Settings(path=str(path), start_s=0.0, duration_s=80.0), "f")))
    assert b"".join(data for _, data in found) == path.read_bytes()
    assert found[-1][0] == pytest.approx(80.0)
