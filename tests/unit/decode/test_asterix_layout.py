"""The compiled layouts against libasterix's own parser, which is slow and general."""

import pytest
from asterix import base, generated
from hypothesis import given, settings
from hypothesis import strategies as st

from asterix_samples import NOON_TOD, block, plot, tracks
from sargas.decode.asterix.layout import Broken, Spec

CATEGORIES = ["010_1_1", "020_1_11", "021_0_26", "021_2_7", "034_1_29", "048_1_32", "062_1_21", "063_1_7", "065_1_6"]
SPECS = {name: Spec(getattr(generated, f"Cat_{name}")) for name in CATEGORIES}
for name in CATEGORIES:
    for item in getattr(generated, f"Cat_{name}").cv_record.cv_items_dict:
        SPECS[name].layout.want(item)


def split_by_libasterix(name: str, data: bytes):
    """Return the items and the length of the first record, None if libasterix refuses it."""
    record_class = getattr(generated, f"Cat_{name}").cv_record
    parsed = record_class.parse(base.ParsingMode.StrictParsing, base.Bits.from_bytes(data))
    if isinstance(parsed, ValueError):
        return None
    record, rest = parsed
    items = {item: value.unparse().to_bytes() for item, value in record.items_regular.items()}
    return items, len(data) - len(rest) // 8


def split_by_us(name: str, data: bytes):
    try:
        return SPECS[name].layout.split(data, 0)
    except (Broken, IndexError):
        return None


@pytest.mark.parametrize("name", CATEGORIES)
@given(data=st.binary(min_size=1, max_size=120))
@settings(max_examples=80, deadline=None)
def test_random_bytes_are_split_or_refused_alike(name, data):
    assert split_by_us(name, data) == split_by_libasterix(name, data)


@pytest.mark.parametrize(
    ("name", "data"),
    [("048_1_32", block("048_1_32", plot())[3:]), ("062_1_21", block("062_1_21", *tracks())[3:])],
    ids=["plot", "track"],
)
def test_every_shape_of_item_is_split_alike(name, data):
    ours = split_by_us(name, data)
    assert ours is not None
    assert ours == split_by_libasterix(name, data)


@pytest.mark.parametrize("name", CATEGORIES)
def test_every_number_of_an_item_stands_where_libasterix_has_it(name):
    record_class = getattr(generated, f"Cat_{name}").cv_record
    checked = 0
    for item, non_spare in record_class.cv_items_dict.items():
        variation = getattr(non_spare.cv_rule, "cv_variation", None)
        if variation is None or not issubclass(variation, base.Group):
            continue
        for pattern in ("5a", "ff", "01"):
            raw = int(pattern * 16, 16) % 2**variation.cv_bit_size
            group = variation.create(raw)
            for part, _ in variation.cv_items_list:
                if not hasattr(part, "cv_non_spare"):
                    continue
                title = part.cv_non_spare.cv_name
                element = group.get_item(title)
                field = SPECS[name].field(item, title)
                unsigned = field.raw(group.unparse().to_bytes()) % 2 ** len(element.unparse())
                assert unsigned == element.as_uint(), (item, title)
                checked += 1
    assert checked or name == "065_1_6"


def test_quantities_are_in_si_units():
    spec = SPECS["048_1_32"]
    data = block("048_1_32", {"140": NOON_TOD, "040": (("RHO", (1.0, "NM")), ("THETA", (45.0, "°")))})[3:]
    items, _ = spec.layout.split(data, 0)
    assert spec.field("140").value(items["140"]) == 43_200.0
    assert spec.field("040", "RHO").value(items["040"]) == 1_852.0
    assert spec.field("040", "THETA").value(items["040"]) == 45.0
