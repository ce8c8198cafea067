"""The evidence room over a store on disk: decisions and contents in step, retention, holds, what was broken off."""

import asyncio
import os
from pathlib import Path

import pytest
from msgspec import structs

from sargas.app.case_section import CaseSection, usual_steps
from sargas.app.evidence_room import RETENTION, EvidenceRoom, check_here, folder_of, tidied, tidy
from sargas.incident.case_steps import Offer, UsualStep, offered
from sargas.incident.retention import over
from sargas.model.decision import (
    AddEvidence,
    ChangeStep,
    Close,
    Decision,
    HoldIncident,
    OpenStep,
    ReleaseIncident,
    RemoveEvidence,
    ReportFind,
)
from sargas.model.entry import Note
from sargas.model.errors import DecisionError, JournalError
from sargas.model.evidence import Evidence, WreckFinding
from sargas.model.incident import Incident
from sargas.model.units import DAY_S
from sargas.store import evidence_files
from unit.web.memory_desk import START_S, MemoryDesk, with_loss

CONTENT = b"\xff\xd8\xff the wing"


class Watch:
    """A desk whose evidence is on disk, and whose clock the test moves."""

    def __init__(self, folder: Path) -> None:
        self.store = evidence_files.build(evidence_files.Settings(path=str(folder), free_mb=0.0))
        self.desk = MemoryDesk()
        self.room = self.desk._room = EvidenceRoom(self.store)
        self.id = with_loss(self.desk)

    @property
    def incident(self) -> Incident:
        return self.desk.live.picture.incidents[self.id]

    @property
    def item(self) -> Evidence:
        return self.incident.file.evidence[-1]

    def decide(self, decides: type, **told: object) -> int:
        decision: Decision = decides(officer="Ona", incident_id=self.id, **told)
        return asyncio.run(self.desk.decide(decision, "live"))

    def add(self, content: bytes = CONTENT, **more: object) -> Evidence:
        sha256, n_bytes = self.store.put([content])
        self.decide(AddEvidence, kind="photo", title="The wing", sha256=sha256, n_bytes=n_bytes, **more)
        return self.item

    def close(self) -> None:
        self.decide(Close, text="found")

    def after(self, days: float, keep_days: float | None = None) -> None:
        """So much time passes, and the room is looked after."""
        self.desk.live.accept(Note("clock_stepped"), self.desk.live.clock.now_s + days * DAY_S)
        asyncio.run(tidied(self.room, self.desk, self.desk.live, keep_days))


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(tmp_path / "evidence")


def test_contents_stand_in_a_folder_beside_the_journal() -> None:
    assert folder_of(Path("/data/sargas.journal")) == Path("/data/sargas.journal.evidence")


# --- decisions and contents ---


def test_the_content_is_safe_before_the_decision_is_journaled(watch: Watch) -> None:
    with pytest.raises(DecisionError, match="hand it in first"):
        watch.decide(AddEvidence, kind="photo", title="T", sha256="a" * 64, n_bytes=5)
    assert watch.incident.file.evidence == ()
    item = watch.add()
    assert (list(watch.store.held()), watch.store.read(item.sha256)) == ([item.sha256], CONTENT)


def test_what_could_not_be_journaled_waits_and_can_be_added_again(watch: Watch) -> None:
    watch.desk.is_disk_full = True
    with pytest.raises(JournalError):
        watch.add()
    watch.desk.is_disk_full = False
    assert len(list(watch.store.waiting())) == 1
    watch.add()
    assert len(list(watch.store.held())) == 1


def test_a_crash_between_the_decision_and_the_claim_is_put_right(watch: Watch) -> None:
    item = watch.add()
    path = watch.store.folder / item.sha256[:2] / item.sha256[2:4] / item.sha256  # type: ignore[attr-defined]
    path.rename(watch.store.folder / "waiting" / item.sha256)  # type: ignore[attr-defined]
    watch.after(days=10.0)
    assert (list(watch.store.waiting()), watch.store.read(item.sha256)) == ([], CONTENT)


def test_a_crash_between_the_removal_and_the_file_is_put_right(watch: Watch) -> None:
    item = watch.add()
    watch.decide(RemoveEvidence, evidence_id=item.evidence_id, text="shows a child")
    assert watch.store.size(item.sha256) is None
    watch.store.put([CONTENT])
    watch.store.claim(item.sha256)
    watch.after(days=0.0)
    assert watch.store.size(item.sha256) is None


def test_a_content_that_another_incident_has_too_stays(watch: Watch) -> None:
    item = watch.add()
    other = structs.replace(watch.incident, incident_id="LT-2")
    watch.desk.live.picture.incidents["LT-2"] = other
    watch.decide(RemoveEvidence, evidence_id=item.evidence_id, text="not ours")
    watch.after(days=0.0)
    assert watch.store.read(item.sha256) == CONTENT


def test_what_was_handed_in_and_never_added_is_let_go_of_after_a_day(watch: Watch) -> None:
    sha256, _ = watch.store.put([b"never added"])
    path = watch.store.folder / "waiting" / sha256  # type: ignore[attr-defined]
    now_s = path.stat().st_mtime
    tidy(watch.store, [watch.incident], now_s + 0.9 * DAY_S)
    assert watch.store.size(sha256) == 11
    tidy(watch.store, [watch.incident], now_s + 1.1 * DAY_S)
    assert watch.store.size(sha256) is None


def test_what_was_removed_and_is_handed_in_anew_waits_for_its_decision(watch: Watch) -> None:
    item = watch.add()
    watch.decide(RemoveEvidence, evidence_id=item.evidence_id, text="old")
    watch.store.put([CONTENT])
    os.utime(watch.store.folder / "waiting" / item.sha256, (START_S, START_S))  # type: ignore[attr-defined]
    tidy(watch.store, [watch.incident], START_S + 0.5 * DAY_S)
    assert watch.store.size(item.sha256) == len(CONTENT)


def test_evidence_without_a_content_needs_none(watch: Watch) -> None:
    check_here(watch.store, AddEvidence(officer="Ona", incident_id="x", kind="statement", title="T", text="low"))


# --- retention and hold ---


def test_contents_are_kept_for_ever_unless_the_configuration_says_otherwise(watch: Watch) -> None:
    item = watch.add()
    watch.close()
    watch.after(days=10_000.0)
    assert watch.store.read(item.sha256) == CONTENT


def test_a_closed_incidents_content_is_removed_when_its_days_are_over_and_its_history_stays(watch: Watch) -> None:
    item = watch.add()
    watch.close()
    watch.after(days=29.9, keep_days=30.0)
    assert watch.store.read(item.sha256) == CONTENT
    watch.after(days=0.2, keep_days=30.0)
    assert watch.store.size(item.sha256) is None
    assert (watch.item.sha256, watch.item.removed_why) == (
        item.sha256, "kept for 30 days, as the configuration says",
    )  # fmt: skip
    line = watch.incident.timeline[-1]
    assert (line.officer, line.what) == (RETENTION, "evidence_removed")


def test_an_open_incident_keeps_everything(watch: Watch) -> None:
    watch.add()
    watch.after(days=1_000.0, keep_days=30.0)
    assert watch.item.removed_s is None


def test_a_hold_stops_retention_until_it_is_released(watch: Watch) -> None:
    item = watch.add()
    watch.decide(HoldIncident, text="the prosecutor asked for it")
    watch.close()
    watch.after(days=1_000.0, keep_days=30.0)
    assert watch.store.read(item.sha256) == CONTENT
    watch.decide(ReleaseIncident, text="judged")
    watch.after(days=0.0, keep_days=30.0)
    assert watch.store.size(item.sha256) is None


def test_what_was_added_after_closing_has_its_own_days(watch: Watch) -> None:
    watch.close()
    watch.after(days=29.0)
    watch.add()
    watch.after(days=2.0, keep_days=30.0)
    assert watch.item.removed_s is None
    assert over([watch.incident], 30.0, watch.desk.live.clock.now_s + 28.1 * DAY_S) == [(watch.incident, watch.item)]


# --- the usual steps ---


def kinds(offers: list[Offer]) -> set[str]:
    return {offer.kind for offer in offers}


def test_nothing_is_offered_without_a_reason(watch: Watch) -> None:
    assert offered(watch.incident, usual_steps(CaseSection())) == []


def test_a_find_offers_what_usually_follows_with_owner_and_date(watch: Watch) -> None:
    watch.decide(ReportFind, what="wreck", lat_deg=54.6, lon_deg=25.5, time_s=START_S)
    offers = offered(watch.incident, usual_steps(CaseSection()))
    assert kinds(offers) == {"secure_wreck", "forensics", "public_statement", "note_to_state", "consult_allies"}
    assert (offers[0].kind, offers[0].owner, offers[0].due_s) == ("secure_wreck", "Police", START_S + 2 * 3_600.0)
    assert [one.due_s for one in offers] == sorted(one.due_s for one in offers)


def test_a_wreck_finding_on_the_file_is_a_find_too(watch: Watch) -> None:
    watch.decide(
        AddEvidence, kind="wreck_finding", title="In a field", wreck=WreckFinding(), happened_s=START_S + 1.0
    )
    assert "forensics" in kinds(offered(watch.incident, usual_steps(CaseSection())))


def test_an_answer_is_offered_when_the_note_was_sent(watch: Watch) -> None:
    watch.decide(OpenStep, kind="note_to_state", title="Ask them", owner="Foreign ministry")
    assert offered(watch.incident, usual_steps(CaseSection())) == []
    watch.decide(ChangeStep, step_id=f"{watch.id}-S1", status="done")
    assert kinds(offered(watch.incident, usual_steps(CaseSection()))) == {"answer_of_state"}


def test_what_was_on_the_file_is_not_offered_again(watch: Watch) -> None:
    watch.decide(ReportFind, what="wreck", lat_deg=54.6, lon_deg=25.5)
    watch.decide(OpenStep, kind="forensics", title="In our words", owner="Army")
    watch.decide(ChangeStep, step_id=f"{watch.id}-S1", status="dropped")
    assert "forensics" not in kinds(offered(watch.incident, usual_steps(CaseSection())))


def test_a_configuration_has_its_own_table(watch: Watch) -> None:
    own = UsualStep(kind="other", title="Tell the forester", owner="Clerk", after="found", due_h=1.0)
    watch.decide(ReportFind, what="part", lat_deg=54.6, lon_deg=25.5)
    assert [one.title for one in offered(watch.incident, usual_steps(CaseSection(steps=[own])))] == [
        "Tell the forester"
    ]
    watch.decide(OpenStep, kind="other", title="Something else", owner="Clerk")
    assert len(offered(watch.incident, [own])) == 1
    watch.decide(OpenStep, kind="other", title="Tell the forester", owner="Clerk")
    assert offered(watch.incident, [own]) == []
