"""From a draft to a warning on its way: who may do what when, and the sentence when it cannot be.

Times are worked by hand from T0; the ring is a rectangle about Vilnius.
"""

from collections.abc import Sequence

import pytest
from msgspec import structs

from sargas.incident.book import IncidentBook, Settings, build
from sargas.incident.fold import fold
from sargas.incident.near import last_seen
from sargas.incident.still_flying import endurance_of, lost_track, still_flying
from sargas.incident.warning_decisions import WarningRules
from sargas.model.decision import (
    Acknowledge,
    ApproveWarning,
    Close,
    CountersignWarning,
    Dispose,
    EditWarning,
    IncidentDecision,
    ReportFind,
    SendWarning,
    WithdrawWarning,
)
from sargas.model.entry import Dispatched
from sargas.model.errors import DecisionError
from sargas.model.finding import Crossing, Finding
from sargas.model.incident import Alarmed, Drafted, Incident, IncidentEvent, Opened, WarningDispatched
from sargas.model.picture import Picture
from sargas.model.search import Loss, Watching
from sargas.model.track import Contribution, Track
from sargas.model.warning import Draft, Level, WarningContent, WarningText

T0 = 1_753_666_800.0
"""2025-07-28 01:40:00 UTC."""
LAT, LON = 54.60, 25.70
RING = ((25.1, 54.6), (25.4, 54.6), (25.4, 54.8), (25.1, 54.8), (25.1, 54.6))
TEXT = WarningText(language="en", headline="Air danger", description="A drone.", instruction="Go in.", area="Vilnius")
ID = "LT-2025-07-28-01"
W1, W2, W3 = f"{ID}-W1", f"{ID}-W2", f"{ID}-W3"
FINDING = Finding(
    finding_id="incursion:5:LT:1",
    rule="incursion",
    state="raised",
    severity="red",
    time_s=T0,
    raised_s=T0,
    probability=0.95,
    title="Track 5 crossed into Lithuania",
    reasons=(),
    detail=Crossing(zone_id="LT", time_s=T0, time_sd_s=2.0, lat_deg=LAT, lon_deg=LON, position_sd_m=90.0),
    track_id=5,
    lat_deg=LAT,
    lon_deg=LON,
)


def content(level: Level = "red", **changes: object) -> WarningContent:
    base = WarningContent(level=level, rings=(RING,), texts=(TEXT,), expires_s=T0 + 7_200.0)
    return structs.replace(base, **changes)


def flying(now_s: float) -> Track:
    return Track(
        track_id=5,
        time_s=now_s,
        first_s=T0 - 100.0,
        last_report_s=now_s,
        status="confirmed",
        lat_deg=LAT,
        lon_deg=LON,
        east_mps=-40.0,
        north_mps=0.0,
        position_cov_m2=(1e4, 0.0, 1e4),
        velocity_cov_m2ps2=(4.0, 0.0, 4.0),
    )


def picture(now_s: float, *tracks: Track) -> Picture:
    return Picture(now_s=now_s, tracks={track.track_id: track for track in tracks})


class Watch:
    """An incident book with one red incident, and the officers who decide at it."""

    def __init__(self, rules: WarningRules | None = None, **settings: float) -> None:
        self.book: IncidentBook = build(Settings(**settings), "LT", rules=rules or WarningRules())
        self.entry = 100
        self.book.on_findings([FINDING], picture(T0, flying(T0)))

    def decide(self, decision: IncidentDecision, after_s: float = 10.0) -> Incident:
        self.entry += 1
        (incident,) = self.book.on_decision(decision, T0 + after_s, self.entry, picture(T0 + after_s, flying(T0)))
        return incident

    def approve(self, level: Level = "red", after_s: float = 10.0, officer: str = "Ona", **more: object) -> Incident:
        revision = self.incident.warning.revision
        base = ApproveWarning(officer=officer, incident_id=ID, revision=revision, content=content(level))
        return self.decide(structs.replace(base, **more), after_s)

    def send(self, warning_id: str = W1, after_s: float = 20.0) -> Incident:
        return self.decide(SendWarning(officer="Ona", incident_id=ID, warning_id=warning_id), after_s)

    def lose(self) -> None:
        """Lose the track 60 s after T0 and clear what was found of it; yellow then holds."""
        lost = structs.replace(flying(T0 + 60.0), status="lost", time_s=T0 + 80.0)
        self.book.on_findings([], picture(T0 + 80.0, lost))
        cleared = structs.replace(FINDING, state="cleared", time_s=T0 + 90.0)
        for after_s in (90.0, 130.0):
            self.book.on_findings([cleared] if after_s < 100.0 else [], picture(T0 + after_s))

    @property
    def incident(self) -> Incident:
        return self.book.incident(ID)


@pytest.fixture
def watch() -> Watch:
    return Watch()


def said(watch: Watch, decision: IncidentDecision, after_s: float = 30.0) -> str:
    with pytest.raises(DecisionError) as refused:
        watch.decide(decision, after_s)
    return str(refused.value)


def test_an_approved_warning_is_an_alert_numbered_after_its_incident(watch: Watch) -> None:
    (warning,) = watch.approve().warning.warnings
    assert (warning.warning_id, warning.kind, warning.references) == (W1, "alert", ())
    assert warning.is_approved
    assert warning.approved_s == T0 + 10.0
    assert warning.sent_s is None


def test_what_is_sent_holds_until_it_expires(watch: Watch) -> None:
    watch.approve()
    state = watch.send().warning
    in_force = state.in_force(T0 + 7_199.0)
    assert in_force is not None
    assert (in_force.warning_id, in_force.sent_s, in_force.sent_by) == (W1, T0 + 20.0, "Ona")
    assert state.in_force(T0 + 7_200.0) is None


def test_a_second_warning_updates_the_first_and_the_all_clear_names_both(watch: Watch) -> None:
    watch.approve()
    watch.send()
    watch.approve("yellow", 30.0)
    watch.send(W2, 40.0)
    cleared = watch.approve("white", 50.0, override="found by the police")
    assert [(one.kind, one.references) for one in cleared.warning.warnings] == [
        ("alert", ()),
        ("update", (W1,)),
        ("cancel", (W1, W2)),
    ]
    watch.send(W3, 60.0)
    assert watch.incident.warning.in_force(T0 + 61.0) is None
    assert watch.approve("red", 70.0).warning.warnings[-1].kind == "alert"


def test_nothing_is_sent_that_nobody_approved(watch: Watch) -> None:
    assert "has no warning" in said(watch, SendWarning(officer="Ona", incident_id=ID, warning_id=W1))


def test_where_two_must_approve_one_is_not_enough_and_the_same_one_twice_is_not_two() -> None:
    watch = Watch(WarningRules(n_approvals=2))
    watch.approve(officer="Ona")
    send = SendWarning(officer="Ona", incident_id=ID, warning_id=W1)
    assert said(watch, send) == f"{W1}, approved by Ona, waits: 1 more approval needed"
    again = CountersignWarning(officer=" ona ", incident_id=ID, warning_id=W1)
    assert "another officer must" in said(watch, again)
    watch.decide(CountersignWarning(officer="Jonas", incident_id=ID, warning_id=W1), 30.0)
    assert watch.send(after_s=40.0).clock is not None
    assert watch.incident.clock is not None
    assert (watch.incident.clock.approved_s, watch.incident.clock.sent_s) == (T0 + 30.0, T0 + 40.0)


def test_nobody_approves_over_another_draft_that_he_has_not_seen(watch: Watch) -> None:
    watch.decide(EditWarning(officer="Jonas", incident_id=ID, revision=0, content=content()))
    late = ApproveWarning(officer="Ona", incident_id=ID, revision=0, content=content())
    assert said(watch, late) == (
        "Jonas saved another draft at 01:40:10 UTC (revision 1, yours was 0): look at it first"
    )
    assert "Jonas saved another draft" in said(
        watch, EditWarning(officer="Ona", incident_id=ID, revision=0, content=content("yellow"))
    )


def test_a_saved_draft_stands_until_it_is_dropped_or_approved(watch: Watch) -> None:
    edited = watch.decide(EditWarning(officer="Ona", incident_id=ID, revision=0, content=content("yellow")))
    assert edited.warning.edited is not None
    assert edited.warning.edited.content.level == "yellow"
    dropped = watch.decide(EditWarning(officer="Ona", incident_id=ID, revision=1))
    assert (dropped.warning.edited, dropped.warning.revision) == (None, 2)


def test_one_warning_at_a_time_waits_to_be_sent(watch: Watch) -> None:
    watch.approve()
    second = ApproveWarning(officer="Jonas", incident_id=ID, revision=1, content=content())
    assert said(watch, second) == f"{W1}, approved by Ona, waits: countersign, send or withdraw it first"
    watch.decide(WithdrawWarning(officer="Ona", incident_id=ID, warning_id=W1, text="a bird"), 30.0)
    assert watch.approve(after_s=40.0).warning.warnings[-1].warning_id == W2


def test_what_was_sent_is_not_sent_again_nor_withdrawn(watch: Watch) -> None:
    watch.approve()
    watch.send()
    told = f"{W1} was sent by Ona at 01:40:20 UTC"
    assert said(watch, SendWarning(officer="Jonas", incident_id=ID, warning_id=W1)) == told
    assert said(watch, WithdrawWarning(officer="Jonas", incident_id=ID, warning_id=W1)) == told


def test_a_warning_that_has_run_out_is_not_sent(watch: Watch) -> None:
    watch.approve(content=content(expires_s=T0 + 25.0))
    assert "withdraw it and approve a new one" in said(
        watch, SendWarning(officer="Ona", incident_id=ID, warning_id=W1), 30.0
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"rings": ((*RING[:-1], (25.2, 54.6)),)}, "rings[0]: is not closed"),
        ({"rings": (((0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)),)}, "rings[0]: its sides cross"),
        ({"rings": (RING, ((0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (0.0, 0.0)))}, "rings[1]: its sides cross"),
        ({"texts": (TEXT, TEXT)}, "the language en is there twice"),
        ({"expires_s": T0 + 30.0}, "is not within the day after"),
        ({"expires_s": T0 + 30.0 + 86_401.0}, "is not within the day after"),
    ],
)
def test_what_no_channel_could_send_is_not_approved(watch: Watch, changes: dict[str, object], told: str) -> None:
    asked = ApproveWarning(officer="Ona", incident_id=ID, revision=0, content=content(**changes))
    assert told in said(watch, asked)


def comb(number: int) -> tuple[tuple[float, float], ...]:
    """Return a comb of 60 thin teeth that lie east of its back, or, if its number is odd, north."""
    teeth = [
        corner
        for k in range(60)
        for corner in (
            (0.6, 0.01 * k),
            (0.6, 0.01 * k + 1e-4),
            (0.001, 0.01 * k + 1e-4),
            (0.001, 0.01 * k + 0.01),
        )
    ]
    corners = [(0.0, 0.0), *teeth, (0.0, 0.6), (0.0, 0.0)]
    off = 2e-4 * number
    return tuple((25.0 + off + x, 54.0 + y) if number % 2 == 0 else (25.0 + y, 54.0 + off + x) for x, y in corners)


def test_rings_that_would_keep_the_watch_busy_for_minutes_are_not_approved(watch: Watch) -> None:
    combs = content(rings=tuple(comb(number) for number in range(8)))
    asked = ApproveWarning(officer="Ona", incident_id=ID, revision=0, content=combs)
    assert "they cross each other too often" in said(watch, asked)
    assert "cross" in said(watch, EditWarning(officer="Ona", incident_id=ID, revision=0, content=combs))


def test_rings_that_overlap_as_people_draw_them_are_approved(watch: Watch) -> None:
    moved = tuple((lon + 0.1, lat) for lon, lat in RING)
    assert len(watch.approve(content=content(rings=(RING, moved, RING))).warning.warnings) == 1


def test_there_is_no_all_clear_of_what_was_never_warned_of(watch: Watch) -> None:
    asked = ApproveWarning(officer="Ona", incident_id=ID, revision=0, content=content("white"))
    assert "no warning is in force" in said(watch, asked)


def test_there_is_no_all_clear_while_it_is_red(watch: Watch) -> None:
    watch.approve()
    watch.send()
    asked = ApproveWarning(officer="Ona", incident_id=ID, revision=1, content=content("white"))
    assert said(watch, asked).startswith(f"no all-clear: {ID} is red")


def test_the_all_clear_is_refused_while_a_lost_track_can_fly_and_says_what_is_left(watch: Watch) -> None:
    watch.approve()
    watch.send()
    watch.lose()
    assert watch.incident.level == "yellow"
    (lost,) = watch.incident.lost
    # The unknown is held to fly 4 h from its take-off; it had been seen for 160 s when it was lost.
    assert lost.flies_until_s == T0 + 60.0 + 14_400.0 - 160.0
    asked = ApproveWarning(officer="Ona", incident_id=ID, revision=1, content=content("white"))
    assert said(watch, asked, 200.0) == (
        "no all-clear yet: track 5, lost at 01:41:00 UTC, can fly until 05:38:20 UTC; no sensor watches for it;"
        " wait, or override it with a reason"
    )
    (_, warning) = watch.approve("white", 210.0, override="the police have it").warning.warnings
    assert (warning.kind, warning.override) == ("cancel", "the police have it")
    assert "override: the police have it" in watch.incident.timeline[-1].text


def test_the_all_clear_is_given_once_it_cannot_fly_any_more() -> None:
    watch = Watch(endurance_s=1_800.0)
    watch.approve()
    watch.send()
    watch.lose()
    watch.book.on_findings([], picture(T0 + 1_750.0))
    assert still_flying(watch.incident, T0 + 1_750.0) == []
    assert watch.approve("white", 1_750.0).warning.warnings[-1].kind == "cancel"


def test_an_all_clear_that_is_no_longer_true_when_it_is_sent_is_not_sent() -> None:
    watch = Watch(endurance_s=1_800.0)
    watch.approve()
    watch.send()
    watch.lose()
    watch.approve("white", 1_750.0)
    flown = structs.replace(flying(T0 + 1_760.0), track_id=6)
    again = structs.replace(FINDING, finding_id="incursion:6:LT:1", track_id=6, raised_s=T0 + 100.0)
    watch.book.on_findings([again], picture(T0 + 1_760.0, flown))
    assert watch.incident.level == "red"
    send = SendWarning(officer="Jonas", incident_id=ID, warning_id=W2)
    assert said(watch, send, 1_770.0).startswith(f"no all-clear: {ID} is red")
    watch.decide(WithdrawWarning(officer="Jonas", incident_id=ID, warning_id=W2), 1_780.0)
    watch.approve("white", 1_790.0, override="that one is ours")
    assert watch.send(W3, 1_800.0).warning.in_force(T0 + 1_801.0) is None


def test_a_wreck_that_was_found_no_longer_holds_the_all_clear_back(watch: Watch) -> None:
    watch.approve()
    watch.send()
    watch.lose()
    found = ReportFind(officer="Rasa", incident_id=ID, what="wreck", lat_deg=LAT, lon_deg=LON - 0.1, is_it=True)
    assert watch.decide(found, 300.0).lost == ()
    assert watch.approve("white", 310.0).warning.warnings[-1].kind == "cancel"


def test_an_incident_with_a_warning_in_force_is_not_closed(watch: Watch) -> None:
    watch.approve()
    watch.send()
    watch.decide(Dispose(officer="Ona", incident_id=ID, disposition="bird"), 30.0)
    assert said(watch, Close(officer="Ona", incident_id=ID), 40.0) == (
        f"{W1} is in force until 03:40:00 UTC: give the all-clear first, then close"
    )


def test_an_incident_with_a_warning_that_waits_is_not_closed(watch: Watch) -> None:
    watch.approve()
    watch.decide(Dispose(officer="Jonas", incident_id=ID, disposition="bird"), 30.0)
    close = Close(officer="Jonas", incident_id=ID)
    assert said(watch, close, 40.0) == f"{W1}, approved by Ona, waits: send or withdraw it first, then close"
    watch.decide(WithdrawWarning(officer="Jonas", incident_id=ID, warning_id=W1), 50.0)
    assert watch.decide(close, 60.0).status == "closed"


def test_what_is_in_force_is_not_forgotten_for_many_that_were_withdrawn(watch: Watch) -> None:
    watch.approve()
    watch.send()
    for number in range(2, 70):
        watch.approve()
        watch.decide(WithdrawWarning(officer="Ona", incident_id=ID, warning_id=f"{ID}-W{number}"))
    in_force = watch.incident.warning.in_force(T0 + 30.0)
    assert in_force is not None
    assert in_force.warning_id == W1
    assert len(watch.incident.warning.warnings) == 60
    assert watch.approve().warning.warnings[-1].references == (W1,)


def test_what_can_still_fly_is_closed_only_with_a_word(watch: Watch) -> None:
    watch.lose()
    assert "say in a word why it can be closed" in said(watch, Close(officer="Ona", incident_id=ID), 200.0)
    assert watch.decide(Close(officer="Ona", incident_id=ID, text="landed at Kyviškės"), 210.0).status == "closed"


def test_nobody_undoes_what_another_officer_has_said_meanwhile(watch: Watch) -> None:
    before = watch.incident.decided_entry
    watch.decide(Dispose(officer="Jonas", incident_id=ID, disposition="drone"))
    late = Dispose(officer="Ona", incident_id=ID, disposition="bird", seen_entry=before)
    assert said(watch, late) == f"Jonas said what it was meanwhile ({ID}, 01:40:10 UTC): look at it again"
    seen = Dispose(officer="Ona", incident_id=ID, disposition="bird", seen_entry=watch.incident.decided_entry)
    assert watch.decide(seen, 40.0).disposition == "bird"


def test_one_officer_may_correct_himself(watch: Watch) -> None:
    watch.decide(Dispose(officer="Ona", incident_id=ID, disposition="drone"))
    again = Dispose(officer="Ona", incident_id=ID, disposition="bird", seen_entry=0)
    assert watch.decide(again).disposition == "bird"


def dispatched(fate: str, n: int, channel: str = "cap", **more: object) -> Dispatched:
    base = Dispatched(incident_id=ID, warning_id=W1, channel=channel, fate="trying", n_attempts=n)
    return structs.replace(base, fate=fate, **more)


def test_the_fate_of_every_delivery_stands_on_the_incident(watch: Watch) -> None:
    watch.approve()
    watch.send()
    steps = [dispatched("trying", 1), dispatched("failed", 1, text="refused"), dispatched("trying", 2)]
    for number, body in enumerate([*steps, dispatched("delivered", 2, text="written")]):
        watch.book.on_dispatched(body, T0 + 21.0 + number, 200 + number)
    (delivery,) = watch.incident.warning.warnings[0].deliveries
    assert (delivery.fate, delivery.n_attempts, delivery.text) == ("delivered", 2, "written")
    assert watch.incident.clock is not None
    assert watch.incident.clock.delivered_s == T0 + 24.0
    told = [item.text for item in watch.incident.timeline if item.what == "warning_dispatched"]
    assert told == [f"{W1} not delivered by cap yet: refused", f"{W1} delivered by cap: written"]


def test_what_was_delivered_stays_delivered(watch: Watch) -> None:
    watch.approve()
    watch.send()
    for body in (dispatched("delivered", 1), dispatched("failed", 2)):
        watch.book.on_dispatched(body, T0 + 30.0, 200)
    assert watch.incident.warning.warnings[0].deliveries[0].fate == "delivered"


def test_the_news_of_a_warning_that_was_not_sent_is_nothing(watch: Watch) -> None:
    watch.approve()
    assert watch.book.on_dispatched(dispatched("delivered", 1), T0 + 30.0, 200) == []
    assert watch.incident.clock is not None
    assert watch.incident.clock.delivered_s is None


def test_a_day_of_tries_on_a_dead_channel_displaces_no_evidence_of_what_flew(watch: Watch) -> None:
    seen = structs.replace(FINDING, time_s=T0 + 31.0, state="updated", evidence=tuple(range(7, 97)))
    watch.book.on_findings([seen], picture(T0 + 31.0, flying(T0 + 31.0)))
    watch.approve()
    watch.send()
    before = watch.incident
    for number in range(1, 2_881):
        watch.book.on_dispatched(dispatched("trying", number), T0 + 30.0 * number, 1_000 + 2 * number)
        watch.book.on_dispatched(dispatched("failed", number), T0 + 30.0 * number, 1_001 + 2 * number)
    assert watch.incident.evidence == before.evidence
    assert set(seen.evidence) < set(before.evidence)
    assert len(watch.incident.timeline) == len(before.timeline) + 1


def test_the_news_of_a_forgotten_incident_is_nothing(watch: Watch) -> None:
    body = structs.replace(dispatched("delivered", 1), incident_id="LT-2020-01-01-01")
    assert watch.book.on_dispatched(body, T0, 1) == []


def folded(*happenings: tuple[float, object]) -> Incident:
    incident: Incident | None = None
    for time_s, what in happenings:
        incident = fold(incident, IncidentEvent(incident_id=ID, time_s=time_s, what=what))  # type: ignore[arg-type]
    assert incident is not None
    return incident


def test_the_decision_clock_keeps_the_first_moment_of_each_step() -> None:
    opened = Opened(title="Track 5", first_report_s=T0 - 30.0, finding=FINDING)
    clock = folded(
        (T0, opened),
        (T0 + 1, Alarmed(priority="high", reason="new")),
        (T0 + 2, Drafted(level="yellow")),
        (T0 + 9, Alarmed(priority="high", reason="red")),
        (T0 + 9, Drafted(level="red")),
        (T0 + 40, WarningDispatched(warning_id=W1, channel="cap", fate="failed", n_attempts=1)),
        (T0 + 50, WarningDispatched(warning_id=W1, channel="cap", fate="delivered", n_attempts=2)),
        (T0 + 60, WarningDispatched(warning_id=W1, channel="tak", fate="delivered", n_attempts=1)),
    ).clock
    assert clock is not None
    assert (clock.first_report_s, clock.first_track_s, clock.first_alarm_s) == (T0 - 30, T0, T0 + 1)
    assert (clock.drafted_s, clock.acknowledged_s, clock.delivered_s) == (T0 + 2, None, T0 + 50)


def test_an_alarm_asks_to_be_acknowledged_anew(watch: Watch) -> None:
    watch.decide(Acknowledge(officer="Ona", incident_id=ID))
    alarmed = Alarmed(priority="high", reason="a drone joins the balloons", kind="gerbera")
    event = IncidentEvent(incident_id=ID, time_s=T0 + 60.0, what=alarmed)
    heard = fold(watch.incident, event)
    assert (heard.acknowledged_s, heard.priority, heard.kind) == (None, "high", "gerbera")
    assert heard.alarmed_for == "a drone joins the balloons"


def drafts(watch: Watch, levels: Sequence[Level]) -> list[Incident]:
    found: list[Incident] = []
    for number, level in enumerate(levels):
        draft = Draft(incident_id=ID, made_s=T0 + number, content=content(level))
        found += watch.book.on_draft(draft, T0 + number)
    return found


def test_a_draft_is_told_once_for_each_level_that_it_comes_to(watch: Watch) -> None:
    told = drafts(watch, ["yellow", "yellow", "red", "red", "yellow"])
    assert [one.timeline[-1].text for one in told] == [
        "Draft of a yellow warning ready",
        "Draft of a red warning ready",
        "Draft of a yellow warning ready",
    ]


def test_only_what_sees_by_itself_would_have_seen_a_silent_one_go_on() -> None:
    loss = Loss(
        track=structs.replace(flying(T0), contributions=(Contribution("112", 3, T0),)),
        declared_s=T0 + 30.0,
        watching=tuple(Watching(sensor=name, from_s=T0) for name in ("112", "adsb", "radar-east")),
    )
    seen = last_seen(loss.track)
    told = lost_track(seen, loss, picture(T0 + 30.0), endurance_of((), 3_600.0, 7_200.0), frozenset({"radar-east"}))
    assert told.sensors == ("112", "radar-east")  # 112 had told of it, the receivers of transponders had not
