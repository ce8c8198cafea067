"""The outbox against any course of things: sends, failures, lost answers, and crashes at any point of its work.

The receivers are the judges: they count what they got, under which identity and as which bytes. A crash freezes
everything at one point, before or after the journal has kept an entry, before or after a receiver has got a bulletin;
then the watch starts again from its journal.
"""

import asyncio
import itertools
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct, structs

from outbox_kit import Running, Watch, leap, render
from sargas.app.outbox_due import GIVEN_UP_AFTER
from sargas.app.spool import Spool
from sargas.model.entry import Body, Dispatched, Entry
from sargas.model.errors import ChannelError
from sargas.model.incident import Incident
from sargas.model.warning import PublicWarning, WarningKind
from sargas.ports import Bulletin

PRIMARIES = ("mail", "tak")
STANDS_IN = {"sms": "mail"}
CHANNELS = (*PRIMARIES, *STANDS_IN)
SETTLED_S = 200.0
"""By then everything was tried again: the longest wait is 30 s, and a try with its check takes 13 s at most."""


class Send(Struct, frozen=True):
    """An officer sends a warning; an all-clear only if there is something to clear."""

    kind: WarningKind


class Wait(Struct, frozen=True):
    """Time passes."""

    seconds: float


class Away(Struct, frozen=True):
    """A channel's other end goes away, or comes back."""

    channel: str
    is_away: bool


class LoseAnswers(Struct, frozen=True):
    """The next bulletins arrive on a channel, but the answer is lost."""

    channel: str
    n: int


class CrashAfter(Struct, frozen=True):
    """The watch is killed when its work comes to the n-th point from now on."""

    n_points: int


Step = Send | Wait | Away | LoseAnswers | CrashAfter

STEPS = st.one_of(
    st.builds(Send, st.sampled_from(["alert", "update", "cancel"])),
    st.builds(Wait, st.sampled_from([0.05, 1.0, 7.0, 40.0])),
    st.builds(Away, st.sampled_from(CHANNELS), st.booleans()),
    st.builds(LoseAnswers, st.sampled_from(CHANNELS), st.integers(1, 2)),
    st.builds(CrashAfter, st.integers(1, 12)),
)


class Fate:
    """Kills the watch at one of its points; from then on nothing in it goes on."""

    def __init__(self) -> None:
        self.fell = asyncio.Event()
        self.n_left: int | None = None

    async def point(self) -> None:
        if self.n_left is not None and not self.fell.is_set():
            self.n_left -= 1
            if self.n_left == 0:
                self.fell.set()
        if self.fell.is_set():
            await asyncio.Event().wait()


class MortalWatch(Watch):
    """A watch that can die before or after the journal has kept an entry."""

    def __init__(self, entries: Sequence[Entry], fate: Fate) -> None:
        super().__init__(entries)
        self.fate = fate

    async def record(self, body: Body) -> int:
        await self.fate.point()
        number = await super().record(body)
        await self.fate.point()
        return number


class Judge:
    """One channel's other end over all lives of the watch."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.fate = Fate()
        self.got: list[str] = []
        self.bytes_got: dict[str, set[bytes]] = {}
        self.n_unanswered: Counter[str] = Counter()
        self.is_away = False
        self.n_answers_to_lose = 0

    async def deliver(self, bulletin: Bulletin) -> str:
        await self.fate.point()
        if self.is_away:
            raise ChannelError("nobody is there")
        name = bulletin.bulletin_id
        self.got.append(name)
        self.bytes_got.setdefault(name, set()).add(bulletin.cap_xml)
        self.n_unanswered[name] += 1
        await self.fate.point()
        if self.n_answers_to_lose:
            self.n_answers_to_lose -= 1
            raise ChannelError("the answer was lost")
        return "got it"

    async def check(self) -> str:
        if self.is_away:
            raise ChannelError("nobody is there")
        return "answers"

    async def close(self) -> None:
        """Hold nothing open."""


class World:
    """Everything that outlives the watch: its journal, its spool, and those who get warnings."""

    def __init__(self, folder: Path) -> None:
        self.entries: list[Entry] = []
        self.judges = {name: Judge(name) for name in CHANNELS}
        self.folder = folder
        self.n_made = itertools.count()
        self.sent: list[PublicWarning] = []
        self.got_when_delivered: dict[tuple[str, str], int] = {}

    def signed(self, incident: Incident, warning: PublicWarning) -> Bulletin:
        """Return the bulletin as it would be if every signature were another one."""
        made = render(incident, warning)
        return structs.replace(made, cap_xml=made.cap_xml + f"<!-- {next(self.n_made)} -->".encode())

    async def live(self, steps: list[Step]) -> None:
        """Go through the steps, over as many lives as the crashes make."""
        remaining = [*steps, *(Away(name, False) for name in CHANNELS), Wait(SETTLED_S)]
        while remaining:
            fate = Fate()
            watch = MortalWatch(self.entries, fate)
            self.entries = watch.entries
            for judge in self.judges.values():
                judge.fate = fate
            async with Running(watch, self.judges, stands_in=STANDS_IN, spool=Spool(self.signed, self.folder)):
                await self._live_once(watch, remaining)
            self._check_what_was_delivered()

    async def _live_once(self, watch: MortalWatch, remaining: list[Step]) -> None:
        while remaining and not watch.fate.fell.is_set():
            step = remaining.pop(0)
            match step:
                case Send(kind):
                    if kind != "cancel" or watch.incident.warning.in_force(watch.clock.now_s) is not None:
                        self.sent.append(watch.send(kind))
                case Away(channel, is_away):
                    self.judges[channel].is_away = is_away
                case LoseAnswers(channel, n):
                    self.judges[channel].n_answers_to_lose = n
                case CrashAfter(n_points):
                    watch.fate.n_left = n_points
                case Wait(seconds):
                    await self._wait(watch.fate, seconds, remaining)

    async def _wait(self, fate: Fate, seconds: float, remaining: list[Step]) -> None:
        """Let time pass until a crash; what is left of it passes in the next life."""
        started_s = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(seconds):
                await fate.fell.wait()
        except TimeoutError:
            return
        left_s = seconds - (asyncio.get_running_loop().time() - started_s)
        remaining.insert(0, Wait(SETTLED_S if seconds == SETTLED_S else max(0.05, left_s)))

    def _check_what_was_delivered(self) -> None:
        """Never again does a receiver get what the journal calls delivered."""
        for body in (entry.body for entry in self.entries):
            if isinstance(body, Dispatched) and body.fate == "delivered":
                n_got = self.judges[body.channel].got.count(body.warning_id)
                known = self.got_when_delivered.setdefault((body.channel, body.warning_id), n_got)
                assert n_got == known, f"{body.warning_id} came again on {body.channel}"


def bodies_of(world: World, channel: str, warning_id: str) -> list[Dispatched]:
    return [
        entry.body
        for entry in world.entries
        if isinstance(entry.body, Dispatched) and (entry.body.channel, entry.body.warning_id) == (channel, warning_id)
    ]


@settings(max_examples=100, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=14))
def test_every_warning_arrives_in_order_and_twice_only_where_nobody_could_know(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        leap(world.live(steps))
    names = [warning.warning_id for warning in world.sent]
    for channel, judge in world.judges.items():
        firsts = list(dict.fromkeys(judge.got))
        # At least once, in order.
        if channel in PRIMARIES:
            assert firsts == names
        else:
            assert firsts == [name for name in names if name in firsts]
        # The same identity, as the same bytes, in every life of the watch and on every channel.
        assert all(len(found) == 1 for found in judge.bytes_got.values())
        for name in firsts:
            bodies = bodies_of(world, channel, name)
            tries = [body for body in bodies if body.fate == "trying"]
            # Nothing leaves unrecorded, and the tries are counted over all lives.
            assert [body.n_attempts for body in tries] == list(range(1, len(tries) + 1))
            # Twice only where the journal could not say that it had arrived: one try more than was answered.
            n_known = sum(body.fate == "delivered" for body in bodies)
            assert n_known <= 1
            assert judge.got.count(name) <= len(tries)
            fates = [body.fate for body in bodies]
            n_unknown = sum(
                one == "trying" and following != "delivered"
                for one, following in itertools.zip_longest(fates, fates[1:])
            )
            assert judge.got.count(name) <= n_known + n_unknown
            # Where a try follows one of which nothing is known, the record says so.
            for before, body in itertools.pairwise(bodies):
                if (before.fate, body.fate) == ("trying", "trying"):
                    assert body.text.startswith("sent again under the same identity")
    for name in names:
        bodies = bodies_of(world, "mail", name)
        # Given up only where it answered, yet failed so often that it no longer held up the newer one behind it.
        if bodies[-1].fate == "given_up":
            assert sum(body.fate == "failed" for body in bodies) >= GIVEN_UP_AFTER
            assert name != names[-1]
        else:
            assert bodies[-1].fate == "delivered"
    same = [judge.bytes_got for judge in world.judges.values()]
    for name in names:
        assert len(set().union(*(found.get(name, set()) for found in same))) == 1


def test_a_crash_between_the_arrival_and_the_record_is_the_one_way_to_a_second_copy() -> None:
    # mail alone works: 1 and 2 are around `trying`, 3 and 4 around the arrival, 5 and 6 around `delivered`.
    copies = {}
    for n_points in range(1, 7):
        with tempfile.TemporaryDirectory() as folder:
            world = World(Path(folder))
            world.judges = {"mail": world.judges["mail"]}
            leap(_live_with_mail_alone(world, [Wait(10.0), CrashAfter(n_points), Send("alert"), Wait(60.0)]))
            copies[n_points] = len(world.judges["mail"].got)
    assert copies == {1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 6: 1}


async def _live_with_mail_alone(world: World, steps: list[Step]) -> None:
    while steps:
        fate = Fate()
        watch = MortalWatch(world.entries, fate)
        world.entries = watch.entries
        world.judges["mail"].fate = fate
        async with Running(watch, world.judges, spool=Spool(world.signed, world.folder)):
            await world._live_once(watch, steps)
