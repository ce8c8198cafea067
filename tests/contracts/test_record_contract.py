"""What every signed journal promises of its record; each store of the folder joins by itself."""

import base64
import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from record_kit import ORIGIN, frames, leaf, leaf_of_frame, proven_root, root, signed
from sargas import plugins
from sargas.model.decision import Acknowledge
from sargas.model.entry import Body, Decided, Dispatched, Entry, Frame, KeyChanged, Note
from sargas.model.errors import JournalError
from sargas.model.evidence import Span
from sargas.ports import Journal
from sargas.share.standalone import verify
from sargas.store import _rows, signing_key

STORES = plugins.names("journal")
DECIDED = Decided(Acknowledge(officer="Jonas", incident_id="i-1"))
SENT = Dispatched(incident_id="i-1", warning_id="i-1-W1", channel="mail", fate="trying", n_attempts=1)


@pytest.fixture(params=STORES)
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    made = signed(request.param, tmp_path)
    yield made
    made.close()


def leaves_of(journal: Journal) -> list[bytes]:
    return [leaf(*_rows.row(entry)) for entry in journal.read()]


def key_of(entry: Entry) -> KeyChanged:
    assert isinstance(entry.body, KeyChanged)
    return entry.body


def is_signed(note: str, key: KeyChanged) -> bool:
    return verify.Head(note).check({key.key_id: key.public_key}) == key.key_id


def test_the_first_entry_is_the_first_key(journal: Journal) -> None:
    first = key_of(next(journal.read()))
    assert (first.previous_key_id, first.signature, len(first.public_key)) == ("", b"", 32)


def test_a_head_is_the_root_over_all_entries_signed_by_the_key(journal: Journal) -> None:
    for n in (0, 1, 1, 5, 250, 300):
        journal.append(frames(n, first_s=2e9 + journal.last_seq() * 1_000.0))
        head = journal.sign()
        assert head is not None
        assert (head.n_entries, head.root) == (journal.last_seq(), root(leaves_of(journal)))
        assert is_signed(head.note, key_of(next(journal.read())))
        assert head.note.splitlines()[:3] == [ORIGIN, str(head.n_entries), base64.b64encode(head.root).decode()]


def test_the_leaf_of_a_frame_is_what_the_model_says(journal: Journal) -> None:
    entries = journal.append([(2e9, Frame("šalčininkai", bytes(range(256))))])
    head = journal.sign()
    assert head is not None
    assert head.root == root([*leaves_of(journal)[:1], leaf_of_frame(entries[0])])


def test_signing_twice_gives_the_same_head(journal: Journal) -> None:
    journal.append(frames(3))
    assert journal.sign() == journal.sign()


@pytest.mark.parametrize("body", [DECIDED, SENT])
def test_a_decision_is_signed_with_its_batch(journal: Journal, body: Body) -> None:
    journal.append([*frames(2), (3e9, body)])
    head = journal.sign()
    journal.append(frames(4, first_s=3e9))  # nothing that must be signed at once
    proof = journal.prove([4])
    assert proof is not None
    assert head is not None
    assert head.n_entries == 4
    assert proof.entries[0].kind in {"decided", "dispatched"}


@pytest.mark.parametrize("seqs", [(), (1,), (2, 3), (1, 77, 78, 300), tuple(range(40, 90)), (300, 300, 2)])
def test_entries_are_proven_against_the_newest_head(journal: Journal, seqs: tuple[int, ...]) -> None:
    journal.append(frames(299))
    proof = journal.prove(seqs)
    assert proof is not None
    assert [one.seq for one in proof.entries] == sorted(set(seqs))
    assert (proof.origin, proof.head) == (ORIGIN, journal.sign())
    assert proven_root(proof) == proof.head.root
    assert len(proof.nodes) <= 2 * 9 * (len(seqs) + 2)


def test_numbers_that_there_are_not_are_left_out(journal: Journal) -> None:
    journal.append(frames(3))
    proof = journal.prove([0, -5, 3, 99, 2**60])
    assert proof is not None
    assert [one.seq for one in proof.entries] == [3]


def test_earlier_heads_that_were_shown_are_found_from_a_proof(journal: Journal) -> None:
    shown = []
    for batch in range(6):
        journal.append(frames(45, first_s=2e9 + 100.0 * batch))
        shown.append(journal.sign())
    proof = journal.prove([50, 51])
    assert proof is not None
    known = {(node.level, node.index): node.sha256 for node in proof.nodes}
    known |= {(0, one.seq - 1): leaf(one.seq, one.received_s, one.kind, one.feed, one.data) for one in proof.entries}
    for head in shown[1:]:
        assert head is not None
        assert verify.root_over(head.n_entries, known, set()) == head.root


def test_a_new_key_is_signed_by_the_one_before_and_signs_from_there_on(journal: Journal) -> None:
    first = key_of(next(journal.read()))
    before = journal.sign()
    change = journal.next_key()  # type: ignore[attr-defined]
    journal.append([(2e9, change), (2e9, Note("stopped"))])
    proof = journal.prove([])
    assert before is not None
    assert proof is not None
    assert proof.keys == (first, change)
    assert change.previous_key_id == first.key_id
    assert signing_key.is_signed_by(change, first, ORIGIN)
    assert is_signed(before.note, first)
    assert is_signed(proof.head.note, change)


def test_a_key_that_nobody_made_ready_is_refused(journal: Journal) -> None:
    stranger = signing_key.made()
    change = KeyChanged(key_id=signing_key.key_id(ORIGIN, stranger.public_key), public_key=stranger.public_key)
    with pytest.raises(JournalError, match="not the one that was made ready"):
        journal.append([(2e9, change)])
    assert journal.last_seq() == 1


def test_documents_are_signed_and_nothing_that_could_be_a_head_or_a_key(journal: Journal) -> None:
    key = key_of(next(journal.read()))
    signed_by = journal.sign_bytes(b'{"a": 1}\n')
    assert signed_by is not None
    assert signed_by[0] == key.key_id
    Ed25519PublicKey.from_public_bytes(key.public_key).verify(signed_by[1], b'{"a": 1}\n')
    with pytest.raises(JournalError, match="nothing else"):
        journal.sign_bytes(b"lt/watch/0a1b2c3d\n5\nAAAA\n")


@pytest.mark.parametrize("store", STORES)
def test_a_journal_that_is_not_signed_proves_nothing(store: str, tmp_path: Path) -> None:
    module = plugins.load("journal", store)
    is_file = "path" in module.Settings.__struct_fields__
    journal: Journal = module.build(module.Settings(**({"path": str(tmp_path / "journal")} if is_file else {})))
    journal.append(frames(3))
    assert (journal.sign(), journal.prove([1]), journal.sign_bytes(b"{}")) == (None, None, None)
    journal.close()


@pytest.mark.parametrize("store", STORES)
def test_an_exercise_is_marked_in_the_head_itself(store: str, tmp_path: Path) -> None:
    journal = signed(store, tmp_path, is_exercise=True)
    head = journal.sign()
    assert head is not None
    assert head.note.splitlines()[4] == "EXERCISE"
    assert verify.Head(head.note).is_exercise
    journal.close()


def test_what_is_left_after_a_pruning_is_proven_against_the_same_root(journal: Journal) -> None:
    journal.append([*frames(150), (2e9 + 150, DECIDED), *frames(300, first_s=2e9 + 200)])
    before = journal.sign()
    removed = journal.prune(2e9 + 400, None, (Span(20, 22), Span(260, 300), Span(30, 30)))
    proof = journal.prove(range(1, 600))
    assert removed > 200
    assert before is not None
    assert proof is not None
    assert (proof.head, proven_root(proof)) == (before, before.root)
    assert {1, 20, 21, 22, 30, 152, *range(260, 301)} <= {one.seq for one in proof.entries}
    assert len(proof.entries) == 452 - removed


@settings(max_examples=25, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("store", STORES)
def test_whatever_was_appended_shown_and_pruned_every_head_is_found(
    store: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with contextlib.closing(signed(store, tmp_path_factory.mktemp("record"))) as journal:
        check_any_course(journal, data)


def check_any_course(journal: Journal, data: st.DataObject) -> None:
    reference, heads, now_s = leaves_of(journal), [], 2e9
    for _ in range(data.draw(st.integers(1, 6))):
        n = data.draw(st.integers(1, 400))
        bodies: list[tuple[float, Body]] = [
            (now_s + at, DECIDED if data.draw(st.integers(0, 99)) == 0 else Frame("r", b"%d" % at)) for at in range(n)
        ]
        reference += [leaf(*_rows.row(entry)) for entry in journal.append(bodies)]
        now_s += n
        if data.draw(st.booleans()):
            heads.append(journal.sign())
        first = data.draw(st.integers(1, journal.last_seq()))
        journal.prune(
            now_s - data.draw(st.integers(0, 300)), None, (Span(first, first + data.draw(st.integers(0, 9))),)
        )
    left = [entry.seq for entry in journal.read()]
    proof = journal.prove(data.draw(st.lists(st.sampled_from(left), max_size=5)))
    assert proof is not None
    assert proven_root(proof) == proof.head.root == root(reference)
    assert all(head is not None and head.root == root(reference[: head.n_entries]) for head in heads)
