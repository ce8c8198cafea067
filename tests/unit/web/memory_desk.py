"""A small real desk for the tests of the web server: the real engine, decoder, incident book and journal in memory.

Its tracker and rule are the simplest that are still true to their ports, so that the expected values of a test can be
read off its reports.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from sargas.app.case_section import CaseSection, usual_steps
from sargas.app.evidence_room import EvidenceRoom
from sargas.app.search_basis import Basis, packaged_aircraft
from sargas.app.searching import Country, Searching, order_of
from sargas.decode import jsonl
from sargas.dossier.make import Ordered
from sargas.engine import Engine
from sargas.incident import book
from sargas.model.decision import Decision
from sargas.model.entry import Body, Decided, Entry, FeedOpened, Frame
from sargas.model.errors import DecisionError, JournalError
from sargas.model.evidence import Span
from sargas.model.finding import Finding, Heard
from sargas.model.incident import Incident
from sargas.model.outlook import Inside, Outlook
from sargas.model.picture import Event, Picture, Refused
from sargas.model.report import NO_IDENTITY, AnyReport, Cooperative, GeoPlot
from sargas.model.search import LossHypotheses, SearchPlan
from sargas.model.sensor import Coverage, Health, RegistrationEstimate, Sensor
from sargas.model.track import Track
from sargas.model.zone import Place, Zone
from sargas.ports import Registered, Rejected
from sargas.store import evidence_memory, journal_memory
from sargas.store.register_sqlite import RegisterFile
from sargas.web.desk import Clock, Listener, ViewName

START_S = 1_753_660_800.0  # 2025-07-28T00:00:00Z
FEED = "aircraft"
BORDER_LON_DEG = 25.75
PLOTTED = 1
"""The track of all that a radar plots."""
SQUARE = (((24.0, 54.0), (25.75, 54.0), (25.75, 55.5), (24.0, 55.5), (24.0, 54.0)),)

SENSORS = {
    "radar": Sensor(
        id="radar",
        kind="radar",
        lat_deg=54.6,
        lon_deg=25.3,
        coverage=Coverage(range_min_m=500.0, range_max_m=40_000.0),
    ),
    "ear": Sensor(
        id="ear",
        kind="acoustic",
        lat_deg=54.5,
        lon_deg=25.7,
        coverage=Coverage(range_max_m=5_000.0, azimuth_from_deg=330.0, azimuth_to_deg=30.0),
    ),
    "people": Sensor(id="people", kind="observer"),
    "adsb": Sensor(id="adsb", kind="adsb"),
}


class OwnWord:
    """The tracker that believes every aircraft: one track per ICAO address, at the place that it gave.

    All that a radar plots is one track that nobody knows, at the speed that the plots give it.
    """

    def __init__(self) -> None:
        self._tracks: dict[str, Track] = {}
        self.rejected: dict[tuple[str, str], int] = {}
        self.registration: dict[str, RegistrationEstimate] = {}

    def update(self, reports: Sequence[AnyReport], now_s: float) -> Sequence[Track]:
        told = [
            self._update(report.identity.icao24, report)
            for report in reports
            if isinstance(report, Cooperative) and report.identity.icao24 is not None
        ]
        return told + [self._plotted(report) for report in reports if isinstance(report, GeoPlot)]

    def tick(self, now_s: float) -> Sequence[Track]:
        ended = {icao24: track for icao24, track in self._tracks.items() if now_s - track.time_s > 60.0}
        for icao24 in ended:
            del self._tracks[icao24]
        return [msgspec.structs.replace(track, status="ended") for track in ended.values()]

    def _update(self, icao24: str, report: Cooperative) -> Track:
        known = self._tracks.get(icao24)
        self._tracks[icao24] = Track(
            track_id=known.track_id if known else int(icao24, 16),
            time_s=report.time_s,
            first_s=known.first_s if known else report.time_s,
            last_report_s=report.time_s,
            status="confirmed",
            lat_deg=report.lat_deg,
            lon_deg=report.lon_deg,
            east_mps=0.0,
            north_mps=0.0,
            position_cov_m2=(100.0, 0.0, 100.0),
            velocity_cov_m2ps2=(1.0, 0.0, 1.0),
            identity=report.identity,
            is_cooperative=True,
            n_reports=known.n_reports + 1 if known else 1,
            entries=(report.entry,),
        )
        return self._tracks[icao24]

    def _plotted(self, report: GeoPlot) -> Track:
        known = self._tracks.get("plotted")
        self._tracks["plotted"] = Track(
            track_id=PLOTTED,
            time_s=report.time_s,
            first_s=known.first_s if known else report.time_s,
            last_report_s=report.time_s,
            status="confirmed",
            lat_deg=report.lat_deg,
            lon_deg=report.lon_deg,
            east_mps=-(report.speed_mps or 0.0),
            north_mps=0.0,
            position_cov_m2=(2_500.0, 0.0, 2_500.0),
            velocity_cov_m2ps2=(4.0, 0.0, 4.0),
            identity=NO_IDENTITY,
            n_reports=known.n_reports + 1 if known else 1,
            entries=(report.entry,),
        )
        return self._tracks["plotted"]


class Counted:
    """The health monitor that counts."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._changed: dict[str, None] = {}

    def update(self, reports: Sequence[AnyReport], now_s: float) -> None:
        for report in reports:
            self._counts[report.sensor] = self._counts.get(report.sensor, 0) + 1
            self._changed[report.sensor] = None

    def tick(self, now_s: float, rejected: Rejected, registration: Registered) -> Sequence[Health]:
        changed, self._changed = self._changed, {}
        return [Health(sensor=name, state="ok", n_reports=self._counts[name]) for name in changed]


class WestOfTheBorder:
    """The rule that raises one finding per track west of a meridian."""

    def __init__(self) -> None:
        self._raised: dict[int, Finding] = {}

    def evaluate(self, picture: Picture) -> Iterable[Finding]:
        findings = []
        for track in picture.tracks.values():
            if track.lon_deg < BORDER_LON_DEG and track.track_id not in self._raised:
                self._raised[track.track_id] = finding = _finding(track, picture.now_s)
                findings.append(finding)
        return findings


def _finding(track: Track, now_s: float) -> Finding:
    return Finding(
        finding_id=f"west-{track.track_id}-1",
        rule="incursion",
        state="raised",
        severity="red",
        time_s=now_s,
        raised_s=now_s,
        probability=0.99,
        title="West of the border",
        reasons=("its longitude is less than the border's",),
        detail=Heard(sensor="test", lat_deg=track.lat_deg, lon_deg=track.lon_deg, radius_m=100.0),
        track_id=track.track_id,
        lat_deg=track.lat_deg,
        lon_deg=track.lon_deg,
        evidence=track.entries,
    )


class MemoryView:
    """A view over an engine in memory, whose clock the test moves."""

    def __init__(self, *, is_played: bool) -> None:
        self.engine = new_engine()
        self.journal = journal_memory.build(journal_memory.Settings())
        self.state = Clock(now_s=START_S, is_played=is_played)
        self.listeners: list[Listener] = []

    @property
    def picture(self) -> Picture:
        return self.engine.picture

    @property
    def clock(self) -> Clock:
        return self.state

    def follow(self, listener: Listener) -> None:
        self.listeners.append(listener)

    def unfollow(self, listener: Listener) -> None:
        if listener in self.listeners:
            self.listeners.remove(listener)

    async def play(
        self, *, speed: float | None = None, is_paused: bool | None = None, jump_to_s: float | None = None
    ) -> None:
        if not self.state.is_played:
            raise DecisionError("the live view cannot be paused or moved; open a replay")
        change = {"speed": speed, "is_paused": is_paused, "now_s": jump_to_s}
        self.state = msgspec.structs.replace(self.state, **{k: v for k, v in change.items() if v is not None})
        for listener in list(self.listeners):
            listener.on_clock()
            if jump_to_s is not None:
                listener.on_reset()

    def accept(self, body: Body, at_s: float | None = None) -> tuple[int, list[Event]]:
        received_s = self.state.now_s if at_s is None else at_s
        (entry,) = self.journal.append([(received_s, body)])
        events = self.engine.accept(entry)
        self.state = msgspec.structs.replace(self.state, now_s=received_s)
        for listener in list(self.listeners):
            listener.on_events(events)
        return entry.seq, events


class MemoryDesk:
    """A desk whose journal is in memory; `is_disk_full` makes the journal refuse."""

    def __init__(self, *, is_played: bool = False) -> None:
        self.title = "Vilnius sector"
        self.country = "LT"
        self.is_exercise = True
        self.approvals_needed = 1
        self.channels = ["cap"]
        self.sensors = dict(SENSORS)
        self.zones = [Zone(id="LT", name="Lietuva", kind="sovereign", country="LT", polygons=(SQUARE,))]
        self.places = [Place(name="Šumskas", country="LT", lat_deg=54.61, lon_deg=25.72, population=919)]
        self.live = MemoryView(is_played=is_played)
        self._room = EvidenceRoom(evidence_memory.build(evidence_memory.Settings(max_mb=0.1)))
        self.evidence = self._room.store
        self.usual_steps = usual_steps(CaseSection())
        self.replay: MemoryView | None = None
        self.register = RegisterFile()
        self.is_disk_full = False
        self.n_dropped = 0
        basis = Basis(aircraft=packaged_aircraft(), n_particles=20_000)
        country = Country(
            code="LT", sensors=self.sensors, zones=self.zones, places=self.places, is_exercise=self.is_exercise
        )
        self._searching = Searching(basis, country)
        self.live.accept(FeedOpened(FEED, "memory"))

    def view(self, name: ViewName) -> MemoryView | None:
        return self.live if name == "live" else self.replay

    def outlook(self, track_id: int, view: ViewName) -> Outlook:
        shown = self.view(view)
        track = shown.picture.tracks.get(track_id) if shown else None
        if track is None:
            raise DecisionError(f"track {track_id} is not in the picture")
        inside = Inside(country="LT", probability=float(track.lon_deg < BORDER_LON_DEG))
        return Outlook(track_id=track_id, time_s=track.time_s, inside=(inside,))

    @property
    def is_recording(self) -> bool:
        return not self.trouble()

    def trouble(self) -> list[str]:
        return ["nothing can be recorded: the disk is full"] if self.is_disk_full else []

    def dropped(self) -> dict[str, int]:
        return {FEED: self.n_dropped}

    async def decide(self, decision: Decision, view: ViewName) -> int:
        if view != "live":
            raise DecisionError("a replay shows the past; decide in the live view")
        return await self._room.decided(decision, lambda: self._decide(decision), self.live.picture.incidents.values)

    async def _decide(self, decision: Decision) -> int:
        number, events = self._keep(Decided(decision))
        for event in events:
            if isinstance(event, Refused):
                raise DecisionError(event.reason)
        return number

    def entries(self, span: Span) -> Iterator[Entry]:
        return self.live.journal.read(span.first_seq - 1, span.last_seq)

    async def search_plan(self, incident_id: str, view: ViewName, track_id: int | None = None) -> SearchPlan:
        incident, now_s = self._incident(incident_id, view)
        return await self._searching.plan(incident, now_s, track_id)

    async def hypotheses(self, incident_id: str, view: ViewName) -> list[LossHypotheses]:
        incident, now_s = self._incident(incident_id, view)
        return await self._searching.hypotheses(incident, now_s)

    async def search_export(
        self,
        incident_id: str,
        view: ViewName,
        name: str,
        options: Mapping[str, str | bool],
        *,
        is_public: bool,
        track_id: int | None = None,
    ) -> tuple[str, str, bytes]:
        plan = await self.search_plan(incident_id, view, track_id)
        return await self._searching.file(plan, name, options, is_public=is_public)

    async def order_search(self, incident_id: str, view: ViewName, officer: str, track_id: int | None = None) -> int:
        incident, now_s = self._incident(incident_id, view)
        plan = await self._searching.plan(incident, now_s, track_id, is_anew=True)
        return await self.decide(order_of(plan, officer, incident.search.generation if incident.search else 0), view)

    async def dossier(self, incident_id: str, ordered: Ordered) -> tuple[str, str, bytes]:
        self.ordered = [*getattr(self, "ordered", []), ordered]
        self._incident(incident_id, "live")
        return "application/zip", f"{incident_id} ė.zip", b"a dossier"

    def _incident(self, incident_id: str, view: ViewName) -> tuple[Incident, float]:
        shown = self.view(view)
        incident = shown.picture.incidents.get(incident_id) if shown else None
        if shown is None or incident is None:
            raise DecisionError(f"there is no incident '{incident_id}'")
        return incident, shown.picture.now_s

    async def post(self, feed: str, data: bytes, peer: str) -> int:
        if feed != FEED:
            raise DecisionError(f"no feed '{feed}' takes posts; have {FEED}")
        return self._keep(Frame(feed, data))[0]

    async def open_replay(self, from_s: float | None) -> MemoryView:
        self.replay = MemoryView(is_played=True)
        for entry in self.live.journal.read():
            self.replay.accept(entry.body, entry.received_s)
        if from_s is not None:
            await self.replay.play(jump_to_s=from_s)
        return self.replay

    async def close_replay(self) -> None:
        self.replay = None

    def _keep(self, body: Body) -> tuple[int, list[Event]]:
        if self.is_disk_full:
            raise JournalError("the disk is full")
        return self.live.accept(body)


def new_engine() -> Engine:
    return Engine(
        decoders={FEED: jsonl.build(jsonl.Settings(), SENSORS)},
        tracker=OwnWord(),
        health=Counted(),
        rules=[WestOfTheBorder()],
        incidents=book.build(book.Settings(), "LT"),
    )


def line(icao24: str = "503d9a", *, time_s: float = START_S, lat_deg: float = 54.6, lon_deg: float = 25.9) -> bytes:
    """Return one line of Sargas's own format: a position that an aircraft gave of itself."""
    report = {
        "kind": "cooperative",
        "sensor": "adsb",
        "time_s": time_s,
        "source": "adsb",
        "identity": {"icao24": icao24},
        "lat_deg": lat_deg,
        "lon_deg": lon_deg,
    }
    return msgspec.json.encode(report) + b"\n"


def plot(time_s: float, lon_deg: float, lat_deg: float = 54.6) -> bytes:
    """Return one line of Sargas's own format: what a radar plotted of something that flies west at 40 m/s."""
    report = {
        "kind": "geo_plot",
        "sensor": "radar",
        "time_s": time_s,
        "lat_deg": lat_deg,
        "lon_deg": lon_deg,
        "sd_m": 50.0,
        "speed_mps": 40.0,
    }
    return msgspec.json.encode(report) + b"\n"


def with_loss(desk: MemoryDesk) -> str:
    """Let something unknown cross the border, fly on for five minutes and be lost; return its incident."""
    # 40 m/s at 54.6 degrees north are 0.000621 degrees of longitude a second
    for second in range(0, 300, 4):
        at_s = START_S + second
        desk.live.accept(Frame(FEED, plot(at_s, BORDER_LON_DEG - 0.01 - 0.000621 * second)), at_s=at_s)
    desk.live.accept(Frame(FEED, b""), at_s=START_S + 400.0)
    (incident_id,) = desk.live.picture.incidents
    return incident_id
