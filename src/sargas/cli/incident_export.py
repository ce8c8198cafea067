"""`sargas incident export`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from sargas.cli.console import EXIT_OK, EXIT_USAGE, fail, progress, say
from sargas.model.dossier import DossierLanguage, Version

if TYPE_CHECKING:
    from sargas.app.desk_client import Desk
    from sargas.app.dossiers import File
    from sargas.app.reading import Read
    from sargas.dossier.make import Ordered


def export(
    config: Path,
    incident: str,
    *,
    version: Version = "public",
    language: DossierLanguage | None = None,
    form: Annotated[Literal["pdf", "zip"], Parameter(name="--format")] = "zip",
    out: Annotated[Path, Parameter(name=["--out", "-o"])] = Path(),
    addressee: str = "",
    officer: str = "",
    desk: str | None = None,
) -> int:
    """Write the dossier of an incident: a document, or a ZIP with the same content as data, evidence and proof.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it is asked, else its journal is read.
    incident: str
        The incident's name, as `sargas incident list` shows it.
    version: Version
        For whom it is: public, ministry (with a draft note that asks the other state for an explanation), allies
        (with a draft of what is asked of them), or full. Each leaves out other things, by rule.
    language: DossierLanguage | None
        en, lt, lv, et, pl, fi or ro; by default the country's. English stands beside every other one.
    form: Literal["pdf", "zip"]
        The document alone, or with its data, its evidence and its proof.
    out: Path
        The file to write, or the folder for it.
    addressee: str
        To whom the draft letter is written.
    officer: str
        Who takes it away; needed where contents of evidence go with it, since it is journaled.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.app.prompting import watch_of
    from sargas.cli.handing import front_of
    from sargas.dossier.make import Ordered

    ordered = Ordered(version=version, officer=officer, language=language, form=form, addressee=addressee)
    watch = watch_of(front_of(config), desk)
    name, content = _from_watch(watch, incident, ordered) if watch is not None else _made(config, incident, ordered)
    path = out / name if out.is_dir() else out
    try:
        path.write_bytes(content)
    except OSError as error:
        fail(f"{path}: {error.strerror or error}")
    say(f"wrote {path}")
    return EXIT_OK


def _from_watch(watch: "Desk", incident: str, ordered: "Ordered") -> tuple[str, bytes]:
    params = {"version": ordered.version, "format": ordered.form, "addressee": ordered.addressee}
    if ordered.language is not None:
        params["language"] = ordered.language
    if ordered.officer:
        params["officer"] = ordered.officer
    return watch.dossier(incident, params)


def _made(config: Path, incident: str, ordered: "Ordered") -> tuple[str, bytes]:
    """Return the name and the content of the dossier, made from the journal while no watch runs."""
    from sargas.app import reading
    from sargas.app.deciding import append
    from sargas.app.dossier_section import office_of
    from sargas.app.dossiers import accesses
    from sargas.cli.handing import incident_of

    with progress("reading the journal", total=1.0) as bar:
        read = reading.read(config, lambda done, of: bar(done / of if of else 1.0))
        bar(1.0)
    known = incident_of(read.engine.picture, incident)
    office = office_of(read.config.dossier, config.parent)
    taken = accesses(known, ordered, office.rules[ordered.version])
    if taken and not ordered.officer:
        fail(
            f"{len(taken)} contents of evidence go with it: say who takes them away, with --officer NAME"
            " (or take the document alone, with --format pdf)",
            EXIT_USAGE,
        )
    for access in taken:
        append(config, access, read)
    _, name, content = _sealed(config, read, known.incident_id, ordered)
    return name, content


def _sealed(config: Path, read: "Read", incident_id: str, ordered: "Ordered") -> "File":
    import time

    from sargas.app.dossier_history import Again
    from sargas.app.dossier_section import office_of
    from sargas.app.dossiers import Case, Country, Making, exported
    from sargas.app.evidence_room import store_of
    from sargas.app.record import open_journal
    from sargas.app.wire import build_engine, load_places, snapshot_key

    picture, blueprint, watch = read.engine.picture, read.blueprint, read.config.watch
    journal = open_journal(read.config, config.parent)
    try:
        again = Again(
            journal=journal,
            make_engine=lambda: build_engine(blueprint),
            key=snapshot_key(blueprint),
            sensors=blueprint.sensors,
        )
        country = Country(
            code=blueprint.country,
            title=watch.title,
            sensors=blueprint.sensors,
            zones=blueprint.zones,
            places=load_places(),
            is_exercise=watch.is_exercise,
        )
        case = Case(
            incident=picture.incidents[incident_id],
            health=picture.health,
            now_s=max(time.time(), picture.now_s),
        )
        store = store_of(config.parent / read.config.journal.path, read.config.record.evidence_max_mb)
        with progress("running the incident's entries again", total=1.0) as bar:
            made = exported(
                Making(
                    ordered=ordered,
                    case=case,
                    country=country,
                    office=office_of(read.config.dossier, config.parent),
                    store=store,
                ),
                again,
                lambda done, of: bar(done / of if of else 1.0),
            )
            bar(1.0)
        return made
    finally:
        journal.close()
