"""The classes, and what is not in the table of aircraft: how often each flies, what it says of itself, how it flies.

Speeds, heights, endurance and whether it hovers or drifts come from the table of aircraft. The weights here are
judgements in nats (a natural logarithm of a likelihood ratio against "anything at all"), few and round so that they
can be argued with; docs/explanation/identification.md gives their reasons.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from msgspec import Struct

from sargas.model.aircraft import Aircraft, Span
from sargas.model.classification import BIRD, CLUTTER, UNKNOWN

Group = Literal["crewed", "drone", ""]

GROUP_NAMES: Final = {"crewed": "Crewed aircraft, kind uncertain", "drone": "Drone, kind uncertain"}


class Traits(Struct, frozen=True, kw_only=True):
    """What is said of a class beside the table.

    `prior`: how often it flies where a border is watched. `climb_mps`: climbs and sinks at most so. `way`: the two
    parameters of the Beta distribution of its straightness. Then nats: `silent` where transponders are heard and it
    has none; `says` an identity without a position of its own; `own`: gives its position and nothing contradicts it;
    `lies`: its word is contradicted; `remote_id`; `heard` by microphones; `radio`: a direction finder has it;
    `with_wind`: goes as the wind does; `beyond`: came over the border.
    """

    prior: float
    group: Group = "drone"
    climb_mps: float = 5.0
    way: tuple[float, float] = (4.0, 1.0)
    silent: float = 0.5
    says: float = -2.5
    own: float = -3.0
    lies: float = 0.3
    remote_id: float = -1.0
    heard: float = 0.6
    radio: float = 0.3
    with_wind: float = -0.7
    beyond: float = 0.4


CREWED: Final = Traits(
    prior=0.1, group="crewed", silent=-1.0, says=1.5, own=2.2, lies=0.0, heard=0.3, radio=0.2, with_wind=-1.0,
    beyond=-0.2,
)  # fmt: skip
ANY: Final = Traits(prior=0.03)
"""A kind of a table of one's own that has no row here."""

TRAITS: Final[Mapping[str, Traits]] = {
    "airliner": Traits(
        prior=0.15, group="crewed", climb_mps=15.0, way=(20.0, 1.0), silent=-3.2, says=2.2, own=2.5, lies=0.0,
        remote_id=-2.0, heard=-0.7, radio=0.0, with_wind=-1.5, beyond=-0.2,
    ),
    "light_aircraft": Traits(
        prior=0.08, group="crewed", climb_mps=6.0, way=(4.0, 1.0), silent=-1.2, says=1.5, own=2.2, lies=0.0,
        heard=0.3, radio=0.2, with_wind=-1.0, beyond=-0.2,
    ),
    "helicopter": Traits(
        prior=0.05, group="crewed", climb_mps=8.0, way=(2.0, 1.0), silent=-1.3, says=1.5, own=2.2, lies=0.0,
        heard=0.8, radio=0.2, with_wind=-1.0, beyond=-0.2,
    ),
    "male": Traits(prior=0.02, way=(2.0, 1.0), silent=0.0, says=-0.5, own=-0.5, heard=0.2, radio=0.8),
    "shahed": Traits(prior=0.05, way=(5.0, 1.0), heard=1.0, radio=0.2),
    "gerbera": Traits(prior=0.08, way=(4.0, 1.0), heard=0.8, radio=0.3),
    "orlan": Traits(prior=0.03, way=(2.0, 1.0), radio=1.0),
    "small_fixed_wing": Traits(prior=0.05, way=(2.5, 1.0), heard=0.7, radio=0.6),
    "quadcopter": Traits(
        prior=0.06, climb_mps=6.0, way=(1.3, 1.0), says=-2.0, own=-2.0, remote_id=3.0, heard=0.4, radio=1.0,
        beyond=0.0,
    ),
    "cruise_missile": Traits(
        prior=0.01, group="", climb_mps=20.0, way=(8.0, 1.0), says=-3.0, own=-3.5, remote_id=-3.0, radio=-0.5,
    ),
    "balloon": Traits(
        prior=0.07, group="", climb_mps=6.0, way=(10.0, 1.0), silent=0.4, says=-2.0, own=-2.0, lies=0.0,
        remote_id=-2.0, heard=-2.5, radio=0.2, with_wind=1.5,
    ),
    BIRD: Traits(
        prior=0.1, group="", climb_mps=2.0, way=(2.5, 1.0), says=-3.0, own=-3.5, lies=-1.0, remote_id=-3.0,
        heard=-1.5, radio=-2.5, with_wind=0.3, beyond=-0.3,
    ),
    CLUTTER: Traits(
        prior=0.08, group="", climb_mps=15.0, way=(1.0, 1.5), says=-2.5, own=-3.5, lies=-1.0, remote_id=-3.0,
        heard=-1.0, radio=-2.0, with_wind=0.0, beyond=-0.4,
    ),
    UNKNOWN: Traits(
        prior=0.25, group="", silent=0.0, says=0.0, own=0.0, lies=0.0, remote_id=0.0, heard=0.0, radio=0.0,
        with_wind=0.0, beyond=0.0,
    ),
}  # fmt: skip


class Kind(Struct, frozen=True, kw_only=True):
    """One class in full: ranges are those of the table; None is anything."""

    id: str
    name: str
    traits: Traits
    speed_mps: Span | None = None
    speed_typical_mps: float = 0.0
    height_m: Span | None = None
    endurance_s: float | None = None
    rcs_dbsm: Span | None = None
    is_drifting: bool = False
    can_hover: bool = False


OTHERS: Final = (
    # Bruderer and Boldt (Ibis 143, 2001): most birds fly at 8 to 20 m/s through the air; migration mostly below 2 km.
    # M. Skolnik (Introduction to Radar Systems, 2nd edition, 1980, table 2.2): a bird 0.01 m^2; small ones less, a
    # flock more.
    Kind(id=BIRD, name="Bird or flock", traits=TRAITS[BIRD], speed_mps=(4.0, 25.0), speed_typical_mps=13.0,
         height_m=(20.0, 2_000.0), rcs_dbsm=(-40.0, -10.0)),
    Kind(id=CLUTTER, name="Nothing: echoes of ground or weather", traits=TRAITS[CLUTTER], speed_mps=(0.0, 40.0),
         speed_typical_mps=5.0, height_m=(0.0, 1_500.0)),
    Kind(id=UNKNOWN, name="Unknown", traits=TRAITS[UNKNOWN]),
)  # fmt: skip


def kinds_of(aircraft: Sequence[Aircraft]) -> tuple[Kind, ...]:
    """Return the classes: the table's kinds in its order, then bird, clutter and, last, unknown."""
    flown = [
        Kind(
            id=kind.id,
            name=kind.name,
            traits=TRAITS.get(kind.id, ANY),
            speed_mps=kind.speed_mps,
            speed_typical_mps=kind.speed_typical_mps,
            height_m=kind.height_agl_m,
            endurance_s=kind.endurance_s[1],
            rcs_dbsm=kind.rcs_dbsm,
            is_drifting=kind.is_drifting,
            can_hover=kind.can_hover,
        )
        for kind in aircraft
        if kind.id not in {other.id for other in OTHERS}
    ]
    return (*flown, *OTHERS)
