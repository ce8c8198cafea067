"""The search of an incident is a fold over its events, as the incident is: pure, total, and bounded."""

from typing import Final

from msgspec import structs

from sargas.model.incident import (
    AreaSearched,
    ClueJoined,
    ClueWeighed,
    Found,
    IncidentEvent,
    SearchEnded,
    SearchOpened,
    SearchOrdered,
    SearchPlanned,
    TrackJoined,
    WatchingEnded,
)
from sargas.model.report import Bearing, Presence
from sargas.model.search import Clue, Loss, SearchState

LOSSES_KEPT: Final = 50
CLUES_KEPT: Final = 100
SEARCHED_KEPT: Final = 2_000
FINDS_KEPT: Final = 200
PAST_SECTORS_KEPT: Final = 1_000


def fold_search(search: SearchState | None, event: IncidentEvent) -> SearchState | None:
    """Return the search after the event; None while there is nothing to search for and nothing known of it."""
    state = search or SearchState()
    changed = _decided(_known(state, event), event)
    if changed is state or changed == state:
        return search
    return structs.replace(changed, changed_s=max(state.changed_s, event.time_s))


def _known(state: SearchState, event: IncidentEvent) -> SearchState:
    """Return the search after what came in; a track that is found again is no longer searched for."""
    match event.what:
        case SearchOpened(loss=loss):
            others = tuple(known for known in state.losses if known.track.track_id != loss.track.track_id)
            return structs.replace(state, losses=(*others, loss)[-LOSSES_KEPT:], ended_s=None)
        case TrackJoined(track_id=track_id, continues=continues):
            lost = tuple(loss for loss in state.losses if loss.track.track_id not in {track_id, continues})
            return state if len(lost) == len(state.losses) else structs.replace(state, losses=lost)
        case WatchingEnded():
            return structs.replace(state, losses=tuple(_unwatched(loss, event.what) for loss in state.losses))
        case ClueJoined(clue=clue):
            return structs.replace(state, clues=_without_least((*state.clues, clue)))
        case _:
            return state


def _decided(state: SearchState, event: IncidentEvent) -> SearchState:
    """Return the search after what people decided and did."""
    match event.what:
        case ClueWeighed(clue_id=clue_id, reliability=reliability):
            weighed = tuple(
                structs.replace(clue, reliability=reliability) if clue.clue_id == clue_id else clue
                for clue in state.clues
            )
            return structs.replace(state, clues=weighed)
        case SearchPlanned(settings=settings):
            return structs.replace(state, settings=settings)
        case SearchOrdered(sectors=sectors):
            return structs.replace(
                state,
                generation=state.generation + 1,
                ordered_s=event.time_s,
                sectors=sectors,
                past_sectors=(*state.past_sectors, *state.sectors)[-PAST_SECTORS_KEPT:],
                ended_s=None,
            )
        case AreaSearched(searched=searched):
            return structs.replace(state, searched=(*state.searched, searched)[-SEARCHED_KEPT:])
        case Found(find=find):
            ended_s = event.time_s if find.is_it else state.ended_s
            return structs.replace(state, finds=(*state.finds, find)[-FINDS_KEPT:], ended_s=ended_s)
        case SearchEnded():
            return structs.replace(state, ended_s=event.time_s)
        case _:
            return state


def is_of_a_sensor(clue: Clue) -> bool:
    """Return whether a machine said it; the others are people's words."""
    return isinstance(clue.report, Bearing | Presence)


def _unwatched(loss: Loss, what: WatchingEnded) -> Loss:
    if loss.track.track_id != what.track_id:
        return loss
    watching = tuple(
        structs.replace(one, until_s=what.until_s) if one.sensor == what.sensor and one.until_s is None else one
        for one in loss.watching
    )
    return structs.replace(loss, watching=watching)


def _without_least(clues: tuple[Clue, ...]) -> tuple[Clue, ...]:
    """Return at most `CLUES_KEPT` clues; a sensor's oldest goes first, then a caller's, an officer's last."""
    if len(clues) <= CLUES_KEPT:
        return clues
    ranks = [0 if is_of_a_sensor(clue) else 1 if clue.report is not None else 2 for clue in clues]
    least = ranks.index(min(ranks))
    return clues[:least] + clues[least + 1 :]
