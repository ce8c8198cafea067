"""How a sensor's register reaches its health."""

from sargas.fuse.health import Settings, build
from sargas.model.report import PolarPlot
from sargas.model.sensor import Health, RegistrationEstimate, Sensor

T0 = 1_753_660_800.0


def told(estimate: RegistrationEstimate | None) -> Health:
    monitor = build(Settings(), {"radar": Sensor(id="radar", kind="radar", lat_deg=54.6, lon_deg=25.1, period_s=4.0)})
    monitor.tick(T0)
    monitor.update(
        [PolarPlot(sensor="radar", time_s=T0 + 1.0, received_s=T0 + 1.2, range_m=1e4, azimuth_deg=1.0)], T0 + 1.2
    )
    (health,) = monitor.tick(T0 + 2.0, {}, {} if estimate is None else {"radar": estimate, "unheard of": estimate})
    return health


def test_a_sensor_too_far_off_to_be_used_is_degraded_and_says_why() -> None:
    health = told(RegistrationEstimate(azimuth_deg=60.0, is_used=False, verdict="misaligned, points 60.00 deg off"))
    assert (health.state, health.reason) == ("degraded", "misaligned, points 60.00 deg off")


def test_a_sensor_that_is_corrected_is_well_and_carries_its_bias() -> None:
    estimate = RegistrationEstimate(range_m=150.0, range_sd_m=4.0, is_applied=True, verdict="corrected: range 150 m")
    health = told(estimate)
    assert (health.state, health.reason, health.registration) == ("ok", "", estimate)


def test_without_registration_health_says_nothing_of_it() -> None:
    assert told(None).registration is None
