"""An incident with everything in it, and a secret planted in every place where somebody could write one."""

from hashlib import sha256

from msgspec import structs

from sargas.dossier.compose import make
from sargas.dossier.history import History, Seen
from sargas.dossier.make import Around, Wanted
from sargas.dossier.rules import packaged
from sargas.model.classification import Classification, ClassShare
from sargas.model.dossier import Dossier, DossierLanguage, Unwell, Verify, Version
from sargas.model.evidence import (
    Access,
    CaseFile,
    CaseStep,
    CustodyStep,
    Evidence,
    Hold,
    Source,
    Span,
    WreckFinding,
)
from sargas.model.finding import Crossing, Finding
from sargas.model.incident import Incident, TimelineItem
from sargas.model.report import Sighting
from sargas.model.search import Find, Loss, Searched, SearchState
from sargas.model.sensor import Errors, Health, Sensor
from sargas.model.track import Contribution, Track
from sargas.model.warning import (
    Approval,
    DecisionClock,
    Delivery,
    PublicWarning,
    WarningContent,
    WarningState,
    WarningText,
)
from sargas.model.zone import Place
from small_watch import BLUEPRINT

T0 = 1_753_667_000.0
"""2025-07-28 01:43:20 UTC."""
CROSSED_S = T0 + 100.0
OFFICER = "Mjr. Zxofficer"
FINDER = "Sgt. Zxfinder"
RADAR, RADAR_NAME = "zx-radar-7", "Zxhill radar"
EAR = "zx-ear-3"
SITE = (54.83471, 23.98765)
PHOTO, REPORT = b"a photograph", b"a secret report"

SECRETS: dict[str, frozenset[str]] = {
    # secret: the versions that may show it
    OFFICER: frozenset({"full"}),
    "Zxofficer": frozenset({"full"}),
    FINDER: frozenset({"full"}),
    RADAR: frozenset({"ministry", "full"}),
    RADAR_NAME: frozenset({"ministry", "full"}),
    EAR: frozenset({"ministry", "full"}),
    "54.8347": frozenset({"full"}),
    "23.9876": frozenset({"full"}),
    "ZXCOMMENT": frozenset({"ministry", "full"}),
    "ZXCLUE": frozenset({"ministry", "full"}),
    "ZXFIND": frozenset({"ministry", "full"}),
    "ZXREASON": frozenset({"ministry", "allies", "full"}),
    "ZXWITNESS": frozenset({"ministry", "allies", "full"}),
    "ZXRECEIPT": frozenset({"ministry", "full"}),
    "ZXCLEARTITLE": frozenset({"public", "ministry", "allies", "full"}),
    "ZXPARTNERTITLE": frozenset({"ministry", "allies", "full"}),
    "ZXOWNTITLE": frozenset({"full"}),
    "ZXOWNTEXT": frozenset({"full"}),
    "ZXHOLDER": frozenset({"ministry", "full"}),
    "ZXSTEP": frozenset({"ministry", "full"}),
    "ZXOWNER": frozenset({"ministry", "full"}),
    "ZXHOLD": frozenset({"ministry", "full"}),
    "ZXSECTOR": frozenset(),
    "ZXFILENAME": frozenset(),
    "ZXMANNER": frozenset({"ministry", "allies", "full"}),
    "0.13579": frozenset({"ministry", "full"}),
    sha256(PHOTO).hexdigest(): frozenset({"public", "ministry", "allies", "full"}),
    sha256(REPORT).hexdigest(): frozenset({"full"}),
}
"""The bearing error 0.13579 is the capability of a sensor; ZXMANNER is a reason that the identifier gave."""

SENSORS = {
    RADAR: Sensor(
        id=RADAR,
        kind="radar",
        name=RADAR_NAME,
        lat_deg=SITE[0],
        lon_deg=SITE[1],
        country="LT",
        period_s=4.0,
        errors=Errors(range_sd_m=61.0, azimuth_sd_deg=0.13579),
    ),
    EAR: Sensor(id=EAR, kind="acoustic", name="", lat_deg=SITE[0], lon_deg=SITE[1], period_s=60.0),
}


def track(time_s: float, *, is_predicted: bool = False) -> Track:
    """A flight due west at 40 m/s, 4 km from the border at T0; 64.57 km make a degree."""
    lon_deg = 25.0 + (4_000.0 - 40.0 * (time_s - T0)) / 64_570.0
    return Track(
        track_id=7,
        time_s=time_s,
        first_s=T0 - 300.0,
        last_report_s=time_s - (30.0 if is_predicted else 1.0),
        status="coasting" if is_predicted else "confirmed",
        lat_deg=54.512345,
        lon_deg=lon_deg,
        east_mps=-40.0,
        north_mps=0.0,
        position_cov_m2=(900.0, 0.0, 400.0),
        velocity_cov_m2ps2=(1.0, 0.0, 1.0),
        contributions=(Contribution(RADAR, 10, time_s),),
        n_reports=10,
    )


TRACKS = tuple(track(T0 - 300.0 + 5.0 * k) for k in range(161))
"""From 400 s before the crossing to 400 s after it, every 5 s."""
CROSSING = Finding(
    finding_id="incursion-7",
    rule="incursion",
    state="updated",
    severity="red",
    time_s=T0 + 500.0,
    raised_s=CROSSED_S,
    probability=0.999,
    title="Track 7 crossed into Lithuania from Belarus",
    reasons=(f"ZXREASON: {RADAR} saw it",),
    detail=Crossing(
        zone_id="LT", from_country="BY", time_s=CROSSED_S, time_sd_s=2.0, lat_deg=54.512345, lon_deg=25.0,
        position_sd_m=80.0, depth_m=16_000.0, inside_s=400.0,
    ),
    track_id=7,
    evidence=(11, 12),
)  # fmt: skip
EVIDENCE = (
    Evidence(
        evidence_id="LT-1-E1", kind="photo", title="ZXCLEARTITLE", text=f"by {OFFICER}", added_s=T0 + 4_000.0,
        added_by=OFFICER, entry=31, handling="clear", sha256=sha256(PHOTO).hexdigest(), n_bytes=len(PHOTO),
        media_type="image/jpeg", file_name="ZXFILENAME.JPG",
        custody=(CustodyStep(time_s=T0 + 4_000.0, officer=OFFICER, holder="ZXHOLDER", entry=31),),
    ),
    Evidence(
        evidence_id="LT-1-E2", kind="wreck_finding", title="ZXPARTNERTITLE", added_s=T0 + 4_100.0, added_by=OFFICER,
        entry=32, handling="partners",
        wreck=WreckFinding(found_by=FINDER, lat_deg=54.612345, lon_deg=24.712345, condition="broken"),
    ),
    Evidence(
        evidence_id="LT-1-E3", kind="document", title="ZXOWNTITLE", text="ZXOWNTEXT", added_s=T0 + 4_200.0,
        added_by=OFFICER, entry=33, sha256=sha256(REPORT).hexdigest(), n_bytes=len(REPORT),
    ),
    Evidence(
        evidence_id="LT-1-E4", kind="frames", title="raw reports", added_s=T0 + 4_300.0, added_by=OFFICER, entry=34,
        handling="partners", frames=Span(21, 23),
    ),
    Evidence(
        evidence_id="LT-1-E5", kind="open_source", title="What the paper wrote", added_s=T0 + 4_400.0,
        added_by=OFFICER, entry=35, handling="clear",
        source=Source(address="https://news.example/2025/07/28/" + "a-very-long-name-" * 12, publisher="News",
                      published="2025-07-28", quotation="Residents saw it first.", reliability="B", credibility="2"),
    ),
)  # fmt: skip
LINES = (
    (0.0, "opened", "Opened: Track 7", ""),
    (110.0, "level", "Red, in the airspace: Track 7 crossed into Lithuania from Belarus", ""),
    (110.0, "alarmed", f"Alarm, high priority: {RADAR}", ""),
    (130.0, "acknowledged", "Acknowledged", OFFICER),
    (140.0, "commented", f"ZXCOMMENT by {OFFICER} at {RADAR_NAME}; Zxofficer was there", OFFICER),
    (150.0, "clue", "Clue c1 for the search: ZXCLUE", OFFICER),
    (200.0, "warning_sent", "LT-1-W1 sent", OFFICER),
    (500.0, "track_lost", "Track 7 lost: last seen at 54.5123° N", ""),
    (3_000.0, "found", "Found: ZXFIND", FINDER),
    (4_200.0, "evidence_added", "Document E3 on the file: ZXOWNTITLE", OFFICER),
)
WARNING = PublicWarning(
    warning_id="LT-1-W1",
    incident_id="LT-1",
    kind="alert",
    content=WarningContent(
        level="red",
        rings=(((24.0, 54.0), (25.0, 54.0), (25.0, 55.0), (24.0, 54.0)),),
        texts=(WarningText(language="lt", headline="Oro pavojus", description="", instruction="", area="Vilnius"),),
        expires_s=T0 + 7_200.0,
    ),
    approvals=(Approval(officer=OFFICER, time_s=T0 + 195.0),),
    sent_s=T0 + 200.0,
    sent_by=OFFICER,
    deliveries=(Delivery(channel="cap", fate="delivered", n_attempts=1, time_s=T0 + 201.0, text="ZXRECEIPT"),),
)
INCIDENT = Incident(
    incident_id="LT-1",
    title="Track 7 crossed into Lithuania from Belarus",
    status="open",
    level="yellow",
    highest_level="red",
    first_report_s=T0,
    opened_s=T0,
    changed_s=T0 + 4_500.0,
    track_ids=(7,),
    lost_track_ids=(7,),
    findings=(CROSSING,),
    lat_deg=54.512345,
    lon_deg=24.75,
    timeline=tuple(
        TimelineItem(time_s=T0 + after_s, what=what, text=text, officer=officer)
        for after_s, what, text, officer in LINES
    ),
    evidence=(11, 12, 21, 22, 23),
    cited=(31, 32, 33, 34, 35),
    search=SearchState(
        losses=(Loss(track=track(T0 + 500.0), declared_s=T0 + 530.0),),
        ordered_s=T0 + 1_000.0,
        searched=(
            Searched(searched_id="s1", time_s=T0 + 2_000.0, by=FINDER, asset="foot_team", sector="ZXSECTOR"),
        ),
        finds=(
            Find(find_id="f1", time_s=T0 + 3_000.0, by=FINDER, what="wreck", lat_deg=54.612345, lon_deg=24.712345,
                 sd_m=20.0, is_it=True, text="ZXFIND"),
        ),
    ),
    warning=WarningState(warnings=(WARNING,)),
    file=CaseFile(
        evidence=EVIDENCE,
        accesses=(Access(time_s=T0, officer=OFFICER, evidence_id="LT-1-E1", purpose="viewed", entry=40),),
        steps=(
            CaseStep(step_id="S1", kind="forensics", title="ZXSTEP", owner="ZXOWNER", opened_s=T0 + 4_400.0,
                     opened_by=OFFICER, due_s=T0 + 5_000.0, documents=("LT-1-E1", "LT-1-E3")),
        ),
        hold=Hold(since_s=T0 + 4_450.0, officer=OFFICER, reason="ZXHOLD"),
    ),
    clock=DecisionClock(
        first_report_s=T0, first_track_s=T0, first_alarm_s=T0 + 110.0, acknowledged_s=T0 + 130.0,
        drafted_s=T0 + 110.0, approved_s=T0 + 195.0, sent_s=T0 + 200.0, delivered_s=T0 + 201.0,
    ),
)  # fmt: skip
CLASSES = (
    Classification(
        track_id=7,
        time_s=T0 + 60.0,
        answer="drone",
        answer_name="Drone",
        classes=(
            ClassShare(kind="gerbera", name="Gerbera", probability=0.72),
            ClassShare(kind="unknown", name="Unknown", probability=0.28),
        ),
        reasons=(f"ZXMANNER: {EAR} heard it",),
    ),
)
HISTORY = History(
    first_s=T0 - 900.0,
    last_s=T0 + 600.0,
    tracks={7: TRACKS},
    seen={
        RADAR: Seen([7], T0 - 300.0, T0 + 500.0, 200, [(T0 - 300.0, T0 + 100.0), (T0 + 160.0, T0 + 500.0)]),
        EAR: Seen([7], T0 + 120.0, T0 + 240.0, 3, [(T0 + 120.0, T0 + 240.0)]),
    },
    classes={7: CLASSES},
    told=(
        Sighting(
            sensor="112", time_s=T0 + 80.0, lat_deg=54.512, lon_deg=24.9, sense="heard", text="ZXWITNESS engine"
        ),
        Sighting(sensor="112", time_s=T0 + 90.0, lat_deg=54.513, lon_deg=24.8, sense="seen", text="a grey thing"),
    ),
    unwell=(Unwell(sensor=EAR, state="silent", from_s=T0 + 240.0),),
)
PLACES = [Place(name="Vilnius", country="LT", lat_deg=54.687, lon_deg=24.72, population=550_000)]
VERIFY = Verify(
    origin="lt/test/1", n_entries=100, root="ab" * 32, head_s=T0 + 4_600.0, key_id="k1", keys=("cd" * 32,)
)
AROUND = Around(
    sensors=SENSORS,
    health={RADAR: Health(sensor=RADAR, state="ok")},
    zones=BLUEPRINT.zones,
    places=PLACES,
    country="LT",
    title="A night",
    is_exercise=True,
    authority="Crisis Centre",
    label="RECONSTRUCTION",
    verify=VERIFY,
)


def dossier(
    version: Version = "full",
    language: DossierLanguage = "en",
    *,
    incident: Incident = INCIDENT,
    history: History = HISTORY,
    around: Around = AROUND,
) -> Dossier:
    """The dossier of that incident."""
    wanted = Wanted(version=version, language=language, made_s=T0 + 10_000.0, addressee="The other state")
    return make(incident, history, around, wanted, packaged()[version])


def without_track() -> tuple[Incident, History]:
    """The same night as people told it, without any sensor."""
    incident = structs.replace(
        INCIDENT, track_ids=(), lost_track_ids=(), findings=(), search=None, file=CaseFile(), warning=WarningState()
    )
    history = structs.replace(HISTORY, tracks={}, seen={}, classes={}, unwell=())
    return incident, history
