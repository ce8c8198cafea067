"""What is told of sensors and channels that are not well: delays, coming and going, one cause as one alarm."""

from collections.abc import Mapping

import pytest

from sargas.alarm.book import AlarmBook, Settings, build
from sargas.model.alarm import Alarm, AlarmLogItem
from sargas.model.channel import ChannelHealth
from sargas.model.incident import Incident
from sargas.model.picture import Picture
from sargas.model.sensor import Health, HealthState

T0 = 1_753_666_800.0
OTHERS = 20


class Desk:
    """A book beside sensors and channels, looked at every second."""

    def __init__(self, n_well: int = OTHERS, **settings: object) -> None:
        self.book: AlarmBook = build(Settings(**settings))
        self.picture = Picture(now_s=T0)
        self.log: list[AlarmLogItem] = []
        for number in range(n_well):
            self.sensors(**{f"well-{number:02d}": "ok"})

    def sensors(self, **states: HealthState) -> None:
        for name, state in states.items():
            self.picture.health[name] = Health(sensor=name, state=state, reason="nothing has come from it for 60 s")

    def channel(self, name: str, *, is_alive: bool, is_stream: bool = False) -> None:
        self.picture.channels[name] = ChannelHealth(
            channel=name,
            is_alive=is_alive,
            changed_s=self.picture.now_s,
            text="no route to host",
            is_stream=is_stream,
        )

    def run(self, seconds: int) -> list[str]:
        """Return which alarms were heard in so many seconds."""
        before = len(self.log)
        for _ in range(seconds):
            self.picture.now_s += 1.0
            alarms, log = self.book.tick(self.picture)
            self.log += log
            for alarm in alarms:
                if alarm.state == "normal":
                    del self.picture.alarms[alarm.alarm_id]
                else:
                    self.picture.alarms[alarm.alarm_id] = alarm
        return [item.alarm_id for item in self.log[before:] if item.is_heard]

    @property
    def alarms(self) -> Mapping[str, Alarm]:
        return self.picture.alarms


@pytest.mark.parametrize("state", ["silent", "failed"])
def test_a_sensor_that_is_gone_is_an_alarm_after_the_delay(state: HealthState) -> None:
    desk = Desk()
    desk.sensors(radar=state)
    assert desk.run(30) == []
    assert desk.run(1) == ["sensor:radar"]
    alarm = desk.alarms["sensor:radar"]
    assert alarm.title == f"Sensor radar is {state}"
    assert (alarm.priority, alarm.reason) == ("low", "nothing has come from it for 60 s")
    assert desk.run(3_600) == []


@pytest.mark.parametrize("state", ["ok", "unknown", "maintenance"])
def test_one_that_is_well_in_maintenance_or_never_heard_of_is_none(state: HealthState) -> None:
    desk = Desk()
    desk.sensors(radar=state)
    assert desk.run(600) == []


@pytest.mark.parametrize("state", ["degraded", "late"])
def test_one_that_still_gives_something_is_told_only_if_it_stays_so(state: HealthState) -> None:
    desk = Desk()
    desk.sensors(radar=state)
    assert desk.run(300) == []
    assert desk.run(1) == ["sensor:radar"]


def test_one_that_was_degraded_and_is_gone_is_heard_once_more() -> None:
    desk = Desk()
    desk.sensors(radar="degraded")
    desk.run(301)
    desk.sensors(radar="silent")
    assert desk.run(5) == ["sensor:radar"]
    assert desk.alarms["sensor:radar"].title == "Sensor radar is silent"
    for state in ("degraded", "silent", "degraded", "silent"):
        desk.sensors(radar=state)
        assert desk.run(100) == []


def test_a_third_of_the_sensors_gone_is_of_medium_priority() -> None:
    desk = Desk(n_well=2)
    desk.sensors(radar="silent")
    desk.run(31)
    assert desk.alarms["sensor:radar"].priority == "medium"


def test_a_short_silence_is_not_told() -> None:
    desk = Desk()
    for _ in range(2):
        desk.sensors(radar="silent")
        assert desk.run(20) == []
        desk.sensors(radar="ok")
        assert desk.run(20) == []


def test_it_is_over_when_it_has_been_well_for_a_while() -> None:
    desk = Desk()
    desk.sensors(radar="silent")
    desk.run(31)
    desk.sensors(radar="ok")
    desk.run(60)
    assert desk.alarms["sensor:radar"].state == "unacknowledged"
    desk.run(1)
    assert desk.alarms["sensor:radar"].state == "returned"


def test_one_that_comes_and_goes_is_heard_three_times_and_then_stands_until_it_has_been_well_for_an_hour() -> None:
    desk = Desk()
    heard = []
    for _ in range(12):
        desk.sensors(radar="silent")
        heard += desk.run(120)
        desk.sensors(radar="ok")
        heard += desk.run(80)
    assert heard == ["sensor:radar"] * 3
    assert desk.alarms["sensor:radar"].title == "Sensor radar comes and goes"
    assert desk.alarms["sensor:radar"].state == "unacknowledged"
    assert desk.run(3_600 - 79) == []
    assert desk.alarms["sensor:radar"].state == "returned"


def test_three_short_silences_in_ten_minutes_are_told_as_coming_and_going() -> None:
    desk = Desk()
    heard = []
    for _ in range(3):
        desk.sensors(radar="silent")
        heard += desk.run(20)
        desk.sensors(radar="ok")
        heard += desk.run(100)
    assert heard == ["sensor:radar"]
    assert desk.alarms["sensor:radar"].title == "Sensor radar comes and goes"


def test_thirty_sensors_at_once_are_one_alarm_that_names_them() -> None:
    desk = Desk(n_well=100)
    names = [f"ear-{number:02d}" for number in range(30)]
    desk.sensors(**dict.fromkeys(names, "silent"))
    assert desk.run(600) == ["sensor:(several)"]
    (alarm,) = desk.alarms.values()
    assert alarm.title == "30 sensors not well: ear-00, ear-01, ear-02, ear-03, ear-04, ear-05 and 24 more"
    assert all(name in alarm.reason for name in names)


def test_nodes_that_fall_silent_one_after_the_other_are_one_alarm_too() -> None:
    desk = Desk(n_well=100)
    heard = []
    for number in range(30):
        desk.sensors(**{f"ear-{number:02d}": "silent"})
        heard += desk.run(2)  # heartbeats once a minute: they are missed within a minute
    heard += desk.run(600)
    assert heard == ["sensor:(several)"]


def test_no_more_than_three_sensors_are_told_of_singly_in_ten_minutes() -> None:
    desk = Desk(n_well=100)
    heard = []
    for number in range(12):
        desk.sensors(**{f"ear-{number:02d}": "silent"})
        heard += desk.run(45)
    assert heard == ["sensor:ear-00", "sensor:ear-01", "sensor:ear-02", "sensor:(several)"]


def test_several_are_heard_again_when_they_become_a_third_of_all() -> None:
    desk = Desk(n_well=40)
    desk.sensors(**{f"ear-{number}": "silent" for number in range(5)})
    assert desk.run(100) == ["sensor:(several)"]
    assert desk.alarms["sensor:(several)"].priority == "low"
    desk.sensors(**{f"post-{number}": "silent" for number in range(30)})
    assert desk.run(100) == ["sensor:(several)"]
    assert desk.alarms["sensor:(several)"].priority == "medium"


def test_several_are_over_when_the_last_of_them_is_well() -> None:
    desk = Desk()
    desk.sensors(a="silent", b="silent", c="silent")
    desk.run(31)
    desk.sensors(a="ok", b="ok")
    desk.run(100)
    assert desk.alarms["sensor:(several)"].title == "1 sensor not well: c"
    desk.sensors(c="ok")
    desk.run(61)
    assert desk.alarms["sensor:(several)"].state == "returned"


def test_a_feed_that_comes_and_goes_does_not_chatter() -> None:
    desk = Desk()
    heard = []
    for _ in range(12):
        desk.sensors(a="silent", b="silent", c="silent", d="silent")
        heard += desk.run(120)
        desk.sensors(a="ok", b="ok", c="ok", d="ok")
        heard += desk.run(80)
    assert heard == ["sensor:(several)"] * 3
    assert desk.alarms["sensor:(several)"].title == "4 sensors coming and going: a, b, c, d"


def test_a_dead_channel_is_an_alarm_in_seconds() -> None:
    desk = Desk()
    desk.channel("tak", is_alive=True)
    desk.channel("mail", is_alive=False)
    assert desk.run(11) == ["channel:mail"]
    alarm = desk.alarms["channel:mail"]
    assert (alarm.priority, alarm.title, alarm.reason) == ("medium", "Channel mail is dead", "no route to host")


def test_no_channel_left_while_something_is_in_the_sky_is_of_high_priority() -> None:
    desk = Desk()
    desk.channel("mail", is_alive=False)
    desk.channel("neighbour", is_alive=True, is_stream=True)  # it brings no warning out
    assert desk.run(60) == ["channel:mail"]
    desk.picture.incidents["LT-1"] = Incident(
        incident_id="LT-1",
        title="",
        status="open",
        level="yellow",
        highest_level="yellow",
        first_report_s=T0,
        opened_s=T0,
        changed_s=T0,
    )
    assert desk.run(1) == ["channel:mail"]
    assert desk.alarms["channel:mail"].priority == "high"


def test_what_is_forgotten_does_not_fill_the_memory() -> None:
    desk = Desk(n_well=0)
    for number in range(200):
        desk.sensors(**{f"s{number}": "silent"})
        desk.run(2)
        del desk.picture.health[f"s{number}"]
    desk.run(3_700)
    assert set(desk.alarms) <= {"sensor:(several)"}
    assert desk.book.tick(desk.picture) == ([], [])
