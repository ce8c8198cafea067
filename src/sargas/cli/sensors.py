"""`sargas sensors CONFIG`."""

from pathlib import Path

from sargas.cli.console import EXIT_OK, EXIT_WRONG, say_json, table, utc


def sensors(config: Path, *, json: bool = False) -> int:
    """Show how the sensors and feeds are, as the journal of a configuration holds it.

    Ends with 1 if a sensor is silent or has failed, so that a monitoring job can use it.

    Parameters
    ----------
    config: Path
        The configuration whose journal is read; a watch may be running on it.
    json: bool
        Write it as JSON.
    """
    from sargas.app.reading import picture_of

    picture = picture_of(config)
    if json:
        say_json({"now_s": picture.now_s, "sensors": picture.health, "feeds": picture.feeds})
    else:
        table(
            f"sensors at {utc(picture.now_s)}",
            [
                "sensor",
                "state",
                "last report",
                "reports",
                "late",
                "rejected",
                "per s",
                "latency s",
                "why",
                "register",
            ],
            [
                [
                    item.sensor,
                    item.state,
                    utc(item.last_report_s),
                    str(item.n_reports),
                    str(item.n_late),
                    str(item.n_rejected),
                    f"{item.rate_hz:.2f}",
                    "-" if item.latency_s is None else f"{item.latency_s:.1f}",
                    item.reason,
                    "" if item.registration is None else item.registration.verdict,
                ]
                for item in sorted(picture.health.values(), key=lambda health: health.sensor)
            ],
        )
        table(
            "feeds",
            ["feed", "connected", "chunks", "bytes", "reports", "unused", "malformed"],
            [
                [
                    item.feed,
                    "yes" if item.is_connected else "no",
                    str(item.n_chunks),
                    str(item.n_bytes),
                    str(item.n_reports),
                    _counts(item.unused),
                    _counts(item.malformed),
                ]
                for item in picture.feeds.values()
            ],
        )
    is_bad = any(item.state in {"silent", "failed"} for item in picture.health.values())
    return EXIT_WRONG if is_bad else EXIT_OK


def _counts(reasons: dict[str, int]) -> str:
    return "\n".join(f"{count} {reason}" for reason, count in sorted(reasons.items())) or "0"
