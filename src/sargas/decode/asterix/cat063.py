"""CAT063, state of a neighbour's sensors (EUROCONTROL-SPEC-0149-10).

| item | what is used |
|---|---|
| 030 | time of the message; time of day |
| 050 | the sensor that is meant |
| 060 | connection, operational release, overloads, time source, plots missing |

The GO/NOGO bits of its channels are not used: radars set them for channels that they do not have.
"""

from typing import Literal

from sargas.decode.asterix.common import Source, Time
from sargas.decode.asterix.layout import Items, Spec
from sargas.model.report import Decoded, SensorStatus, Unused


class Reader:
    """Sensor status messages of one edition."""

    def __init__(self, spec: Spec) -> None:
        self._time = Time(spec, "030")
        self._sac = spec.field("050", "SAC")
        self._sic = spec.field("050", "SIC")
        self._connection = spec.field("060", "CON")
        self._inhibited = spec.field("060", "OPS")
        self._faults = tuple(
            (spec.field("060", name), text)
            for name, text in (
                ("ODP", "data processor overloaded"),
                ("OXT", "transmission overloaded"),
                ("TSV", "time source invalid"),
                ("NPW", "no plots received"),
            )
        )

    def read(self, items: Items, source: Source) -> Decoded:
        """Return the state of the sensor that is meant, or why there is none."""
        time_s = source.time_s(self._time.read(items))
        sac, sic = self._sac.raw(items.get("050")), self._sic.raw(items.get("050"))
        if sac is None or sic is None:
            return Unused("CAT063 no sensor named")
        state, text = self._state(items.get("060"))
        return SensorStatus(
            sensor=source.sources.name(sac, sic),
            time_s=time_s,
            received_s=source.received_s,
            entry=source.entry,
            state=state,
            text=text,
        )

    def _state(self, item: bytes | None) -> tuple[Literal["ok", "degraded", "failed", "unknown"], str]:
        match self._connection.raw(item):
            case None:
                return "unknown", ""
            case 3:
                return "failed", "not connected"
            case 2:
                return "degraded", "initialising"
            case connection:
                faults = ["degraded"] if connection == 1 else []
        if self._inhibited.raw(item):
            return "failed", "not released for operational use"
        faults += [text for field, text in self._faults if field.raw(item)]
        return ("degraded", ", ".join(faults)) if faults else ("ok", "")
