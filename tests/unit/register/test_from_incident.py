"""An incident of the watch on the register: what it knows, and not a word more."""

from typing import Any

import pytest

from sargas.model.evidence import CaseFile, CaseStep, Evidence, Source
from sargas.model.incident import Incident, TimelineItem
from sargas.model.search import Find, SearchState
from sargas.register.from_incident import record_id, record_of

BEGAN_S = 1_753_666_800.0


def incident(**more: Any) -> Incident:
    told: dict[str, Any] = {
        "incident_id": "LT-20250728-01", "title": "Crosses at Medininkai", "status": "open", "level": "red",
        "highest_level": "red", "first_report_s": BEGAN_S, "opened_s": BEGAN_S + 5.0, "changed_s": BEGAN_S + 60.0,
        "track_ids": (7,), "lat_deg": 54.7, "lon_deg": 25.2, **more,
    }  # fmt: skip
    return Incident(**told)


def test_an_open_incident_says_what_is_known_of_it() -> None:
    record = record_of(incident(kind="gerbera"), "LT", is_exercise=False)
    assert (record.record_id, record.from_watch) == ("LT-20250728-01", "LT-20250728-01")
    assert (record.began_s, record.precision, record.countries) == (BEGAN_S, "second", ("LT",))
    assert (record.object_type, record.outcome, record.state) == ("decoy_drone", "unknown", "open")
    assert (record.origin, record.has_explosives, record.sd_m, record.ended_s) == ("", None, None, None)


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({"disposition": "bird"}, "no_incursion"),
        ({"disposition": "own_exercise"}, "no_incursion"),
        ({"status": "closed", "highest_level": "yellow"}, "no_incursion"),
        ({"lost_track_ids": (7,)}, "lost"),
        ({"status": "closed"}, "left"),
        ({"status": "closed", "disposition": "balloon"}, "drifted_on"),
    ],
)
def test_what_became_of_it_follows_from_what_persons_said_and_what_was_seen(more: Any, outcome: str) -> None:
    assert record_of(incident(**more), "LT", is_exercise=False).outcome == outcome


def test_what_was_found_gives_the_place() -> None:
    find = Find(
        find_id="F1", time_s=BEGAN_S, by="Ona", what="wreck", lat_deg=55.03, lon_deg=24.38, sd_m=15.0, is_it=True
    )
    record = record_of(incident(search=SearchState(finds=(find,))), "LT", is_exercise=False)
    assert (record.lat_deg, record.lon_deg, record.sd_m, record.outcome) == (55.03, 24.38, 15.0, "crashed")


def test_what_persons_said_is_its_text_and_what_the_program_said_is_not() -> None:
    said = (
        TimelineItem(time_s=1.0, what="opened", text="a finding"),
        TimelineItem(time_s=2.0, what="commented", text="heard over Naujininkai", officer="Ona"),
    )
    assert record_of(incident(timeline=said), "LT", is_exercise=False).text == "Ona: heard over Naujininkai"


def test_a_person_decides_what_it_was_the_program_only_what_kind_of_that() -> None:
    assert record_of(incident(kind="shahed", disposition="balloon"), "LT", is_exercise=False).object_type == "balloon"
    assert (
        record_of(incident(kind="shahed", disposition="drone"), "LT", is_exercise=False).object_type == "attack_drone"
    )
    assert record_of(incident(kind="balloon", disposition="drone"), "LT", is_exercise=False).object_type == "drone"


def test_sources_that_are_kept_to_the_service_stay_there() -> None:
    def item(name: str, handling: Any) -> Evidence:
        source = Source(address=f"https://example.org/{name}")
        return Evidence(
            evidence_id=name,
            kind="open_source",
            title=name,
            added_s=1.0,
            added_by="Ona",
            entry=1,
            source=source,
            handling=handling,
        )

    step = CaseStep(step_id="S1", kind="forensics", title="Forensics", owner="Ona", opened_s=1.0, opened_by="Ona")
    file = CaseFile(evidence=(item("a", "own"), item("b", "clear"), item("c", "partners")), steps=(step,))
    record = record_of(incident(file=file, status="closed"), "LT", is_exercise=False)
    assert [source.address[-1] for source in record.sources] == ["b", "c"]
    assert record.state == "under_investigation"


def test_an_exercise_is_marked_in_the_record_itself() -> None:
    assert record_of(incident(), "LT", is_exercise=True).title.startswith("EXERCISE: ")


def test_a_name_of_any_kind_becomes_one_that_an_address_can_hold() -> None:
    assert record_id("LT/2025 07") == "LT-2025-07"
    assert record_id("-x") == "i-x"
    assert len(record_id("x" * 200)) == 96
