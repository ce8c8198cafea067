"""CAT034, monoradar service messages: marks, the antenna's turn, the radar's state (EUROCONTROL-SPEC-0149-2b).

| item | what is used |
|---|---|
| 000 | message type: 1 north mark, 2 sector crossing |
| 020 | sector, 360/256 degrees |
| 030 | time of day |
| 041 | antenna rotation period, 1/128 s |
| 050 | release, overload and time source of the common part; overloads of the radar's channels |
"""

from typing import Final, Literal

from sargas.decode.asterix.common import Source, Time, within
from sargas.decode.asterix.layout import Items, Spec
from sargas.model.report import Decoded, SensorStatus, Unused

MARKS: Final[dict[int, Literal["north", "sector"]]] = {1: "north", 2: "sector"}
TURN_MAX_S: Final = 60.0
"""No surveillance antenna turns more slowly: north marks further apart have one missing between them."""


class Reader:
    """Service messages of one edition."""

    def __init__(self, spec: Spec) -> None:
        self._type = spec.field("000")
        self._time = Time(spec, "030")
        self._sector = spec.field("020")
        self._rotation = spec.field("041")
        self._status = spec.parts("050")
        self._inhibited = spec.part("050", "COM", "NOGO")
        self._degraded = tuple(
            (part, spec.part("050", part, name), text)
            for part, name, text in (
                ("COM", "OVLRDP", "data processor overloaded"),
                ("COM", "OVLXMT", "transmission overloaded"),
                ("COM", "TSV", "time source invalid"),
                ("PSR", "OVL", "primary radar overloaded"),
                ("SSR", "OVL", "secondary radar overloaded"),
                ("MDS", "OVLSUR", "Mode S overloaded"),
            )
        )

    def read(self, items: Items, source: Source) -> Decoded:
        """Return the mark or the state, or why there is neither."""
        time_s = source.time_s(self._time.read(items))
        kind = self._type.raw(items.get("000"))
        if kind not in MARKS and "050" not in items:
            return Unused("CAT034 neither a mark nor a state")
        mark = None if kind is None else MARKS.get(kind)
        state, text = self._state(items.get("050"))
        return SensorStatus(
            sensor=source.sensor,
            time_s=time_s,
            received_s=source.received_s,
            entry=source.entry,
            state=state,
            mark=mark,
            azimuth_deg=0.0 if mark == "north" else self._sector.value(items.get("020")),
            rotation_s=self._rotation_s(items, source, time_s, is_north=mark == "north"),
            text=text,
        )

    def _rotation_s(self, items: Items, source: Source, time_s: float, *, is_north: bool) -> float | None:
        """Return what the radar states, else the time between two north marks."""
        measured_s = source.sources.turn_s(source.sensor, time_s) if is_north else None
        stated_s = self._rotation.value(items.get("041"))
        return within(0.1, stated_s, 120.0) or within(0.1, measured_s, TURN_MAX_S)

    def _state(self, item: bytes | None) -> tuple[Literal["ok", "degraded", "failed", "unknown"], str]:
        parts = self._status(item)
        if "COM" not in parts:
            return "unknown", ""
        if self._inhibited.raw(parts["COM"]):
            return "failed", "not released for operational use"
        faults = [text for part, field, text in self._degraded if field.raw(parts.get(part))]
        return ("degraded", ", ".join(faults)) if faults else ("ok", "")
