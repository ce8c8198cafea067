"""CAT065, state of the system that sends CAT062 (EUROCONTROL-SPEC-0149-15).

| item | what is used |
|---|---|
| 000 | message type: 1 state, 2 end of batch, 3 service status |
| 030 | time of the message; time of day |
| 040 | release, overload, time source |
| 050 | service status |
"""

from typing import Final, Literal

from sargas.decode.asterix.common import Source, Time
from sargas.decode.asterix.layout import Items, Spec
from sargas.model.report import Decoded, SensorStatus, Unused

State = Literal["ok", "degraded", "failed", "maintenance", "unknown"]

RELEASE: Final[dict[int, State]] = {0: "ok", 1: "degraded", 2: "failed", 3: "unknown"}
SERVICE: Final[dict[int, State]] = {
    1: "degraded",
    2: "ok",
    3: "degraded",
    4: "maintenance",
    5: "failed",
    6: "degraded",
    7: "maintenance",
    8: "degraded",
    9: "ok",
    10: "ok",
    11: "degraded",
    12: "degraded",
    13: "ok",
    14: "degraded",
    15: "ok",
    16: "failed",
}
"""Item 050 to the state that the service is in after what it tells."""


class Reader:
    """Messages of the surveillance data processing system of one edition."""

    def __init__(self, spec: Spec) -> None:
        self._type = spec.field("000")
        self._time = Time(spec, "030")
        self._release = spec.field("040", "NOGO")
        self._overload = spec.field("040", "OVL")
        self._bad_time = spec.field("040", "TSV")
        self._service = spec.field("050")

    def read(self, items: Items, source: Source) -> Decoded:
        """Return the system's state, or why there is none."""
        time_s = source.time_s(self._time.read(items))
        if self._type.raw(items.get("000")) == 2:
            return Unused("CAT065 end of batch")
        if "040" not in items and "050" not in items:
            return Unused("CAT065 no state")
        state, text = self._state(items.get("040")) if "040" in items else self._service_state(items.get("050"))
        return SensorStatus(
            sensor=source.sensor,
            time_s=time_s,
            received_s=source.received_s,
            entry=source.entry,
            state=state,
            text=text,
        )

    def _state(self, item: bytes | None) -> tuple[State, str]:
        release = RELEASE.get(self._release.raw(item) or 0, "unknown")
        faults = ["overloaded"] if self._overload.raw(item) else []
        faults += ["time source invalid"] if self._bad_time.raw(item) else []
        return ("degraded" if release == "ok" and faults else release), ", ".join(faults)

    def _service_state(self, item: bytes | None) -> tuple[State, str]:
        code = self._service.raw(item) or 0
        return SERVICE.get(code, "unknown"), self._service.table.get(code, "")
