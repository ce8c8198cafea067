"""The file of an incident: what may be put on it, who has it, who saw it, what holds it, and what is still to do."""

import contextlib
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from sargas.incident import file_decisions, file_fold
from sargas.incident.book import IncidentBook, Settings, build
from sargas.incident.fold import fold
from sargas.model.decision import (
    AccessEvidence,
    Acknowledge,
    AddEvidence,
    ChangeStep,
    Close,
    Decision,
    HandleEvidence,
    HandOverEvidence,
    HoldIncident,
    OpenStep,
    ReleaseIncident,
    RemoveEvidence,
)
from sargas.model.errors import DecisionError
from sargas.model.evidence import CaseFile, CaseStep, Evidence, Source, Span, WreckFinding
from sargas.model.finding import Finding, Heard
from sargas.model.incident import EvidenceAdded, Incident, IncidentEvent
from sargas.model.picture import Picture

T0 = 1_753_666_800.0
"""2025-07-28 01:40:00 UTC."""
ID = "LT-2025-07-28-01"
SHA, OTHER = "a" * 64, "b" * 64
ARTICLE = Source(address="https://news.example/1", publisher="News", published="2025-07-28", quotation="a drone")


def finding(number: int, time_s: float) -> Finding:
    return Finding(
        finding_id=f"reported:{number}",
        rule="reported",
        state="raised",
        severity="yellow",
        time_s=time_s,
        raised_s=time_s,
        probability=0.5,
        title=f"Somebody heard a drone ({number})",
        reasons=(),
        detail=Heard(sensor="phone", lat_deg=54.0 + number, lon_deg=25.0, radius_m=100.0),
        lat_deg=54.0 + number,
        lon_deg=25.0,
    )


class Watch:
    """A book with one incident; every decision is the next entry, a minute later."""

    def __init__(self, **settings: object) -> None:
        self.picture = Picture(now_s=T0)
        self.book: IncidentBook = build(Settings(**settings), "LT")
        self.entry = 1_000
        self.book.on_findings([finding(1, T0)], self.picture)

    @property
    def incident(self) -> Incident:
        return self.book.incident(ID)

    @property
    def file(self) -> CaseFile:
        return self.incident.file

    def decide(self, decision: Decision, at_s: float | None = None) -> Incident:
        self.entry += 1
        self.picture.now_s = self.picture.now_s + 60.0 if at_s is None else at_s
        (changed,) = self.book.on_decision(decision, self.picture.now_s, self.entry, self.picture)
        return changed

    def add(self, **changes: object) -> Evidence:
        told = {
            "officer": "Ona",
            "incident_id": ID,
            "kind": "photo",
            "title": "The wing",
            "sha256": SHA,
            "n_bytes": 9,
        }
        self.decide(AddEvidence(**{**told, **changes}))
        return self.file.evidence[-1]

    def step(self, **changes: object) -> CaseStep:
        told = {"officer": "Ona", "incident_id": ID, "kind": "forensics", "title": "Examine it", "owner": "Police"}
        self.decide(OpenStep(**{**told, **changes}))
        return self.file.steps[-1]

    def change(self, **changes: object) -> CaseStep:
        self.decide(ChangeStep(**{"officer": "Ona", "incident_id": ID, "step_id": f"{ID}-S1", **changes}))
        return self.file.steps[0]


# --- evidence ---


def test_what_is_added_says_what_it_is_whose_and_under_which_entry_it_was_decided() -> None:
    watch = Watch()
    item = watch.add(holder="Ona", media_type="image/jpeg", file_name="wing.jpg", happened_s=T0 - 60.0)
    assert (item.evidence_id, item.added_by, item.added_s, item.entry) == (f"{ID}-E1", "Ona", T0 + 60.0, 1_001)
    assert (item.sha256, item.n_bytes, item.media_type, item.file_name) == (SHA, 9, "image/jpeg", "wing.jpg")
    assert (item.happened_s, item.handling, item.removed_s) == (T0 - 60.0, "own", None)
    assert [(one.holder, one.officer, one.entry) for one in item.custody] == [("Ona", "Ona", 1_001)]
    assert watch.add(title="Another", sha256=OTHER).evidence_id == f"{ID}-E2"
    line = watch.incident.timeline[-1]
    assert (line.what, line.officer, line.text) == ("evidence_added", "Ona", "Photograph E2 on the file: Another")


def test_the_entries_that_the_file_stands_on_are_cited_so_that_the_journal_keeps_them() -> None:
    watch = Watch()
    watch.add(holder="Ona")
    watch.decide(HandOverEvidence(officer="Jonas", incident_id=ID, evidence_id=f"{ID}-E1", holder="Police"))
    watch.step()
    watch.change(status="done")
    assert {1_001, 1_002, 1_003, 1_004} <= set(watch.incident.cited)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"kind": "frames", "sha256": None, "n_bytes": None}, "frames"),
        ({"frames": Span(1, 2)}, "frames"),
        ({"kind": "wreck_finding"}, "wreck"),
        ({"wreck": WreckFinding()}, "wreck"),
        ({"kind": "open_source"}, "source"),
        ({"source": ARTICLE}, "source: only document, open_source, statement"),
        ({"kind": "open_source", "source": ARTICLE, "holder": "Ona"}, "holder"),
        ({"sha256": None, "n_bytes": None}, "it says nothing yet"),
        ({"n_bytes": None}, "sha256, n_bytes"),
        ({"sha256": None, "text": "x"}, "sha256, n_bytes"),
        ({"replaces": f"{ID}-E9"}, f"no evidence '{ID}-E9'; have none"),
        ({"happened_s": T0 + 7_200.0}, "ahead of now"),
    ],
)
def test_what_does_not_fit_together_is_refused_with_what_was_expected(told: dict[str, object], said: str) -> None:
    watch = Watch()
    with pytest.raises(DecisionError, match=said):
        watch.add(**told)
    assert watch.file == CaseFile()


@pytest.mark.parametrize(
    "told",
    [
        {"sha256": None, "n_bytes": None, "kind": "statement", "text": "It flew low, says the forester."},
        {"sha256": None, "n_bytes": None, "holder": "the police of Šalčininkai"},
        {"sha256": None, "n_bytes": None, "kind": "open_source", "source": ARTICLE},
        {"sha256": None, "n_bytes": None, "kind": "wreck_finding", "wreck": WreckFinding(hazard="suspected")},
        {"sha256": None, "n_bytes": None, "kind": "frames", "frames": Span(10, 900)},
    ],
)
def test_evidence_need_not_be_a_file(told: dict[str, object]) -> None:
    assert Watch().add(**told).sha256 == ""


def test_the_same_content_is_not_added_twice_but_a_correction_may_have_it() -> None:
    watch = Watch()
    watch.add()
    with pytest.raises(DecisionError, match=f"on the file already, as {ID}-E1"):
        watch.add(title="The wing again")
    assert watch.add(title="The left wing", replaces=f"{ID}-E1").replaces == f"{ID}-E1"
    with pytest.raises(DecisionError, match=f"replaced by {ID}-E2"):
        watch.add(title="The right wing", sha256=OTHER, replaces=f"{ID}-E1")
    with pytest.raises(DecisionError, match=f"as {ID}-E2"):
        watch.add()


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (Span(5, 4), "after the last one"),
        (Span(1, 1_001), "the journal ends at entry 1000"),
        (Span(1, file_decisions.FRAMES_MOST + 1), "the journal ends"),
    ],
)
def test_frames_are_entries_that_are_there(span: Span, said: str) -> None:
    with pytest.raises(DecisionError, match=said):
        Watch().add(kind="frames", frames=span, sha256=None, n_bytes=None)


def test_frames_are_bounded_for_one_item_and_for_the_file() -> None:
    watch = Watch()
    watch.entry = 10_000_000
    most = file_decisions.FRAMES_MOST
    told = {"kind": "frames", "sha256": None, "n_bytes": None}
    with pytest.raises(DecisionError, match=f"{most + 1} entries are too many"):
        watch.add(**told, frames=Span(1, most + 1))
    for k in range(3):
        watch.add(**told, frames=Span(k * most + 1, (k + 1) * most))
    with pytest.raises(DecisionError, match="0 more may be added"):
        watch.add(**told, frames=Span(1, 1))
    watch.decide(RemoveEvidence(officer="Ona", incident_id=ID, evidence_id=f"{ID}-E1", text="not needed"))
    watch.add(**told, frames=Span(1, 1))


def test_a_full_file_refuses_and_drops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_decisions, "EVIDENCE_KEPT", 2)
    watch = Watch()
    watch.add()
    watch.add(sha256=OTHER)
    with pytest.raises(DecisionError, match="2 items on its file"):
        watch.add(sha256="c" * 64)
    assert len(watch.file.evidence) == 2


# --- custody, access, handling, removal ---


def test_custody_is_a_chain_of_who_has_it_since_when() -> None:
    watch = Watch()
    watch.add(holder="Patrol 4")
    hand_over = HandOverEvidence(
        officer="Jonas", incident_id=ID, evidence_id=f"{ID}-E1", holder="Forensics", text="sealed"
    )
    watch.decide(hand_over)
    assert [(one.holder, one.officer, one.time_s) for one in watch.file.evidence[0].custody] == [
        ("Patrol 4", "Ona", T0 + 60.0),
        ("Forensics", "Jonas", T0 + 120.0),
    ]
    assert watch.incident.timeline[-1].text == "E1 handed over to Forensics: sealed"
    with pytest.raises(DecisionError, match=r"Forensics has .* already"):
        watch.decide(hand_over)


@pytest.mark.parametrize(
    "told",
    [{"kind": "frames", "frames": Span(1, 9)}, {"kind": "open_source", "source": ARTICLE}],
)
def test_what_is_no_thing_has_no_custody(told: dict[str, object]) -> None:
    watch = Watch()
    watch.add(**told, sha256=None, n_bytes=None)
    with pytest.raises(DecisionError, match="no thing"):
        watch.decide(HandOverEvidence(officer="Ona", incident_id=ID, evidence_id=f"{ID}-E1", holder="Police"))


def test_every_access_is_on_the_file_and_is_no_line_of_the_story() -> None:
    watch = Watch()
    watch.add()
    before = watch.incident
    for officer in ("Jonas", "Ona"):
        watch.decide(AccessEvidence(officer=officer, incident_id=ID, evidence_id=f"{ID}-E1", purpose="viewed"))
    assert [(one.officer, one.purpose, one.entry) for one in watch.file.accesses] == [
        ("Jonas", "viewed", 1_002),
        ("Ona", "viewed", 1_003),
    ]
    after = watch.incident
    assert (after.timeline, after.changed_s, after.evidence, after.cited, after.decided_entry) == (
        before.timeline, before.changed_s, before.evidence, before.cited, before.decided_entry
    )  # fmt: skip


def test_of_many_accesses_the_newest_are_kept_and_all_are_counted() -> None:
    watch = Watch()
    watch.add()
    for k in range(file_fold.ACCESSES_KEPT + 5):
        watch.decide(AccessEvidence(officer=f"O{k}", incident_id=ID, evidence_id=f"{ID}-E1", purpose="exported"))
    assert len(watch.file.accesses) == file_fold.ACCESSES_KEPT
    assert (watch.file.n_accesses, watch.file.accesses[0].officer) == (file_fold.ACCESSES_KEPT + 5, "O5")


def test_what_has_no_content_is_neither_seen_nor_removed() -> None:
    watch = Watch()
    watch.add(kind="statement", text="It flew low.", sha256=None, n_bytes=None)
    for kind in (AccessEvidence, RemoveEvidence):
        more = {"purpose": "viewed"} if kind is AccessEvidence else {"text": "why"}
        with pytest.raises(DecisionError, match="has no content"):
            watch.decide(kind(officer="Ona", incident_id=ID, evidence_id=f"{ID}-E1", **more))


def test_who_may_get_it_is_said_anew_with_the_reason() -> None:
    watch = Watch()
    watch.add()
    clear = HandleEvidence(officer="Ona", incident_id=ID, evidence_id=f"{ID}-E1", handling="clear", text="published")
    watch.decide(clear)
    assert watch.file.evidence[0].handling == "clear"
    assert watch.incident.timeline[-1].text == "E1 is for everybody: published"
    with pytest.raises(DecisionError, match="is 'clear' already"):
        watch.decide(clear)


def test_what_is_removed_leaves_its_hash_and_its_history() -> None:
    watch = Watch()
    watch.add(holder="Ona")
    remove = RemoveEvidence(officer="Ona", incident_id=ID, evidence_id=f"{ID}-E1", text="shows a child")
    watch.decide(remove)
    item = watch.file.evidence[0]
    assert (item.sha256, item.removed_s, item.removed_why, len(item.custody)) == (SHA, T0 + 120.0, "shows a child", 1)
    with pytest.raises(DecisionError, match="was removed on 2025-07-28 01:42:00 UTC: shows a child"):
        watch.decide(remove)
    with pytest.raises(DecisionError, match="was removed"):
        watch.decide(AccessEvidence(officer="Ona", incident_id=ID, evidence_id=f"{ID}-E1", purpose="viewed"))
    assert watch.add().evidence_id == f"{ID}-E2", "the same content may come back"


def test_nothing_is_removed_under_a_hold() -> None:
    watch = Watch()
    watch.add()
    watch.decide(HoldIncident(officer="Rasa", incident_id=ID, text="the prosecutor asked for it"))
    remove = RemoveEvidence(officer="Ona", incident_id=ID, evidence_id=f"{ID}-E1", text="old")
    with pytest.raises(DecisionError, match=r"held, by Rasa since 2025-07-28 .*prosecutor.*release it first"):
        watch.decide(remove)
    with pytest.raises(DecisionError, match="held already"):
        watch.decide(HoldIncident(officer="Ona", incident_id=ID, text="me too"))
    watch.decide(ReleaseIncident(officer="Rasa", incident_id=ID, text="judged"))
    assert watch.file.hold is None
    with pytest.raises(DecisionError, match="nothing to release"):
        watch.decide(ReleaseIncident(officer="Rasa", incident_id=ID, text="again"))
    watch.decide(remove)


@pytest.mark.parametrize("kind", [HandOverEvidence, AccessEvidence, HandleEvidence, RemoveEvidence])
def test_what_is_not_on_the_file_is_named(kind: type) -> None:
    more = {"holder": "x"} if kind is HandOverEvidence else {"purpose": "viewed"} if kind is AccessEvidence else {}
    more |= {"handling": "clear"} if kind is HandleEvidence else {"text": "x"} if kind is RemoveEvidence else {}
    watch = Watch()
    watch.add()
    with pytest.raises(DecisionError, match=f"no evidence 'E7'; have {ID}-E1"):
        watch.decide(kind(officer="Ona", incident_id=ID, evidence_id="E7", **more))


# --- steps ---


def test_a_step_has_an_owner_and_a_date_and_ends() -> None:
    watch = Watch()
    step = watch.step(due_s=T0 + 3_600.0)
    assert (step.step_id, step.opened_by, step.status, step.entry) == (f"{ID}-S1", "Ona", "open", 1_001)
    assert (step.is_overdue(T0 + 3_600.0), step.is_overdue(T0 + 3_601.0)) == (False, True)
    watch.add(kind="forensic")
    done = watch.change(status="done", documents=(f"{ID}-E1", f"{ID}-E1"), text="a Gerbera")
    assert (done.status, done.ended_by, done.ended_s, done.documents) == ("done", "Ona", T0 + 180.0, (f"{ID}-E1",))
    assert not done.is_overdue(T0 + 1e6)
    assert watch.incident.timeline[-1].text == "S1 done: Examine it, by Police, 1 document: a Gerbera"
    again = watch.change(status="open")
    assert (again.ended_s, again.ended_by, again.text) == (None, "", "a Gerbera")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"step_id": "S9", "status": "done"}, f"no step 'S9'; have {ID}-S1"),
        ({"documents": (f"{ID}-E4",)}, f"no evidence '{ID}-E4'"),
        ({"status": "open"}, "is so already"),
        ({}, "is so already"),
        ({"owner": "Police"}, "is so already"),
    ],
)
def test_a_change_of_a_step_that_cannot_be_is_refused(told: dict[str, object], said: str) -> None:
    watch = Watch()
    watch.step()
    with pytest.raises(DecisionError, match=said):
        watch.change(**told)


def test_the_same_step_is_not_opened_twice() -> None:
    watch = Watch()
    watch.step()
    with pytest.raises(DecisionError, match=f"{ID}-S1 is that already, opened by Ona"):
        watch.step()
    watch.change(status="dropped")
    assert watch.step().step_id == f"{ID}-S2"


def test_nobody_undoes_a_change_of_a_step_that_he_has_not_seen() -> None:
    watch = Watch()
    seen = watch.step().entry
    watch.step(title="Another step")
    watch.change(officer="Jonas", owner="Army", seen_entry=seen)
    with pytest.raises(DecisionError, match=f"Jonas changed {ID}-S1 .* meanwhile"):
        watch.change(officer="Ona", owner="Customs", seen_entry=seen)
    assert watch.change(officer="Jonas", owner="Navy", seen_entry=seen).owner == "Navy"
    other = ChangeStep(officer="Ona", incident_id=ID, step_id=f"{ID}-S2", status="done", seen_entry=seen + 1)
    watch.decide(other)


def test_steps_are_bounded_and_none_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_decisions, "STEPS_KEPT", 1)
    watch = Watch()
    watch.step()
    with pytest.raises(DecisionError, match="1 steps, no more"):
        watch.step(title="Another")


# --- after it was closed ---


def closed(watch: Watch) -> None:
    watch.decide(Close(officer="Ona", incident_id=ID))


def test_a_closed_incident_still_takes_evidence_and_steps_and_stays_closed() -> None:
    watch = Watch()
    closed(watch)
    watch.add(kind="wreck_finding", wreck=WreckFinding(condition="broken"))
    watch.step()
    assert (watch.incident.status, len(watch.file.evidence), len(watch.file.steps)) == ("closed", 1, 1)


def many(watch: Watch, n: int) -> None:
    """So many other incidents come and are closed."""
    for k in range(2, 2 + n):
        watch.picture.now_s += 1_000.0
        (opened,) = watch.book.on_findings([finding(k, watch.picture.now_s)], watch.picture)
        watch.decide(Close(officer="Ona", incident_id=opened.incident_id))
        watch.book.on_findings([], watch.picture)


def test_an_incident_with_a_file_is_never_dropped_from_the_book() -> None:
    watch = Watch(n_closed_kept=1)
    closed(watch)
    watch.decide(HoldIncident(officer="Ona", incident_id=ID, text="court"))
    many(watch, 3)
    assert [one.incident_id for one in watch.book.incidents()] == [ID, "LT-2025-07-28-04"]
    watch.decide(ReleaseIncident(officer="Ona", incident_id=ID, text="over"))
    watch.book.on_findings([], watch.picture)
    assert [one.incident_id for one in watch.book.incidents()] == ["LT-2025-07-28-04"]


def test_what_is_found_after_an_incident_was_dropped_still_goes_on_its_file() -> None:
    watch = Watch(n_closed_kept=0)
    closed(watch)
    before = watch.incident
    watch.book.on_findings([], watch.picture)
    assert watch.book.incidents() == []
    with pytest.raises(DecisionError, match="no incident"):
        watch.decide(Acknowledge(officer="Ona", incident_id=ID))
    with pytest.raises(DecisionError, match="no evidence"):
        watch.decide(AccessEvidence(officer="Ona", incident_id=ID, evidence_id=f"{ID}-E1", purpose="viewed"))
    watch.book = pickle.loads(pickle.dumps(watch.book))
    watch.add(kind="wreck_finding", wreck=WreckFinding(condition="burnt"))
    found = watch.incident
    assert (found.status, found.title, found.opened_s, found.lat_deg) == (
        "closed", before.title, before.opened_s, before.lat_deg
    )  # fmt: skip
    watch.book.on_findings([], watch.picture)
    assert [one.incident_id for one in watch.book.incidents()] == [ID]


def test_another_configuration_goes_on_with_the_files_and_with_what_was_dropped() -> None:
    watch = Watch(n_closed_kept=0)
    closed(watch)
    watch.book.on_findings([], watch.picture)
    after = build(Settings(n_closed_kept=5), "LT")
    after.take_over(watch.book)
    watch.book = after
    assert watch.add().evidence_id == f"{ID}-E1"


# --- the fold ---


E1, E2, S1 = f"{ID}-E1", f"{ID}-E2", f"{ID}-S1"
OFFICERS = st.sampled_from(["Ona", "Jonas"])
ITEMS = st.sampled_from([E1, E2, "E9"])
DECISIONS = st.one_of(
    st.builds(
        AddEvidence,
        officer=OFFICERS, incident_id=st.just(ID), title=st.just("T"),
        kind=st.sampled_from(["photo", "frames", "statement"]), sha256=st.sampled_from([None, SHA, OTHER]),
        n_bytes=st.sampled_from([None, 9]), text=st.sampled_from(["", "x"]),
        frames=st.sampled_from([None, Span(1, 5), Span(9, 3)]), holder=st.sampled_from(["", "Ona"]),
        replaces=st.sampled_from(["", E1]),
    ),
    st.builds(HandOverEvidence, officer=OFFICERS, incident_id=st.just(ID), evidence_id=ITEMS, holder=OFFICERS),
    st.builds(
        AccessEvidence, officer=OFFICERS, incident_id=st.just(ID), evidence_id=ITEMS,
        purpose=st.sampled_from(["viewed", "downloaded", "exported"]),
    ),
    st.builds(
        HandleEvidence, officer=OFFICERS, incident_id=st.just(ID), evidence_id=ITEMS,
        handling=st.sampled_from(["clear", "partners", "own"]),
    ),
    st.builds(RemoveEvidence, officer=OFFICERS, incident_id=st.just(ID), evidence_id=ITEMS, text=st.just("old")),
    st.builds(HoldIncident, officer=OFFICERS, incident_id=st.just(ID), text=st.just("court")),
    st.builds(ReleaseIncident, officer=OFFICERS, incident_id=st.just(ID), text=st.just("over")),
    st.builds(
        OpenStep, officer=OFFICERS, incident_id=st.just(ID), kind=st.just("search"),
        title=st.sampled_from(["A", "B"]), owner=OFFICERS, due_s=st.sampled_from([None, T0]),
    ),
    st.builds(
        ChangeStep, officer=OFFICERS, incident_id=st.just(ID), step_id=st.sampled_from([S1, "S9"]),
        status=st.sampled_from([None, "open", "done", "dropped"]), owner=st.sampled_from([None, "Army"]),
        documents=st.sampled_from([None, (), (E1,)]), seen_entry=st.sampled_from([None, 1, 10_000]),
    ),
    st.builds(Close, officer=OFFICERS, incident_id=st.just(ID)),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(decisions=st.lists(DECISIONS, max_size=25))
def test_any_order_of_decisions_keeps_the_file_sound_and_replays_to_the_same_bytes(decisions: list[Decision]) -> None:
    first, second = Watch(), Watch()
    for watch in (first, second):
        for decision in decisions:
            with contextlib.suppress(DecisionError):
                watch.decide(decision)
    assert pickle.dumps(first.incident) == pickle.dumps(second.incident)
    file = first.file
    assert [one.evidence_id for one in file.evidence] == [f"{ID}-E{k + 1}" for k in range(len(file.evidence))]
    assert [one.step_id for one in file.steps] == [f"{ID}-S{k + 1}" for k in range(len(file.steps))]
    replaced = {one.replaces for one in file.evidence}
    current = [
        one.sha256 for one in file.evidence if one.sha256 and not one.removed_s and one.evidence_id not in replaced
    ]
    assert len(set(current)) == len(current), "no content is there twice"
    assert len(file.accesses) == min(file.n_accesses, file_fold.ACCESSES_KEPT)
    assert all((step.status == "open") == (step.ended_s is None) for step in file.steps)


def test_the_fold_takes_anything_and_grows_without_bound_by_nothing() -> None:
    state = Watch().incident
    item = Evidence(evidence_id=E1, kind="photo", title="T", added_s=T0, added_by="Ona", entry=1)
    for k in range(file_fold.EVIDENCE_KEPT + 10):
        what = EvidenceAdded(officer="Ona", evidence=structs.replace(item, evidence_id=f"{ID}-E{k + 1}"))
        state = fold(state, IncidentEvent(incident_id=ID, time_s=T0, what=what, evidence=(k + 1,)))
    assert len(state.file.evidence) == file_fold.EVIDENCE_KEPT
    born = fold(None, IncidentEvent(incident_id=ID, time_s=T0, what=what))
    assert born.file.evidence[0].evidence_id.startswith(ID)
