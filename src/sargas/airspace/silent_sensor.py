"""A sensor is silent: what it should see is not empty, it is unknown."""

from collections.abc import Iterable, Sequence

from msgspec import Struct, structs

from sargas.airspace.words import clock, duration
from sargas.model.finding import Finding, Silence
from sargas.model.picture import Picture
from sargas.model.sensor import Health, Sensor
from sargas.model.zone import Zone

QUIET = ("silent", "failed")


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`period_s` is told as the expected time between reports where none was ever measured."""

    period_s: float = 60.0


def build(settings: Settings, zones: Sequence[Zone], watched: str, sensors: Sequence[Sensor] = ()) -> "SilentSensor":
    """Return the rule; neither zones nor the watched country matter to it."""
    del zones, watched, sensors
    return SilentSensor(settings)


class SilentSensor:
    """The rule; how long a silence counts is judged by the health monitor, with its own patience."""

    name = "silent_sensor"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._open: dict[str, Finding] = {}
        self._n_raised: dict[str, int] = {}
        self._period_s: dict[str, float] = {}

    def evaluate(self, picture: Picture) -> Iterable[Finding]:
        """Return the sensors that fell silent, still are, or are back."""
        findings: list[Finding] = []
        for sensor, health in picture.health.items():
            before = self._open.get(sensor)
            if health.state in QUIET:
                if before is None:
                    findings.append(self._raise(health, picture.now_s))
                elif self._reasons(health) != before.reasons:
                    findings.append(self._update(health, before, picture.now_s))
            else:
                self._learn_period(health)
                if before is not None:
                    findings.append(self._clear(health, before, picture.now_s))
        return findings

    def _learn_period(self, health: Health) -> None:
        if health.rotation_s:
            self._period_s[health.sensor] = health.rotation_s
        elif health.state == "ok" and health.rate_hz > 0.0:
            self._period_s[health.sensor] = 1.0 / health.rate_hz

    def _raise(self, health: Health, now_s: float) -> Finding:
        n = self._n_raised[health.sensor] = self._n_raised.get(health.sensor, 0) + 1
        finding = Finding(
            finding_id=f"{self.name}:{health.sensor}:{n}",
            rule=self.name,
            state="raised",
            severity="info",
            time_s=now_s,
            raised_s=now_s,
            probability=1.0,
            title=f"Sensor {health.sensor} is {health.state}",
            reasons=self._reasons(health),
            detail=self._detail(health),
        )
        self._open[health.sensor] = finding
        return finding

    def _update(self, health: Health, before: Finding, now_s: float) -> Finding:
        finding = structs.replace(
            before,
            state="updated",
            time_s=now_s,
            title=f"Sensor {health.sensor} is {health.state}",
            reasons=self._reasons(health),
            detail=self._detail(health),
        )
        self._open[health.sensor] = finding
        return finding

    def _clear(self, health: Health, before: Finding, now_s: float) -> Finding:
        del self._open[health.sensor]
        quiet = f"back after {duration(now_s - before.raised_s)}: {health.state}"
        return structs.replace(before, state="cleared", time_s=now_s, reasons=(*before.reasons, quiet))

    def _detail(self, health: Health) -> Silence:
        period_s = self._period_s.get(health.sensor, self.settings.period_s)
        return Silence(sensor=health.sensor, last_s=health.last_report_s, expected_period_s=period_s)

    def _reasons(self, health: Health) -> tuple[str, ...]:
        last = "has not spoken since the watch began"
        if health.last_report_s is not None:
            last = f"last report at {clock(health.last_report_s)}"
        return tuple(
            text for text in (health.reason, last, "nothing seen there does not mean that nothing is there") if text
        )
