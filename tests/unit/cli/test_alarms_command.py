"""`sargas alarms` and `sargas shift` as a person or a script runs them, without and beside a running watch.

What an alarm is and for how long it may be put aside is the book's own matter and tested with it; for high priority
it is a quarter of an hour by default, as the configuration's reference says.
"""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from prompt_kit import ID, START_S, Run, Watched, changed, decisions_in, incident_in
from sargas.app.reading import picture_of

SOON, LATER = "2025-07-28T00:04:10", "2025-07-28T00:09:00"
ALARM = f"incident:{ID}"
HOSTILE = "<script>alert(1)</script> & \"quoted\" 'words'"


class Page(HTMLParser):
    """What a browser makes of a page: its tags, with whatever they load, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loaded: list[str | None] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loaded += [value for name, value in attrs if name in {"src", "href", "action"} or name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words += data


# --- alarms ---


def test_what_stands_is_listed_with_priority_and_state(run: Run, flown: Path) -> None:
    said = run("alarms", flown)
    assert said.code == 0, said.err
    (line,) = [line for line in said.out.splitlines() if ALARM in line]
    assert "high" in line
    assert "nobody has seen it" in line
    told = run("alarms", flown, "--json").json
    assert [one["alarm_id"] for one in told["alarms"]] == [ALARM]
    assert (told["shelved"], told["quiet"], told["suppressions"]) == ([], [], [])


def test_the_alarm_of_an_incident_is_acknowledged_with_the_incident(run: Run, flown: Path) -> None:
    words = ("alarms", "acknowledge", flown, ALARM, "--officer", "Ona", "--time", SOON)
    assert run(*words).code == 0
    assert decisions_in(flown) == ["comment", "acknowledge"]
    assert incident_in(flown).acknowledged_by == "Ona"
    again = run(*words)
    assert again.code == 1
    assert "acknowledged by Ona" in again.err
    none = run("alarms", "acknowledge", flown, "sensor:nobody", "--officer", "Ona", "--time", SOON)
    assert none.code == 1
    assert f"there is no alarm 'sensor:nobody'; those that stand are: {ALARM}" in none.err


def test_an_alarm_is_put_aside_for_a_time_and_taken_back(run: Run, flown: Path) -> None:
    about = (flown, ALARM, "--officer", "Ona", "--time", SOON)
    too_long = run("alarms", "shelve", *about, "--for", "1h", "--text", "looked at")
    assert too_long.code == 1
    assert "15 min at most, not for 60 min" in too_long.err
    assert run("alarms", "shelve", *about, "--for", "10m", "--text", "looked at").code == 0
    shown = run("alarms", flown)
    assert "no alarm stands" in shown.out
    assert "2025-07-28 00:14:10Z" in shown.out
    assert "looked at" in shown.out
    assert run("alarms", "unshelve", *about).code == 0
    assert run("alarms", flown, "--json").json["shelved"] == []
    assert run("alarms", "unshelve", *about).code == 1


def test_a_sort_of_alarms_is_kept_quiet_for_a_time(run: Run, flown: Path) -> None:
    about = ("--officer", "Ona", "--time", SOON)
    said = run(
        "alarms", "suppress", flown, "incident", "--kind", "balloon", "--for", "2h", "--text", "smugglers", *about
    )
    assert said.code == 0, said.err
    (kept,) = picture_of(flown).suppressions.values()
    assert (kept.source, kept.kind, kept.until_s - kept.time_s) == ("incident", "balloon", 7_200.0)
    shown = run("alarms", flown)
    assert ALARM in shown.out  # of high priority, and no balloon
    assert "incident of kind balloon" in shown.out
    assert run("alarms", "end-suppression", flown, kept.suppression_id, *about).code == 0
    ended = run("alarms", "end-suppression", flown, kept.suppression_id, *about)
    assert ended.code == 1
    assert f"nothing is kept quiet as '{kept.suppression_id}'" in ended.err


def test_the_log_tells_what_was_heard_and_who_did_what(run: Run, flown: Path) -> None:
    assert run(
        "alarms", "shelve", flown, ALARM, "--officer", "Ona", "--for", "10m", "--text", "seen", "--time", SOON
    ).code == 0  # fmt: skip
    log = run("alarms", "log", flown, "--json").json
    assert [item["action"] for item in log][-1] == "shelved"
    assert log[0]["is_heard"]
    told = run("alarms", "log", flown)
    assert "raised, heard" in told.out
    assert "shelved" in told.out
    assert len(run("alarms", "log", flown, "--since", "2025-07-28T00:04:00", "--json").json) == 1
    assert "nothing was logged" in run("alarms", "log", flown, "--since", "2025-07-29").out


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["shelve", ALARM, "--officer", "J", "--for", "soon", "--text", "x"], 2, "soon"),
        (["shelve", ALARM, "--officer", "J", "--for", "10m", "--text", ""], 1, "text"),
        (["shelve", ALARM, "--officer", "J", "--for", "10m"], 2, "text"),
        (["suppress", "weather", "--officer", "J", "--for", "10m", "--text", "x"], 2, "weather"),
        (["suppress", "sensor", "--officer", "J", "--for", "9h", "--text", "x"], 1, "60 min at most"),
    ],
)
def test_what_cannot_be_decided_is_refused_and_not_written(
    run: Run, flown: Path, words: list[str], code: int, told: str
) -> None:
    said = run("alarms", words[0], flown, *words[1:], "--time", SOON)
    assert said.code == code, said.out + said.err
    assert told in said.out + said.err
    assert "Traceback" not in said.err
    assert decisions_in(flown) == ["comment"]


# --- the shift ---


def test_the_shift_tells_what_is_open_what_asks_and_what_was_done(run: Run, flown: Path) -> None:
    said = run("shift", flown)
    assert said.code == 0, said.err
    assert ID in said.out
    assert ALARM in said.out
    assert "the flight" in said.out  # the clerk's comment
    assert "No warning is in force, and none waits." in said.out
    told = run("shift", flown, "--json").json
    assert [one["incident_id"] for one in told["incidents"]] == [ID]
    assert told["deeds"][-1]["officer"] == "Clerk"


def test_a_hand_over_begins_a_new_shift(run: Run, flown: Path) -> None:
    words = (
        "shift",
        "hand-over",
        flown,
        "--officer",
        "Ona",
        "--to",
        "Jonas",
        "--text",
        "one drone, see it",
        "--time",
    )
    said = run(*words, SOON)
    assert said.code == 0, said.err
    assert "Jonas has the watch" in said.out
    told = run("shift", flown, "--json").json
    assert told["hand_overs"][-1]["text"] == "one drone, see it"
    assert told["deeds"] == []  # the clerk's was before
    whole = run("shift", flown, "--since", "2025-07-28T00:00:00", "--json").json
    assert whole["deeds"][0]["officer"] == "Clerk"
    same = run("shift", "hand-over", flown, "--officer", "Ona", "--to", "Ona", "--time", LATER)
    assert same.code == 1
    assert "name the officer who takes it over" in same.err


def test_the_page_to_print_needs_nothing_but_itself_and_is_marked_as_an_exercise(run: Run, flown: Path) -> None:
    assert run(
        "shift", "hand-over", flown, "--officer", HOSTILE, "--to", "Jonas", "--text", HOSTILE, "--time", SOON
    ).code == 0  # fmt: skip
    file = flown.parent / "shift.html"
    said = run("shift", flown, "--html", file)
    assert said.code == 0, said.err
    assert said.out.strip() == f"wrote {file}"
    page = Page(file.read_text(encoding="utf-8"))
    assert page.loaded == []
    assert not {"script", "img", "link", "iframe"} & set(page.tags)
    assert "EXERCISE: Shift: Eastern sector" in page.words
    assert page.words.count(HOSTILE) >= 2  # who, and in which words: as they were written
    assert ID in page.words


def test_a_real_shift_is_not_marked(run: Run, flown: Path) -> None:
    changed(flown, "is_exercise = true", "is_exercise = false")
    file = flown.parent / "shift.html"
    assert run("shift", flown, "--html", file, "--json").json["incidents"]
    assert "EXERCISE" not in Page(file.read_text(encoding="utf-8")).words


def test_a_lost_track_that_can_still_fly_is_on_the_page_with_how_far_it_can_be(run: Run, flown: Path) -> None:
    """As far as its speed takes it in the five minutes since its last plot."""
    run("shift", "hand-over", flown, "--officer", "Ona", "--to", "Jonas", "--time", LATER)
    (lost,) = run("shift", flown, "--json").json["still_flying"]
    since_s = START_S + 540.0 - lost["lost"]["last_report_s"]
    assert since_s == pytest.approx(300.0, abs=10.0)
    (line,) = [line for line in run("shift", flown).out.splitlines() if "track 1" in line and "km" in line]
    assert f" {lost['lost']['speed_mps'] * since_s / 1_000.0:.0f} km " in line


# --- beside a running watch ---


def test_a_running_watch_is_asked_and_takes_the_decisions(run: Run, flown: Path, watched: Watched) -> None:
    at = ("--desk", watched.url)
    assert [one["alarm_id"] for one in run("alarms", flown, *at, "--json").json["alarms"]] == [ALARM]
    said = run("alarms", "acknowledge", flown, ALARM, "--officer", "Ona", *at)
    assert said.code == 0, said.err
    assert f"by the watch at {watched.url}" in said.out
    assert watched.picture.incidents[ID].acknowledged_by == "Ona"
    assert run("shift", "hand-over", flown, "--officer", "Ona", "--to", "Jonas", *at).code == 0
    assert run("shift", flown, *at, "--json").json["hand_overs"][0]["to"] == "Jonas"
    assert "raised_again" in [item["action"] for item in run("alarms", "log", flown, *at, "--json").json]
    refused = run("alarms", "shelve", flown, "x", "--officer", "J", "--for", "5m", "--text", "x", *at)
    assert refused.code == 1
    assert "there is no alarm 'x'" in refused.err
    assert decisions_in(flown) == ["comment"]
