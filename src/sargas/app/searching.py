"""Searches of a desk: from an incident of a view to its plan, made in a thread, one at a time, the last ones kept."""

import asyncio
import hashlib
import inspect
import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Final

import msgspec
from msgspec import Struct, structs

from sargas import plugins
from sargas.app.config import settings_of
from sargas.app.desk_client import checked
from sargas.app.ground_files import Ring
from sargas.app.search_basis import Basis, is_near
from sargas.model.decision import OrderSearch
from sargas.model.errors import ConfigError, DecisionError
from sargas.model.incident import Incident
from sargas.model.search import Loss, LossHypotheses, SearchPlan, SearchState
from sargas.model.sensor import Sensor
from sargas.model.zone import Place, Zone
from sargas.ports import SearchExport
from sargas.search.case import Case, hypotheses_of, plan_of
from sargas.search.words import sector_name

PLANS_KEPT: Final = 8
HYPOTHESES_KEPT: Final = 64
LOSSES_COMPARED: Final = 6
FRESH_S: Final = 7_200.0
"""So long after a loss every minute counts; after that the map moves by hours."""
SECTORS_MAX: Final = 400

File = tuple[str, str, bytes]
"""The media type, a name, and the content."""


class Country(Struct, frozen=True, kw_only=True):
    """What a search takes from the watch itself."""

    code: str
    sensors: Mapping[str, Sensor]
    zones: list[Zone]
    places: list[Place]
    is_exercise: bool


class Searching:
    """The plans of one desk."""

    def __init__(self, basis: Basis, country: Country) -> None:
        self._basis = basis
        self._country = country
        self._plans: OrderedDict[str, asyncio.Task[SearchPlan]] = OrderedDict()
        self._hypotheses: OrderedDict[str, LossHypotheses] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def plan(
        self, incident: Incident, now_s: float, track_id: int | None = None, *, is_anew: bool = False
    ) -> SearchPlan:
        """Return the plan of the incident's newest loss, or of that of a track; `is_anew` forgets ordered sectors.

        Raises:
            DecisionError: no such track is lost.
        """
        case = case_of(incident, now_s, track_id, self._basis, self._country, is_anew=is_anew)
        key = key_of(case)
        if key not in self._plans:
            self._plans[key] = asyncio.create_task(self._made(key, case), name=f"search {incident.incident_id}")
            while len(self._plans) > PLANS_KEPT:
                self._plans.popitem(last=False)
        self._plans.move_to_end(key)
        # Who asked may have gone before it is done; others wait for the same plan.
        return await asyncio.shield(self._plans[key])

    async def hypotheses(self, incident: Incident, now_s: float) -> list[LossHypotheses]:
        """Return what may have become of each lost track of the incident, the newest loss first."""
        losses = incident.search.losses if incident.search is not None else ()
        newest = sorted(losses, key=lambda loss: -loss.track.last_report_s)[:LOSSES_COMPARED]
        found = []
        for loss in newest:
            case = case_of(incident, now_s, loss.track.track_id, self._basis, self._country)
            key = key_of(case)
            if key not in self._hypotheses:
                async with self._one_at_a_time:
                    self._hypotheses[key] = await asyncio.to_thread(hypotheses_of, case)
                while len(self._hypotheses) > HYPOTHESES_KEPT:
                    self._hypotheses.popitem(last=False)
            until = {lost.track_id: lost.flies_until_s for lost in incident.lost}
            found.append(structs.replace(self._hypotheses[key], flies_until_s=until.get(loss.track.track_id)))
        return found

    async def file(self, plan: SearchPlan, name: str, options: Mapping[str, str | bool], *, is_public: bool) -> File:
        """Return the plan as a file of the format of that name.

        Raises:
            ConfigError: there is no such format, or it knows no such option.
        """
        lines = self._basis.lines
        return await asyncio.to_thread(
            file_of, plan, name, options, is_public=is_public, places=self._country.places, lines=lines
        )

    async def _made(self, key: str, case: Case) -> SearchPlan:
        try:
            async with self._one_at_a_time:
                return await asyncio.to_thread(made, case, self._basis)
        except BaseException:
            self._plans.pop(key, None)
            raise


def case_of(
    incident: Incident,
    now_s: float,
    track_id: int | None,
    basis: Basis,
    country: Country,
    *,
    is_anew: bool = False,
) -> Case:
    """Return the case of the newest loss, or of that of a track; what is known of the ground is added by `made`.

    Raises:
        DecisionError: no such track is lost.
    """
    state = incident.search or SearchState()
    loss = _loss_of(incident, state, track_id)
    if not state.settings.assets:
        state = structs.replace(state, settings=structs.replace(state.settings, assets=basis.assets))
    if is_anew:
        state = structs.replace(state, sectors=())
    return Case(
        incident_id=incident.incident_id,
        now_s=plan_time_s(state, loss, now_s),
        loss=loss,
        state=state,
        sensors=tuple(country.sensors.values()),
        zones=tuple(zone for zone in country.zones if zone.kind == "sovereign"),
        watched=country.code,
        aircraft=basis.aircraft,
        title=incident.title,
        is_exercise=country.is_exercise,
    )


def made(case: Case, basis: Basis) -> SearchPlan:
    """Return the plan of a case, with what is known of the ground about its last place."""
    lat_deg, lon_deg = case.loss.track.lat_deg, case.loss.track.lon_deg
    whole = structs.replace(
        case,
        terrain=basis.terrain(lat_deg, lon_deg) if basis.terrain is not None else None,
        lines=tuple(line for line in basis.lines if is_near(line, lat_deg, lon_deg)),
        covers=tuple(cover for cover in basis.covers if is_near(cover[1], lat_deg, lon_deg)),
    )
    return plan_of(whole, n_particles=basis.n_particles)


def plan_time_s(state: SearchState, loss: Loss, now_s: float) -> float:
    """Return the time for which a plan is made: the whole minute or hour before now, not before anything it rests on.

    So the same search asked for again in the same minute is the same plan.
    """
    step_s = 60.0 if now_s - loss.track.last_report_s <= FRESH_S else 3_600.0
    return max(math.floor(now_s / step_s) * step_s, loss.declared_s, state.changed_s)


def key_of(case: Case) -> str:
    """Return the name of all that can differ between two plans of one desk."""
    parts = (case.incident_id, case.title, case.now_s, case.loss, case.state)
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:32]


def order_of(plan: SearchPlan, officer: str, generation: int) -> OrderSearch:
    """Return the order, after so many others, to search the plan's sectors: by rank A-01, A-02, ..., then B-01, ...

    Raises:
        DecisionError: the plan has no sectors.
    """
    sectors = sorted(plan.sectors, key=lambda sector: sector.rank)[:SECTORS_MAX]
    if not sectors:
        raise DecisionError("there is nothing to order: the map has no sectors in the country")
    outlines = [
        {"name": sector_name(generation + 1, number), "ring": list(sector.ring), "cover": sector.cover}
        for number, sector in enumerate(sectors, 1)
    ]
    return checked({"officer": officer, "incident_id": plan.incident_id, "sectors": outlines}, OrderSearch)


def file_of(
    plan: SearchPlan,
    name: str,
    options: Mapping[str, str | bool],
    *,
    is_public: bool,
    places: Sequence[Place] = (),
    lines: Sequence[Ring] = (),
) -> File:
    """Return the plan as a file of the format of that name; `options` that the format does not know are left out.

    Raises:
        ConfigError: there is no such format, or an option has no such value.
    """
    module = plugins.load("search_export", name)
    export = _exporter(module, options, places, lines)
    part = "-public" if is_public else ""
    file_name = f"search-{plan.incident_id}{part}.{export.ending.lstrip('.')}"
    return export.media_type, file_name, export.export(plan, is_public=is_public)


def _exporter(
    module: ModuleType, options: Mapping[str, str | bool], places: Sequence[Place], lines: Sequence[Ring]
) -> SearchExport:
    """Return the exporter; one that draws a map is given the places and the lines too."""
    known = {field.encode_name for field in structs.fields(module.Settings)}
    settings = settings_of(module, {key: value for key, value in options.items() if key in known})
    takes = inspect.signature(module.build).parameters
    more = {key: value for key, value in (("places", places), ("lines", lines)) if key in takes}
    export: SearchExport = module.build(settings, **more)
    return export


def name_of_ending(ending: str) -> tuple[str, dict[str, str | bool]]:
    """Return the format whose files end so, and the options it needs for that.

    Raises:
        ConfigError: none does; the message lists those that there are.
    """
    known: dict[str, tuple[str, dict[str, str | bool]]] = {
        ".cot": ("tak", {"form": "stream"}),
        ".xml": ("tak", {"form": "stream"}),
    }
    for name in plugins.names("search_export"):
        module = plugins.load("search_export", name)
        known.setdefault(_exporter(module, {}, (), ()).ending, (name, {}))
    if ending not in known:
        raise ConfigError(f"no search map is written as '{ending}'; have {', '.join(sorted(known))}")
    return known[ending]


def _loss_of(incident: Incident, state: SearchState, track_id: int | None) -> Loss:
    if not state.losses:
        raise DecisionError(f"there is nothing to search for: no track of {incident.incident_id} is lost")
    if track_id is None:
        return max(state.losses, key=lambda loss: (loss.track.last_report_s, loss.track.track_id))
    for loss in state.losses:
        if loss.track.track_id == track_id:
            return loss
    have = ", ".join(str(loss.track.track_id) for loss in state.losses)
    raise DecisionError(f"track {track_id} of {incident.incident_id} is not lost; those that are: {have}")
