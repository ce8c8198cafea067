"""`sargas incident list` and `sargas incident show`."""

from pathlib import Path

from cyclopts import App

from sargas.cli import incident_export, incident_file, incident_read, incident_steps, incident_verify
from sargas.cli.console import EXIT_NOT_FOUND, EXIT_OK, fail, say, say_json, table, utc

app = App(
    name="incident",
    help="List incidents, show one, and keep its file: evidence, who has and who saw it, holds, what is to be done.",
)
incident_file.register(app)
incident_steps.register(app)
app.command(incident_verify.verify)
app.command(incident_export.export)
app.command(incident_read.read)


@app.command(name="list")
def list_incidents(config: Path, *, json: bool = False) -> int:
    """List the incidents, the newest first.

    Parameters
    ----------
    config: Path
        The configuration whose journal is read; a watch may be running on it.
    json: bool
        Write them as JSON.
    """
    from sargas.app.reading import picture_of

    incidents = sorted(picture_of(config).incidents.values(), key=lambda item: item.opened_s, reverse=True)
    if json:
        say_json(incidents)
    elif not incidents:
        say("no incidents")
    else:
        rows = [
            [
                item.incident_id,
                item.status,
                item.level,
                utc(item.first_report_s),
                item.acknowledged_by or "-",
                item.disposition,
                item.title,
            ]
            for item in incidents
        ]
        table(
            f"{len(incidents)} incidents",
            ["incident", "status", "level", "first report", "acknowledged", "it was", "title"],
            rows,
        )
    return EXIT_OK


@app.command
def show(config: Path, incident: str, *, json: bool = False) -> int:
    """Show one incident with its timeline.

    Parameters
    ----------
    config: Path
        The configuration whose journal is read.
    incident: str
        The incident's name, as `sargas incident list` shows it.
    json: bool
        Write everything that is known of it as JSON.
    """
    from sargas.app.reading import picture_of

    incidents = picture_of(config).incidents
    found = incidents.get(incident)
    if found is None:
        have = ", ".join(sorted(incidents)) or "none"
        fail(f"no incident '{incident}' in this journal; have {have}", EXIT_NOT_FOUND)
    if json:
        say_json(found)
        return EXIT_OK
    say(f"{found.incident_id}  {found.title}")
    say(f"{found.status}, level {found.level} (highest {found.highest_level}), it was: {found.disposition}")
    say(f"first report {utc(found.first_report_s)}, acknowledged {utc(found.acknowledged_s)} {found.acknowledged_by}")
    if found.track_ids:
        say(
            f"tracks {', '.join(map(str, found.track_ids))}; lost: {', '.join(map(str, found.lost_track_ids)) or '-'}"
        )
    for item in found.timeline:
        say(f"  {utc(item.time_s)}  {item.officer + ': ' if item.officer else ''}{item.text}")
    return EXIT_OK
