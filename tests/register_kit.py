"""Records of the register as hypothesis makes them, and plain ones for tests."""

from typing import Any, get_args

from hypothesis import strategies as st

from sargas.model.evidence import Source
from sargas.model.register import CaseState, ObjectType, Outcome, Precision, RegisterRecord

PLACES = ("Gaižiūnai", "Šumskas", "Łódź", "Rēzekne", "Puiești", "Zamość", "=1+1", "-", "straße", "Çà et là", "Ⅷ ﬁn")
# XML and CSV know no lone surrogates; a JSON body cannot carry them either.
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=30) | st.sampled_from(PLACES)
TIMES = st.floats(0.0, 32_503_680_000.0) | st.integers(1_640_995_200, 1_798_761_600).map(float)
SOURCES = st.builds(
    Source,
    address=TEXTS.filter(bool),
    publisher=TEXTS,
    published=st.sampled_from(["", "2025", "2025-07", "2025-07-28", "2025-07-28T04:40Z"]),
    quotation=TEXTS,
    reliability=st.sampled_from("ABCDEF"),
    credibility=st.sampled_from("123456"),
)
IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)


@st.composite
def records(draw: st.DrawFn) -> RegisterRecord:
    """Return any record that the model allows."""
    n_min = draw(st.integers(0, 30))
    return RegisterRecord(
        record_id=draw(IDS),
        title=draw(TEXTS.filter(bool)),
        began_s=draw(TIMES),
        precision=draw(st.sampled_from(get_args(Precision))),
        ended_s=draw(st.none() | TIMES),
        countries=tuple(draw(st.lists(st.sampled_from(["LT", "LV", "PL", "RO"]), min_size=1, max_size=3))),
        place=draw(TEXTS),
        lat_deg=draw(st.none() | st.floats(-90.0, 90.0)),
        lon_deg=draw(st.none() | st.floats(-180.0, 180.0)),
        sd_m=draw(st.none() | st.floats(0.001, 1_000_000.0)),
        object_type=draw(st.sampled_from(get_args(ObjectType))),
        model=draw(TEXTS),
        n_min=n_min,
        n_max=n_min + draw(st.integers(0, 30)),
        origin=draw(st.sampled_from(["", "RU", "BY", "UA"])),
        origin_said=draw(TEXTS),
        has_explosives=draw(st.none() | st.booleans()),
        outcome=draw(st.sampled_from(get_args(Outcome))),
        state=draw(st.sampled_from(get_args(CaseState))),
        text=draw(TEXTS),
        doubts=draw(TEXTS),
        sources=tuple(draw(st.lists(SOURCES, max_size=2))),
        from_watch=draw(TEXTS),
    )


def a_record(record_id: str = "lt-1", **more: Any) -> RegisterRecord:
    """Return a plain record."""
    told: dict[str, Any] = {"title": "A drone", "began_s": 1_753_660_800.0, "countries": ("LT",), **more}
    return RegisterRecord(record_id=record_id, **told)
