"""The register as GeoJSON (RFC 7946), a feature for each record, and back, exactly.

A record without a place is a feature without a geometry (section 3.2). Its fields are the properties; `began` and
`ended` beside them are for people and for other programs.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from sargas.model.register import RegisterRecord
from sargas.register.exchange import BYTES_MAX, RECORDS_MAX, Collected, Taken, read_when, when

FOR_PEOPLE: Final = {"began": "began_s", "ended": "ended_s"}
FIELDS: Final = frozenset(RegisterRecord.__struct_fields__)
MEDIA_TYPE: Final = "application/geo+json"


def write(records: Iterable[RegisterRecord], *, is_exercise: bool = False) -> bytes:
    """Return the file; that of an exercise says so in a member of its own (section 6.1)."""
    collection: dict[str, Any] = {"type": "FeatureCollection", "features": [_feature(record) for record in records]}
    return msgspec.json.encode(({"mark": "EXERCISE"} if is_exercise else {}) | collection)


def read(data: bytes) -> Taken:
    """Return the records of a file, and why others were refused; properties of other names are passed over."""
    collected = Collected()
    features = _features(data, collected)
    for number, feature in enumerate(features[:RECORDS_MAX], start=1):
        _take(f"feature {number}", feature, collected)
    if len(features) > RECORDS_MAX:
        collected.refuse(f"feature {RECORDS_MAX + 1}: expected {RECORDS_MAX:,} records at most in one file")
    return collected.taken()


def _feature(record: RegisterRecord) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(record)
    for name, field in FOR_PEOPLE.items():
        if field in told:
            told[name] = when(told[field])
    is_placed = record.lat_deg is not None and record.lon_deg is not None
    geometry = {"type": "Point", "coordinates": [record.lon_deg, record.lat_deg]} if is_placed else None
    return {"type": "Feature", "id": record.record_id, "geometry": geometry, "properties": told}


def _features(data: bytes, collected: Collected) -> list[Any]:
    if len(data) > BYTES_MAX:
        collected.refuse(f"file: expected {BYTES_MAX >> 20} MB at most")
        return []
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        collected.refuse(f"file: no JSON: {error}")
        return []
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or document.get("type") != "FeatureCollection":
        collected.refuse("file: expected a FeatureCollection with its features")
        return []
    return features


def _take(where: str, feature: object, collected: Collected) -> None:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(feature, dict) or not isinstance(properties, dict):
        collected.refuse(f"{where}: expected a Feature with properties")
        return
    values = {name: value for name, value in properties.items() if name in FIELDS and value is not None}
    for name, field in FOR_PEOPLE.items():
        told = properties.get(name)
        if field not in values and isinstance(told, str) and (time_s := read_when(told)) is not None:
            values[field] = time_s
    if "record_id" not in values and isinstance(feature.get("id"), str):
        values["record_id"] = feature["id"]
    if "lat_deg" not in values and "lon_deg" not in values:
        values |= _place(feature.get("geometry"))
    collected.take(where, values)


def _place(geometry: object) -> Mapping[str, Any]:
    """Return the place of a point as values, nothing for what is none."""
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        return {}
    at = geometry.get("coordinates")
    return {"lon_deg": at[0], "lat_deg": at[1]} if isinstance(at, list) and len(at) >= 2 else {}
