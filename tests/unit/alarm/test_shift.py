"""What the officer who takes the watch over is told."""

from msgspec import structs

from sargas.alarm.shift import shift_of, since_hand_over
from sargas.model.alarm import Alarm, AlarmLogItem, HandOver, Shelving, Suppression
from sargas.model.channel import ChannelHealth
from sargas.model.incident import Incident, TimelineItem
from sargas.model.picture import Picture
from sargas.model.sensor import Health
from sargas.model.warning import (
    Approval,
    Delivery,
    LostTrack,
    PublicWarning,
    WarningContent,
    WarningState,
    WarningText,
)

T0 = 1_753_666_800.0
RING = ((25.0, 54.0), (25.1, 54.0), (25.1, 54.1), (25.0, 54.0))


def incident(number: int, **more: object) -> Incident:
    made = Incident(
        incident_id=f"LT-{number}",
        title=f"Track {number} crossed into Lithuania",
        status="open",
        level="yellow",
        highest_level="red",
        first_report_s=T0 - 600.0,
        opened_s=T0 - 600.0,
        changed_s=T0,
    )
    return structs.replace(made, **more)


def alarm(name: str, **more: object) -> Alarm:
    made = Alarm(
        alarm_id=name,
        source="incident",
        subject=name,
        priority="low",
        state="acknowledged",
        title=name,
        reason="",
        first_s=T0,
        raised_s=T0,
    )
    return structs.replace(made, **more)


def warning(*deliveries: Delivery, sent_s: float | None = T0 - 60.0, n_needed: int = 1) -> PublicWarning:
    text = WarningText(language="lt", headline="Bepilotis orlaivis", description="", instruction="", area="Vilnius")
    content = WarningContent(level="red", rings=(RING,), texts=(text,), expires_s=T0 + 600.0)
    return PublicWarning(
        warning_id="LT-1-W1",
        incident_id="LT-1",
        kind="alert",
        content=content,
        approvals=(Approval(officer="ona", time_s=T0 - 90.0),),
        n_needed=n_needed,
        sent_s=sent_s,
        sent_by="ona" if sent_s is not None else "",
        deliveries=deliveries,
    )


def picture(**more: object) -> Picture:
    made = Picture(now_s=T0)
    for name, value in more.items():
        setattr(made, name, value)
    return made


def of(*incidents: Incident, **more: object) -> Picture:
    return picture(incidents={one.incident_id: one for one in incidents}, **more)


def test_it_reaches_back_to_the_last_hand_over_but_no_more_than_twelve_hours() -> None:
    def handed_over(ago_s: float) -> Picture:
        return picture(hand_overs=[HandOver(time_s=T0 - ago_s, officer="ona", to="jonas", text="")])

    assert since_hand_over(handed_over(3_600.0)) == T0 - 3_600.0
    assert since_hand_over(handed_over(90_000.0)) == T0 - 43_200.0
    assert since_hand_over(picture()) == T0 - 43_200.0
    assert shift_of(handed_over(3_600.0)).from_s == T0 - 3_600.0


def test_open_incidents_stand_with_level_age_and_who_has_seen_them_the_gravest_first() -> None:
    told = shift_of(
        of(
            incident(1, level="white"),
            incident(2, level="yellow", acknowledged_s=T0 - 500.0, acknowledged_by="ona"),
            incident(3, level="red", priority="high"),
            incident(4, status="closed"),
        )
    )
    assert [one.incident_id for one in told.incidents] == ["LT-3", "LT-2", "LT-1"]
    assert (told.incidents[1].acknowledged_by, told.incidents[1].age_s) == ("ona", 600.0)


def test_warnings_in_force_stand_with_where_they_did_not_arrive() -> None:
    failed = Delivery(channel="tak", fate="failed", n_attempts=3, time_s=T0, text="no route to host")
    sent = warning(failed, Delivery(channel="mail", fate="delivered", n_attempts=1, time_s=T0))
    told = shift_of(of(incident(1, status="closed", warning=WarningState(warnings=(sent,)))))
    (one,) = told.warnings
    assert (one.warning_id, one.level, one.headline, one.sent_by) == ("LT-1-W1", "red", "Bepilotis orlaivis", "ona")
    assert one.undelivered == (failed,)


def test_a_warning_that_waits_for_approval_or_to_be_sent_is_told() -> None:
    told = shift_of(of(incident(1, warning=WarningState(warnings=(warning(sent_s=None, n_needed=2),)))))
    (one,) = told.pending
    assert (one.warning_id, one.approved_by, one.n_missing) == ("LT-1-W1", ("ona",), 1)
    assert told.warnings == ()


def test_lost_tracks_that_can_still_fly_stand_with_until_when() -> None:
    def lost(track_id: int, until_s: float) -> LostTrack:
        return LostTrack(
            track_id=track_id,
            last_report_s=T0 - 300.0,
            lat_deg=54.6,
            lon_deg=25.3,
            speed_mps=40.0,
            course_deg=290.0,
            flies_until_s=until_s,
        )

    told = shift_of(of(incident(1, lost=(lost(5, T0 + 1.0), lost(6, T0 - 1.0)))))
    assert [(one.incident_id, one.lost.track_id) for one in told.still_flying] == [("LT-1", 5)]


def test_alarms_that_stand_those_put_aside_and_those_kept_quiet_are_told_apart() -> None:
    aside = Shelving(officer="ona", time_s=T0, until_s=T0 + 600.0, text="known")
    quiet = Suppression(
        suppression_id="S1", officer="ona", time_s=T0, until_s=T0 + 600.0, text="night", source="incident"
    )
    alarms = [
        alarm("seen", priority="high"),
        alarm("new", state="unacknowledged"),
        alarm("newer and worse", state="unacknowledged", priority="high"),
        alarm("aside", shelved=aside),
        alarm("quiet", suppressed_by="S1"),
    ]
    told = shift_of(picture(alarms={one.alarm_id: one for one in alarms}, suppressions={"S1": quiet}))
    assert [one.alarm_id for one in told.alarms] == ["newer and worse", "new", "seen"]
    assert [one.alarm_id for one in told.shelved] == ["aside"]
    assert [one.alarm_id for one in told.quiet] == ["quiet"]
    assert told.suppressions == (quiet,)


def test_sensors_that_are_not_well_and_dead_channels_are_told() -> None:
    health = {
        "a": Health(sensor="a", state="ok"),
        "b": Health(sensor="b", state="silent", reason="nothing for 60 s", last_report_s=T0 - 60.0),
        "c": Health(sensor="c", state="maintenance"),
        "d": Health(sensor="d", state="unknown"),
    }
    channels = {
        name: ChannelHealth(channel=name, is_alive=name == "mail", changed_s=T0, text="") for name in ("mail", "tak")
    }
    told = shift_of(picture(health=health, channels=channels))
    assert [(one.sensor, one.state) for one in told.sensors] == [("b", "silent"), ("c", "maintenance")]
    assert [one.channel for one in told.channels] == ["tak"]


def test_what_people_did_in_the_shift_is_told_oldest_first() -> None:
    timeline = (
        TimelineItem(time_s=T0 - 9_000.0, what="acknowledged", text="Acknowledged", officer="egle"),
        TimelineItem(time_s=T0 - 300.0, what="acknowledged", text="Acknowledged", officer="ona"),
        TimelineItem(time_s=T0 - 200.0, what="level", text="Red"),
    )
    log = [
        AlarmLogItem(
            time_s=T0 - 300.0,
            alarm_id="incident:LT-1",
            action="acknowledged",
            priority="low",
            text="seen",
            officer="ona",
        ),
        AlarmLogItem(
            time_s=T0 - 100.0, alarm_id="sensor:b", action="shelved", priority="low", text="known", officer="ona"
        ),
        AlarmLogItem(time_s=T0 - 90.0, alarm_id="sensor:b", action="raised", priority="low", text="", is_heard=True),
    ]
    told = shift_of(of(incident(1, timeline=timeline), alarm_log=log), T0 - 3_600.0)
    assert [(deed.officer, deed.about, deed.what) for deed in told.deeds] == [
        ("ona", "LT-1", "acknowledged"),
        ("ona", "sensor:b", "shelved"),
    ]
    assert (told.rates.n_heard, told.rates.per_hour) == (1, 1.0)


def test_of_very_many_deeds_the_newest_are_told_and_how_many_are_left_out() -> None:
    timeline = tuple(
        TimelineItem(time_s=T0 - 1_000.0 + number, what="commented", text="", officer="ona") for number in range(400)
    )
    told = shift_of(of(incident(1, timeline=timeline)))
    assert (len(told.deeds), told.n_deeds_left_out) == (300, 100)
    assert told.deeds[-1].time_s == T0 - 601.0


def test_hand_overs_of_the_shift_are_told() -> None:
    both = [
        HandOver(time_s=T0 - 7_200.0, officer="egle", to="ona", text=""),
        HandOver(time_s=T0 - 3_600.0, officer="ona", to="jonas", text="two balloons"),
    ]
    assert shift_of(picture(hand_overs=both)).hand_overs == (both[1],)
