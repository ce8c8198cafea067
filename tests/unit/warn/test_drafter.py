"""An incident to the draft of a warning."""

import math
from typing import Any

import pytest
import shapely
from msgspec import convert, structs, to_builtins

from airspace_kit import STATES, at
from sargas.model.classification import Classification
from sargas.model.errors import ConfigError
from sargas.model.picture import Picture
from sargas.model.warning import Draft
from sargas.model.zone import Municipality
from sargas.ports import Drafter
from sargas.store import snapshot
from sargas.warn import drafter
from sargas.warn.wording import packaged
from warn_kit import NOW_S, RING, flying, heard, in_force, incident, lost, made, picture, searched, town

TOWNS = (
    town("Ahead", -60_000.0, 0.0, 30_000),
    town("Aside", -60_000.0, 40_000.0),
    town("Foreign", 9_000.0, country="EE"),
)


def drafted(one: Any, seen: Picture, **more: Any) -> Draft | None:
    return made(TOWNS, **more).draft(one, seen)


def some(one: Any, seen: Picture, **more: Any) -> Draft:
    draft = drafted(one, seen, **more)
    assert draft is not None
    return draft


def test_a_track_gives_a_draft_that_can_leave_as_it_is() -> None:
    one = flying()
    port: Drafter = made(TOWNS)
    draft = port.draft(incident(one), picture(one))
    assert draft is not None
    assert convert(to_builtins(draft), Draft) == draft  # within every limit of the model
    assert draft.content.level == "red"
    assert draft.track_ids == (1,)
    assert draft.made_s == NOW_S
    assert draft.content.expires_s == NOW_S + 3_600.0  # a whole minute already
    assert [text.language for text in draft.content.texts] == ["en"]
    assert draft.content.texts[0].area == "Ahead"
    assert [way.name for way in draft.in_the_way] == ["Ahead"]
    assert draft.population == pytest.approx(30_000, rel=0.35)  # the town lies across the edge of the strip
    assert draft.area_m2 > 1e8
    assert draft.all_clear is None


def test_the_reasons_say_how_the_area_was_made_and_from_what() -> None:
    one = flying()
    why = some(incident(one), picture(one)).why
    assert why[0] == "Drawn where the chance that a target passes within 1.5 km in the next 20 min is at least 5 %"
    assert "From track 1, seen now" in why


def test_yellow_is_told_as_possible_and_red_as_danger() -> None:
    one = flying()
    yellow = some(incident(one, level="yellow"), picture(one)).content
    red = some(incident(one), picture(one)).content
    assert (yellow.level, red.level) == ("yellow", "red")
    assert "Possible" in yellow.texts[0].headline
    assert "take cover now" in red.texts[0].headline


def test_white_without_a_warning_in_force_is_nothing_to_draft() -> None:
    one = flying()
    assert drafted(incident(one, level="white"), picture(one)) is None
    over = in_force(expires_s=NOW_S - 1.0)
    assert drafted(incident(one, level="white", warning=over), picture(one)) is None


def test_a_closed_incident_has_no_draft() -> None:
    one = flying()
    assert drafted(incident(one, status="closed"), picture(one)) is None


def test_white_ends_the_warning_in_force_for_its_own_area() -> None:
    draft = some(incident(level="white", warning=in_force()), picture())
    assert draft.content.level == "white"
    assert draft.content.rings == (RING,)
    assert draft.content.texts[0].headline.startswith("All clear")
    assert draft.all_clear == draft.content
    assert draft.in_the_way == ()


def test_while_a_warning_is_in_force_its_all_clear_is_drafted_beside() -> None:
    one = flying()
    draft = some(incident(one, warning=in_force()), picture(one))
    assert draft.content.level == "red"
    assert draft.all_clear is not None
    assert draft.all_clear.level == "white"
    assert draft.all_clear.rings == (RING,)


def test_where_nothing_comes_there_is_nothing_to_warn_unless_a_warning_is_in_force() -> None:
    away = flying(east_m=30_000.0, velocity_mps=(40.0, 0.0))
    assert drafted(incident(away), picture(away)) is None
    draft = some(incident(away, warning=in_force()), picture(away))
    assert draft.content.level == "red"
    assert draft.content.rings == (RING,)
    assert draft.why[0].startswith("Nothing comes over the country in the next 20 min")


def test_what_people_reported_alone_is_drafted_within_seconds_of_the_first_word() -> None:
    draft = some(incident(level="yellow", findings=(heard(-20_000.0),)), picture())
    assert draft.track_ids == ()
    assert "not known" in draft.content.texts[0].description
    x, y = at(-20_000.0)
    assert shapely.Polygon(draft.content.rings[0]).contains(shapely.Point(x, y))


def test_a_lost_track_is_warned_of_until_it_can_no_longer_fly() -> None:
    gone = flying(status="lost", time_s=NOW_S - 300.0)
    kept, loss = lost(gone, for_s=900.0)
    one = incident(gone, level="yellow", lost=(kept,), search=searched(loss))
    draft = some(one, picture(gone))
    assert draft.track_ids == (1,)
    assert "From track 1, last seen 5 min ago: anywhere that it could have flown since" in draft.why
    assert drafted(one, picture(gone, now_s=NOW_S + 700.0)) is None


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("gerbera", "drone"),
        ("drone", "drone"),
        ("balloon", "balloon"),
        ("crewed", "aircraft"),
        ("airliner", "aircraft"),
        ("cruise_missile", "missile"),
        ("bird", "not known"),
        ("unknown", "not known"),
    ],
)
def test_what_it_may_be_is_told_as_far_as_it_is_known(answer: str, said: str) -> None:
    one = flying()
    known = Classification(track_id=1, time_s=NOW_S, answer=answer, answer_name="", classes=(), reasons=())
    text = some(incident(one), picture(one, classifications={1: known})).content.texts[0]
    assert f"What it may be: {said}" in text.description


def test_an_officer_knows_better_what_it_is() -> None:
    one = flying()
    text = some(incident(one, disposition="balloon"), picture(one)).content.texts[0]
    assert "What it may be: balloon" in text.description


def test_all_tracks_that_come_are_counted() -> None:
    tracks = [flying(k, north_m=3_000.0 * k) for k in range(1, 4)] + [flying(9, east_m=90_000.0)]
    draft = some(incident(*tracks), picture(*tracks))
    assert "Number known so far: 3" in draft.content.texts[0].description
    assert "1 target cannot come over the country by then and count for nothing" in draft.why


def test_municipalities_name_the_area_where_they_are_given() -> None:
    def shire(name: str, west_m: float) -> Municipality:
        corners = ((west_m, -9e3), (west_m + 2e4, -9e3), (west_m + 2e4, 9e3), (west_m, 9e3), (west_m, -9e3))
        return Municipality(name=name, polygons=((tuple(at(x, y) for x, y in corners),),))

    one = flying()
    areas = (shire("Farshire", -20_000.0), shire("Midshire", -80_000.0), shire("Nearshire", -60_000.0))
    draft = some(incident(one), picture(one), municipalities=areas)
    assert set(draft.content.texts[0].area.split(", ")) == {"Midshire", "Nearshire"}


def test_an_exercise_is_marked_in_every_text() -> None:
    one = flying()
    settings = drafter.Settings(is_exercise=True, languages=("fi", "ro"))
    over = incident(level="white", warning=in_force())
    drafts = [some(incident(one), picture(one), settings=settings), some(over, picture(), settings=settings)]
    for content in (draft.content for draft in drafts):
        for text in content.texts:
            for said in (text.headline, text.description, text.instruction):
                assert said.startswith("EXERCISE EXERCISE EXERCISE – ")


def test_a_country_is_told_in_its_own_languages() -> None:
    zone = structs.replace(STATES[0], country="LT")
    home = {"country": "LT", "zones": [zone], "places": (), "aircraft": ()}
    one = flying()
    draft = drafter.build(drafter.Settings(), **home).draft(incident(one), picture(one))  # type: ignore[arg-type]
    assert draft is not None
    assert [text.language for text in draft.content.texts] == ["lt", "en"]
    # NOW_S is 03:00 UTC on 28 July 2025, 06:00 in Vilnius.
    assert "nuo 06:00" in draft.content.texts[0].description
    assert "iki 07:00 (2025-07-28)" in draft.content.texts[0].description


def test_a_language_that_nobody_has_words_for_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"warning\.languages: no wording in 'sv'; have en, et, fi, lt"):
        made(settings=drafter.Settings(languages=("sv",)))
    swedish = structs.replace(packaged()["en"], language="sv")
    made(settings=drafter.Settings(languages=("sv",)), wordings={"sv": swedish})


def test_a_country_without_airspace_is_refused() -> None:
    with pytest.raises(ConfigError, match="no sovereign zone"):
        drafter.build(drafter.Settings(), country="XX", zones=STATES, places=(), aircraft=())


def test_the_same_sky_gives_the_same_draft_in_whatever_order_it_is_kept() -> None:
    tracks = [flying(k, north_m=9_000.0 * k, velocity_mps=(-40.0, 3.0 * k)) for k in range(1, 6)]
    forth, back = picture(*tracks), picture(*reversed(tracks))
    first = some(incident(*tracks), forth)
    assert some(incident(*reversed(tracks)), back) == first
    assert some(incident(*tracks), forth) == first


def test_an_hour_later_the_same_sky_gives_the_same_area() -> None:
    first, later = flying(), flying(time_s=NOW_S + 3_600.0)
    before = some(incident(first), picture(first))
    after = some(incident(later), picture(later, now_s=NOW_S + 3_600.0))
    assert after.content.rings == before.content.rings
    assert after.content.expires_s == before.content.expires_s + 3_600.0
    for one, other in zip(before.in_the_way, after.in_the_way, strict=True):
        assert other.arrival_s == tuple(time_s + 3_600.0 for time_s in one.arrival_s)


def test_the_ring_and_the_expiry_stand_still_while_the_sky_hardly_changes() -> None:
    makes = made(TOWNS)
    rings, expiries = set(), set()
    seen = Picture()
    for k in range(0, 60, 5):
        one = flying(time_s=NOW_S + k, east_m=-40_000.0 - 40.0 * k)
        seen.now_s, seen.tracks = NOW_S + k, {1: one}
        draft = makes.draft(incident(one), seen)
        assert draft is not None
        seen.drafts["WW-2025-07-28-01"] = draft
        rings.add(draft.content.rings)
        expiries.add(draft.content.expires_s)
    assert len(rings) <= 2
    assert len(expiries) == 1


def test_a_snapshot_keeps_the_drafter_as_it_is_and_small() -> None:
    makes = made(TOWNS)
    for k in range(30):
        one = flying(time_s=NOW_S + 10.0 * k, east_m=-40_000.0 - 400.0 * k)
        makes.draft(incident(one), picture(one, now_s=NOW_S + 10.0 * k))
    blob = snapshot.dump(makes)
    assert len(blob) < 60_000
    again = snapshot.load(blob)
    assert isinstance(again, drafter.WarningDrafter)
    assert again.draft(incident(one), picture(one, now_s=one.time_s)) == makes.draft(
        incident(one), picture(one, now_s=one.time_s)
    )


def test_what_was_followed_makes_the_area_smaller() -> None:
    makes = made(TOWNS)
    for k in range(-60, 0):
        one = flying(time_s=NOW_S + 5.0 * k, east_m=-40_000.0 - 200.0 * k)
        makes.follow(incident(one), picture(one, now_s=one.time_s))
    one = flying()
    followed = makes.draft(incident(one), picture(one))
    assert followed is not None
    assert followed.area_m2 < 0.9 * some(incident(one), picture(one)).area_m2


def test_a_raid_of_hundreds_is_drafted() -> None:
    tracks = [flying(k, east_m=-5_000.0, north_m=-90_000.0 + 300.0 * k) for k in range(1, 601)]
    draft = some(incident(*tracks), picture(*tracks))
    assert convert(to_builtins(draft), Draft) == draft
    assert len(draft.in_the_way) <= 40


@pytest.mark.parametrize(
    "given",
    [
        {"position_cov_m2": (math.nan, 0.0, math.nan)},
        {"velocity_cov_m2ps2": (math.inf, 0.0, -5.0)},
        {"position_cov_m2": (1e14, 0.0, 1e14)},
        {"velocity_mps": (9_000.0, 0.0)},
        {"velocity_mps": (0.0, 0.0)},
        {"time_s": NOW_S + 5.0},
        {"time_s": NOW_S - 90_000.0},
        {"existence": 0.0},
        {"turn_rate_dps": 90.0},
    ],
)
def test_a_strange_track_does_no_harm(given: dict[str, Any]) -> None:
    one = flying(**given)
    draft = drafted(incident(one), picture(one))
    if draft is not None:
        assert convert(to_builtins(draft), Draft) == draft
