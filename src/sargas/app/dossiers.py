"""Dossiers made: the entries run again, the evidence taken from its store, the files written, the whole sealed.

Who takes contents of evidence away in a dossier is in the journal before they are read.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import sha256
from typing import Final

from msgspec import Struct, structs

from sargas.app.dossier_history import Again, history_of
from sargas.app.dossier_section import Office
from sargas.app.restore import Progress
from sargas.dossier.compose import make
from sargas.dossier.history import History
from sargas.dossier.make import Around, Ordered, Wanted
from sargas.dossier.rules import Rules
from sargas.dossier.wording import LANGUAGE_OF
from sargas.model.decision import AccessEvidence
from sargas.model.dossier import Dossier, DossierLanguage, Exhibit, Verify, Version
from sargas.model.errors import DataError, DecisionError
from sargas.model.evidence import Evidence, Span
from sargas.model.incident import Incident
from sargas.model.record import Proof
from sargas.model.sensor import Health, Sensor
from sargas.model.zone import Place, Zone
from sargas.ports import EvidenceStore, Journal
from sargas.share import dossier_files, dossier_pdf, proof_json
from sargas.share.dossier_map import Land
from sargas.share.wording import EXERCISE, safe_name

ENTRIES_MOST: Final = 20_000
"""So many entries travel at most: about 20 MB of radar plots; more are named, and proven when they are asked for."""
ATTACHED_MOST_BYTES: Final = 512 << 20
"""Contents of evidence in one ZIP; beyond this their hashes are listed, and they are handed over on their own."""
WAITING_MOST: Final = 3
HISTORIES_KEPT: Final = 4
Decide = Callable[[AccessEvidence], Awaitable[object]]
File = tuple[str, str, bytes]
"""The media type, a name, and the content."""


class Country(Struct, frozen=True, kw_only=True):
    """What dossiers take from the watch itself."""

    code: str
    title: str
    sensors: dict[str, Sensor]
    zones: list[Zone]
    places: list[Place]
    is_exercise: bool


class Case(Struct, frozen=True, kw_only=True):
    """The incident as it stands, and how the sensors are."""

    incident: Incident
    health: Mapping[str, Health]
    now_s: float


class Making(Struct, frozen=True, kw_only=True):
    """All that one dossier is made from, beside the journal."""

    ordered: Ordered
    case: Case
    country: Country
    office: Office
    store: EvidenceStore

    @property
    def rules(self) -> Rules:
        """What its version shows."""
        return self.office.rules[self.ordered.version]


class Dossiers:
    """The dossiers of one desk, one made at a time; what was computed for one is kept for the next."""

    def __init__(self, country: Country, store: EvidenceStore) -> None:
        self._country = country
        self._store = store
        self._histories: OrderedDict[tuple[object, ...], History] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()
        self._n_waiting = 0

    async def file(self, ordered: Ordered, case: Case, again: Again, office: Office, decide: Decide) -> File:
        """Return the dossier as a file.

        Raises:
            DecisionError: too many are asked for at once, or an access could not be journaled.
            DataError: a content of evidence is not here, or damaged.
            JournalError: the journal cannot be read.
        """
        if self._n_waiting >= WAITING_MOST:
            raise DecisionError(f"{self._n_waiting} dossiers are being made: ask again when one is done")
        self._n_waiting += 1
        try:
            async with self._one_at_a_time:
                making = Making(ordered=ordered, case=case, country=self._country, office=office, store=self._store)
                history = await self._history(case, again)
                for access in accesses(case.incident, ordered, making.rules):
                    await decide(access)
                return await asyncio.to_thread(written, making, history, again.journal)
        finally:
            self._n_waiting -= 1

    async def _history(self, case: Case, again: Again) -> History:
        incident = case.incident
        key = (incident.incident_id, incident.track_ids, incident.findings, len(incident.timeline))
        if key not in self._histories:
            self._histories[key] = await asyncio.to_thread(history_of, again, incident, case.now_s)
            while len(self._histories) > HISTORIES_KEPT:
                self._histories.popitem(last=False)
        self._histories.move_to_end(key)
        return self._histories[key]


def accesses(incident: Incident, ordered: Ordered, rules: Rules) -> list[AccessEvidence]:
    """Return the accesses that an export is: one for each content that travels."""
    return [
        AccessEvidence(
            officer=ordered.officer,
            incident_id=incident.incident_id,
            evidence_id=one.evidence_id,
            purpose="exported",
        )
        for one in attached(incident.file.evidence, ordered, rules)
    ]


def attached(evidence: Sequence[Evidence], ordered: Ordered, rules: Rules) -> list[Evidence]:
    """Return the items whose content travels: those that the version may show, as long as there is room."""
    found: list[Evidence] = []
    n_bytes = 0
    for one in evidence if ordered.form == "zip" else ():
        is_here = bool(one.sha256) and one.removed_s is None
        if is_here and one.handling in rules.handling and n_bytes + one.n_bytes <= ATTACHED_MOST_BYTES:
            n_bytes += one.n_bytes
            found.append(one)
    return found


def written(making: Making, history: History, journal: Journal) -> File:
    """Return the dossier as a file: its media type, its name and its content.

    Raises:
        DataError: a content of evidence is not here, or damaged.
        JournalError: the entries cannot be proven.
    """
    ordered, country = making.ordered, making.country
    proof = journal.prove(cited(making.case.incident, making.rules))
    dossier = dossier_of(making, history, proof)
    land = Land(places=country.places, zones=country.zones)
    name = _name(dossier)
    if ordered.form == "pdf":
        return dossier_pdf.MEDIA_TYPE, f"{name}.pdf", dossier_pdf.pdf(dossier, land)
    content = proof_json.sealed(
        files_of(dossier, land, making.store),
        incident_id=dossier.incident_id,
        version=dossier.version,
        made_s=dossier.made_s,
        is_exercise=dossier.is_exercise,
        proof=proof,
        sign=journal.sign_bytes,
    )
    return "application/zip", f"{name}.zip", content


def dossier_of(making: Making, history: History, proof: Proof | None) -> Dossier:
    """Return the dossier, with those contents marked that travel with it."""
    ordered, case, country, office = making.ordered, making.case, making.country, making.office
    around = Around(
        sensors=country.sensors,
        health=case.health,
        zones=country.zones,
        places=country.places,
        country=country.code,
        title=country.title,
        is_exercise=country.is_exercise,
        authority=office.authority,
        label=office.label,
        verify=verify_of(proof),
    )
    wanted = Wanted(
        version=ordered.version,
        language=ordered.language or language_of(country.code),
        made_s=case.now_s,
        addressee=ordered.addressee,
    )
    dossier = make(case.incident, history, around, wanted, making.rules)
    travelling = {one.evidence_id for one in attached(case.incident.file.evidence, ordered, making.rules)}
    mark = f"{EXERCISE}-" if dossier.is_exercise else ""
    evidence = tuple(_placed(one, travelling, mark) for one in dossier.evidence)
    return structs.replace(dossier, evidence=evidence)


def _placed(one: Exhibit, travelling: set[str], mark: str) -> Exhibit:
    if one.evidence_id not in travelling:
        return structs.replace(one, is_attached=False, path="")
    return structs.replace(one, is_attached=True, path=one.path.replace("evidence/", f"evidence/{mark}", 1))


def files_of(dossier: Dossier, land: Land, store: EvidenceStore) -> dict[str, bytes]:
    """Return the files of a ZIP by name: the documents, the data, the contents of evidence, and what to read first.

    Raises:
        DataError: a content of evidence is not here, or damaged.
    """
    files = {
        "dossier.pdf": dossier_pdf.pdf(dossier, land),
        "dossier.json": dossier_files.json_file(dossier),
        "track.geojson": dossier_files.geojson_file(dossier),
        "track.csv": dossier_files.track_csv(dossier),
        "timeline.csv": dossier_files.timeline_csv(dossier),
    }
    letter = dossier_pdf.letter_pdf(dossier)
    if letter is not None:
        files["letter.pdf"] = letter
    for one in dossier.evidence:
        if one.is_attached:
            files[one.path] = _content(one, store)
    return {**files, "README.txt": dossier_files.read_me(dossier, list(files))}


def _content(one: Exhibit, store: EvidenceStore) -> bytes:
    content = store.read(one.sha256)
    if sha256(content).hexdigest() != one.sha256:
        raise DataError(f"the content of {one.evidence_id} is not what was added: its hash is another")
    return content


def cited(incident: Incident, rules: Rules) -> list[int]:
    """Return the entries that travel with a version.

    An entry is proven by its very bytes, and nothing can be taken out of these: so a version that leaves anything
    out has only the raw reports that an officer put on the file for its readers. All others are proven by the head.
    """
    spans = [
        one.frames
        for one in incident.file.evidence
        if one.frames is not None and one.removed_s is None and one.handling in rules.handling
    ]
    seqs = _within(spans) if rules.entries != "none" else set[int]()
    if rules.entries == "all":
        seqs |= {*incident.cited, *incident.evidence}
        seqs |= {entry for finding in incident.findings for entry in finding.evidence}
        for one in incident.file.evidence:
            seqs |= {one.entry, *(step.entry for step in one.custody)}
        seqs |= {step.entry for step in incident.file.steps}
    return sorted(seq for seq in seqs if seq > 0)[:ENTRIES_MOST]


def _within(spans: Sequence[Span]) -> set[int]:
    found: set[int] = set()
    for span in spans:
        room = ENTRIES_MOST - len(found)
        found |= set(range(span.first_seq, min(span.last_seq, span.first_seq + room - 1) + 1))
    return found


def verify_of(proof: Proof | None) -> Verify | None:
    """Return what is printed of the record's head and keys, None if it is not signed."""
    if proof is None:
        return None
    return Verify(
        origin=proof.origin,
        n_entries=proof.head.n_entries,
        root=proof.head.root.hex(),
        head_s=proof.head.time_s,
        key_id=proof.head.key_id,
        keys=tuple(key.public_key.hex() for key in proof.keys),
        n_proven=len(proof.entries),
    )


def language_of(country: str) -> DossierLanguage:
    """Return the language of a country, English of any other."""
    return LANGUAGE_OF.get(country, "en")


def exported(making: Making, again: Again, progress: Progress | None = None) -> File:
    """Return the dossier of an incident whose watch does not run; the accesses were journaled before.

    Raises:
        DataError: a content of evidence is not here, or damaged.
        JournalError: the journal cannot be read.
    """
    history = history_of(again, making.case.incident, making.case.now_s, progress)
    return written(making, history, again.journal)


def _name(dossier: Dossier) -> str:
    """Return the name of the file: whose it is, for whom, in which language, and whether it is an exercise."""
    mark = f"{EXERCISE}-" if dossier.is_exercise else ""
    version: Version = dossier.version
    return f"{mark}{safe_name(dossier.incident_id)}-{version}-{dossier.languages[0]}"
