"""An incident to the warning that the public should get now: its area, its words, who is in the way, and why."""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from msgspec import Meta, Struct

from sargas.airspace.subjects import sovereign
from sargas.model.aircraft import Aircraft
from sargas.model.errors import ConfigError
from sargas.model.incident import Incident
from sargas.model.picture import Picture
from sargas.model.warning import Draft, Language, PublicWarning, WarningContent
from sargas.model.zone import Municipality, Place, PointOfInterest, Zone
from sargas.warn import wording
from sargas.warn.area import WarnedArea, area_of_rings, area_to_warn, steadied
from sargas.warn.country import Country
from sargas.warn.in_the_way import in_the_way
from sargas.warn.local_time import clock
from sargas.warn.manner import Ways
from sargas.warn.passing import passing_of, presence_of
from sargas.warn.reach import Flights, Horizon, flights_of, load_kernels
from sargas.warn.reasons import Asked, reasons
from sargas.warn.subjects import Subjects
from sargas.warn.targets import Target, drifting_kinds, targets_of, tracks_of
from sargas.warn.telling import Teller, begins_in_s, names_in, population_in, what_words
from sargas.warn.wording import LANGUAGES_OF, Wording

MINUTE_S: Final = 60.0
KEPT_S: Final = 300.0
"""So long does an expiry stay, if that is no more than a tenth of the time that a warning holds."""
LANGUAGES_MOST: Final = 12

Metres = Annotated[float, Meta(ge=100.0, le=50_000.0)]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How warnings are drafted.

    `horizon_s`: so far is it looked ahead. `warn_probability`: a place is warned where the chance that a target
    passes within `swath_m` is at least this: the cost of a false warning over that of a missed one. `near_m`: so near
    to a town's edge or a point is near. `expires_after_s`: so long a warning holds. `languages`: those of the texts;
    none are those of the country.
    """

    horizon_s: Annotated[float, Meta(ge=60.0, le=7_200.0)] = 1_200.0
    warn_probability: Annotated[float, Meta(ge=0.005, le=0.9)] = 0.05
    swath_m: Metres = 1_500.0
    near_m: Metres = 3_000.0
    expires_after_s: Annotated[float, Meta(ge=60.0, le=86_400.0)] = 3_600.0
    languages: Annotated[tuple[Language, ...], Meta(max_length=LANGUAGES_MOST)] = ()
    is_exercise: bool = False


def build(
    settings: Settings,
    *,
    country: str,
    zones: Sequence[Zone],
    places: Sequence[Place],
    aircraft: Sequence[Aircraft],
    municipalities: Sequence[Municipality] = (),
    points: Sequence[PointOfInterest] = (),
    wordings: Mapping[str, Wording] | None = None,
) -> "WarningDrafter":
    """Return the drafter of a country; `wordings` are a site's own by language, in place of Sargas's.

    Raises:
        ConfigError: the country has no sovereign zone, or there is no wording in a language.
    """
    load_kernels()
    home = Country(sovereign(zones, country))
    own = [place for place in places if place.country == country]
    subjects = Subjects(home, own, points, municipalities, settings.near_m)
    teller = Teller(
        country=country,
        wordings=_chosen(settings, country, wordings or {}),
        is_exercise=settings.is_exercise,
        what=what_words(aircraft),
    )
    return WarningDrafter(settings, home, subjects, teller, drifting_kinds(aircraft))


def _chosen(settings: Settings, country: str, own: Mapping[str, Wording]) -> tuple[Wording, ...]:
    """Return the wordings that the texts are made with."""
    known = {**wording.packaged(), **own}
    languages = settings.languages or LANGUAGES_OF.get(country, ("en",))
    for language in languages:
        if language not in known:
            have = ", ".join(sorted(known))
            raise ConfigError(f"warning.languages: no wording in '{language}'; have {have}; give a file of your own")
    return tuple(known[language] for language in dict.fromkeys(languages))


class WarningDrafter:
    """Makes drafts; keeps where the tracks of incidents were in the last minutes, and nothing else from look to look.

    What it is built from are arrays and texts, some hundred kB in a snapshot; shapes are made anew when needed.
    """

    def __init__(
        self, settings: Settings, country: Country, subjects: Subjects, teller: Teller, drifting: frozenset[str]
    ) -> None:
        self._settings = settings
        self._country = country
        self._subjects = subjects
        self._teller = teller
        self._drifting = drifting
        self._ways = Ways()

    def draft(self, incident: Incident, picture: Picture) -> Draft | None:
        """Return the draft at `picture.now_s`.

        None if the incident is closed; if its level is white and no warning is in force; or if no warning is in force
        and it is less likely than the operator's probability that any target is over the country within the horizon.
        Then there is nothing to warn of, or nowhere.
        A warning that is in force keeps its area while nothing else is to be warned; its all-clear is drafted beside.
        """
        self.follow(incident, picture)
        in_force = incident.warning.in_force(picture.now_s)
        if incident.status == "closed":
            return None
        if incident.level == "white":
            return None if in_force is None else self._ended(incident, in_force, picture.now_s)
        return self._warned(incident, in_force, picture)

    def follow(self, incident: Incident, picture: Picture) -> None:
        """Note where the incident's tracks are, and forget those that are gone; each draft does so first."""
        self._ways.keep_only(picture.tracks)
        self._ways.note(tracks_of(incident, picture))

    def _warned(self, incident: Incident, in_force: PublicWarning | None, picture: Picture) -> Draft | None:
        s, now_s = self._settings, picture.now_s
        horizon = Horizon(now_s, s.horizon_s)
        targets = targets_of(incident, picture, self._ways, self._drifting)
        flights = flights_of(targets, self._country, horizon)
        before = picture.drafts.get(incident.incident_id)
        drawn = self._drawn(flights, before)
        area = drawn
        if area is None and in_force is not None:
            area = area_of_rings(in_force.content.rings, self._country)
        if area is None:
            return None
        return Draft(
            incident_id=incident.incident_id,
            made_s=now_s,
            content=self._content(incident, targets, flights, area, picture),
            in_the_way=in_the_way(flights, self._subjects, now_s),
            area_m2=area.area_m2,
            population=population_in(area.shape, self._subjects),
            track_ids=tuple(one.track_id for one in targets if one.track_id is not None),
            why=reasons(targets, len(flights), drawn, Asked(s.warn_probability, s.swath_m, horizon)),
            all_clear=None if in_force is None else self._all_clear(in_force, now_s),
        )

    def _drawn(self, flights: Sequence[Flights], before: Draft | None) -> WarnedArea | None:
        """Return the area to warn, that of the draft before if it still holds; None if nothing comes."""
        passing = passing_of(flights, self._country, self._settings.swath_m)
        if passing is None:
            return None
        presence = presence_of(flights, self._country)
        area = area_to_warn(passing, presence, self._country, self._settings.warn_probability)
        if area is None or before is None or before.content.level == "white":
            return area
        return steadied(area, before.content.rings, presence, self._country)

    def _content(
        self,
        incident: Incident,
        targets: Sequence[Target],
        flights: Sequence[Flights],
        area: WarnedArea,
        picture: Picture,
    ) -> WarningContent:
        expires_s = self._expires_s(picture.now_s, picture.drafts.get(incident.incident_id))
        facts = self._teller.facts(
            names_in(area.shape, self._subjects),
            what=self._teller.what_it_may_be(incident, targets, picture.classifications),
            count=max(sum(one.track_id is not None for one in flights), 1),
            begins_s=picture.now_s + begins_in_s(area.shape, flights),
            until_s=expires_s,
        )
        texts = self._teller.texts(incident.level, facts)
        return WarningContent(level=incident.level, rings=area.rings, texts=texts, expires_s=expires_s)

    def _ended(self, incident: Incident, in_force: PublicWarning, now_s: float) -> Draft | None:
        """Return the draft of the all-clear."""
        content = self._all_clear(in_force, now_s)
        area = area_of_rings(content.rings, self._country)
        if area is None:
            return None
        sent = clock(in_force.sent_s or now_s, self._teller.country)
        return Draft(
            incident_id=incident.incident_id,
            made_s=now_s,
            content=content,
            area_m2=area.area_m2,
            population=population_in(area.shape, self._subjects),
            why=(f"All-clear for the area of the warning of {sent}: nothing found holds any more",),
            all_clear=content,
        )

    def _all_clear(self, in_force: PublicWarning, now_s: float) -> WarningContent:
        """Return the all-clear of a warning, for its own area."""
        area = area_of_rings(in_force.content.rings, self._country)
        names = [] if area is None else names_in(area.shape, self._subjects)
        return WarningContent(
            level="white",
            rings=in_force.content.rings,
            texts=self._teller.texts("white", self._teller.facts_of_end(names, now_s)),
            expires_s=self._expires_s(now_s, None),
        )

    def _expires_s(self, now_s: float, before: Draft | None) -> float:
        """Return until when a warning holds: a whole minute, which stays for some minutes."""
        after_s = self._settings.expires_after_s
        if before is not None and before.content.level != "white":
            left_s = before.content.expires_s - now_s
            if after_s - min(KEPT_S, 0.1 * after_s) <= left_s <= after_s + MINUTE_S:
                return before.content.expires_s
        return MINUTE_S * math.ceil((now_s + after_s) / MINUTE_S)
