"""A dossier written out: the document, the data, and above all what is in none of their bytes.

The PDF is read with pypdf, an implementation that is not the one that wrote it. Headings are those of the words.
"""

import csv
import functools
import io
import json
import re
from collections.abc import Iterator

import msgspec
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from dossier_kit import AROUND, EVIDENCE, INCIDENT, LINES, PHOTO, PLACES, SECRETS, T0, VERIFY, dossier, without_track
from sargas.dossier.rules import VERSIONS
from sargas.dossier.wording import packaged
from sargas.model.dossier import Dossier, DossierLanguage, Version
from sargas.model.incident import TimelineItem
from sargas.share import dossier_files, dossier_pdf
from sargas.share.dossier_map import Land
from sargas.share.printable import NOT_PRINTABLE, printable
from small_watch import BLUEPRINT

A4_PT = 210.0 / 25.4 * 72.0
LAND = Land(places=PLACES, zones=BLUEPRINT.zones)
SHOWN: list[tuple[Version, DossierLanguage]] = [
    ("public", "lt"), ("ministry", "pl"), ("allies", "ro"), ("full", "en"),
]  # fmt: skip


@pytest.fixture(scope="module")
def made() -> dict[Version, tuple[Dossier, bytes]]:
    """The document of each version, each in another language."""
    found = {}
    for version, language in SHOWN:
        one = dossier(version, language)
        found[version] = (one, dossier_pdf.pdf(one, LAND))
    return found


@functools.lru_cache(maxsize=8)
def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def everything_in(pdf: bytes) -> Iterator[bytes]:
    """The file as it is, every object of it unpacked, and its metadata."""
    yield pdf
    # Every page's text is in its stream, compressed, and so is the metadata.
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    yield str(reader.metadata).encode()
    for number in range(1, len(reader.xref[0]) + len(reader.xref_objStm) + 2):
        found = reader.get_object(pypdf.generic.IndirectObject(number, 0, reader))
        if found is None:
            continue
        yield str(found).encode("utf-8", "replace")
        if isinstance(found, pypdf.generic.StreamObject):
            yield found.get_data()


@pytest.mark.parametrize("version", ["public", "ministry", "allies"])
def test_no_secret_is_in_any_byte_of_the_document(
    made: dict[Version, tuple[Dossier, bytes]], version: Version
) -> None:
    _, pdf = made[version]
    text = text_of(pdf).encode()
    whole = b"\n".join(everything_in(pdf)) + text
    found = []
    for secret, shown_in in SECRETS.items():
        # Figures are looked for where people read: among the coordinates of drawings they stand by chance.
        where = text if secret.replace(".", "").isdigit() else whole
        plain = re.sub(rb"\s+", b"", where)  # a long name may be broken over two lines
        if version not in shown_in and re.sub(r"\s+", "", secret).encode() in plain:
            found.append(secret)
    assert found == []


@pytest.mark.parametrize("version", VERSIONS)
def test_no_secret_is_in_the_data(made: dict[Version, tuple[Dossier, bytes]], version: Version) -> None:
    one, _ = made[version]
    files = {
        "json": dossier_files.json_file(one),
        "geojson": dossier_files.geojson_file(one),
        "track": dossier_files.track_csv(one),
        "timeline": dossier_files.timeline_csv(one),
        "readme": dossier_files.read_me(one, ["dossier.pdf"]),
        "sources": b"\n".join(dossier_pdf.sources(one, LAND).values()),
    }
    leaked = [
        (name, secret)
        for name, data in files.items()
        for secret, shown_in in SECRETS.items()
        if secret.encode() in data and version not in shown_in
    ]
    assert leaked == []


@pytest.mark.parametrize("version", VERSIONS)
def test_every_section_is_there_and_every_page_is_marked(
    made: dict[Version, tuple[Dossier, bytes]], version: Version
) -> None:
    one, pdf = made[version]
    words = packaged()[one.languages[0]]
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    whole = text_of(pdf)
    for key in (
        "crossings",
        "flight",
        "sensors",
        "classes",
        "timeline",
        "evidence",
        "not_known",
        "left_out",
        "verify",
    ):
        assert words.heading[key] in whole
    texts = [page.extract_text() for page in (*reader.pages[:2], reader.pages[-1])]
    for number, text in zip((1, 2, len(reader.pages)), texts, strict=True):
        assert "EXERCISE" in text
        assert words.version[version] in text
        assert words.page.format(page=number, pages=len(reader.pages)) in text


def test_the_document_says_its_language_and_title_and_is_tagged(made: dict[Version, tuple[Dossier, bytes]]) -> None:
    reader = pypdf.PdfReader(io.BytesIO(made["ministry"][1]))
    root = reader.root_object
    assert root["/Lang"] == "pl"
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"].value is True
    assert reader.metadata is not None
    assert reader.metadata.title == "EXERCISE: Incydent w przestrzeni powietrznej LT-1"
    packet = root["/Metadata"].get_data()
    # PDF/UA-1 (ISO 14289-1, 5) and PDF/A-2a (ISO 19005-2, 6.6.4) say so in their XMP packet.
    assert b"<pdfuaid:part>1</pdfuaid:part>" in packet
    assert b"<pdfaid:part>2</pdfaid:part>" in packet
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in packet


def test_every_typeface_is_inside(made: dict[Version, tuple[Dossier, bytes]]) -> None:
    reader = pypdf.PdfReader(io.BytesIO(made["public"][1]))
    fonts: dict[str, pypdf.generic.DictionaryObject] = {}
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            whole = font.get_object()
            (inner,) = whole.get("/DescendantFonts", [whole])
            fonts[str(whole["/BaseFont"])] = inner.get_object()["/FontDescriptor"]
    assert fonts
    for descriptor in fonts.values():
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & descriptor.get_object().keys()


def test_the_same_dossier_is_the_same_file(made: dict[Version, tuple[Dossier, bytes]]) -> None:
    one, pdf = made["full"]
    assert dossier_pdf.pdf(one, LAND) == pdf
    assert dossier_pdf.pdf(dossier("full", "en"), LAND) == pdf


def test_long_hashes_and_addresses_are_whole(made: dict[Version, tuple[Dossier, bytes]]) -> None:
    plain = re.sub(r"[\s\u200b]+", "", text_of(made["full"][1]))
    assert all(one.sha256 in plain for one in EVIDENCE if one.sha256)
    assert EVIDENCE[4].source is not None
    assert EVIDENCE[4].source.address in plain
    assert VERIFY.root in plain
    assert VERIFY.keys[0] in plain


def test_nothing_stands_beyond_the_edge_of_the_page(made: dict[Version, tuple[Dossier, bytes]]) -> None:
    wide: list[str] = []
    for page in pypdf.PdfReader(io.BytesIO(made["ministry"][1])).pages:

        def see(text: str, cm: list[float], tm: list[float], *_: object) -> None:
            x = cm[0] * tm[4] + cm[2] * tm[5] + cm[4]
            if text.strip() and not -1.0 <= x <= A4_PT:
                wide.append(text)

        page.extract_text(visitor_text=see)
    assert wide == []


def test_a_night_of_calls_alone_has_a_document_that_says_so() -> None:
    incident, history = without_track()
    pdf = dossier_pdf.pdf(dossier("full", "en", incident=incident, history=history), LAND)
    words = packaged()["en"].sentence
    whole = text_of(pdf)
    assert words["no_crossing"] in whole
    assert words["no_track"] in whole
    assert words["none"] in whole


def test_words_of_people_cannot_break_the_page_or_run_in_it() -> None:
    wicked = (
        '#eval("1") $x$ \\ <script> "quotes" // [a] @b *c* _d_ \u202e\x07 \U0001f600 \u0634 \u4e2d ' + "x" * 3_000
    )
    lines = (*INCIDENT.timeline, TimelineItem(time_s=T0 + 150, what="commented", text=wicked, officer="o"))
    incident = structs.replace(INCIDENT, timeline=lines, title=wicked[:200])
    whole = text_of(dossier_pdf.pdf(dossier("full", incident=incident), LAND))
    assert '#eval("1") $x$' in whole
    assert "<script>" in whole
    assert "\u202e" not in whole


@settings(max_examples=12, deadline=None)
@given(st.text(max_size=60))
def test_any_text_of_a_person_can_be_printed(text: str) -> None:
    # The draft is the shortest document; the typesetter refuses letters for which no typeface has a sign.
    one = dossier("ministry", around=structs.replace(AROUND, authority=text))
    letters = tuple(structs.replace(draft, addressee=text, sender=text) for draft in one.letters)
    assert dossier_pdf.letter_pdf(structs.replace(one, letters=letters)) is not None


@given(st.text())
def test_what_is_printable_stays_so(text: str) -> None:
    once = printable(text)
    assert printable(once) == once
    assert not NOT_PRINTABLE.search(once)


@pytest.mark.parametrize("version", ["ministry", "allies"])
def test_the_letter_is_a_document_of_its_own(version: Version) -> None:
    pdf = dossier_pdf.letter_pdf(dossier(version, "lt"))
    assert pdf is not None
    whole = text_of(pdf)
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == 2  # in Lithuanian, and in English
    assert "DRAFT" in whole
    assert "PROJEKTAS" in whole


def test_a_version_without_a_letter_has_none() -> None:
    assert dossier_pdf.letter_pdf(dossier("public")) is None


def test_the_json_is_the_whole_dossier() -> None:
    one = dossier("allies", "lv")
    assert msgspec.json.decode(dossier_files.json_file(one), type=Dossier) == one


def test_the_track_is_the_same_as_json_geojson_and_csv() -> None:
    one = dossier("full")
    points = one.tracks[0].points
    rows = list(csv.DictReader(io.StringIO(dossier_files.track_csv(one).decode())))
    features = json.loads(dossier_files.geojson_file(one))["features"]
    line = next(feature for feature in features if feature["properties"]["what"] == "track")
    assert len(points) == len(rows) == len(line["geometry"]["coordinates"]) == len(line["properties"]["times"])
    assert [float(row["lat_deg"]) for row in rows] == pytest.approx([point.lat_deg for point in points], abs=1e-6)
    assert line["geometry"]["coordinates"][0] == pytest.approx([points[0].lon_deg, points[0].lat_deg], abs=1e-6)
    assert {feature["properties"]["what"] for feature in features} == {
        "track", "crossing", "last_report", "found_wreck",
    }  # fmt: skip


def test_every_line_of_the_data_says_that_it_is_an_exercise() -> None:
    one = dossier("public")
    for data in (dossier_files.track_csv(one), dossier_files.timeline_csv(one)):
        rows = list(csv.DictReader(io.StringIO(data.decode())))
        assert rows
        assert all(row["note"] == "EXERCISE RECONSTRUCTION version: public" for row in rows)
    assert all(
        "EXERCISE" in one["properties"]["note"] for one in json.loads(dossier_files.geojson_file(one))["features"]
    )


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-cmd", "@x", "\tx"])
def test_a_cell_is_no_formula(text: str) -> None:
    item = TimelineItem(time_s=T0, what="commented", text=text, officer="o")
    one = dossier("full", incident=structs.replace(INCIDENT, timeline=(item,)))
    (row,) = csv.DictReader(io.StringIO(dossier_files.timeline_csv(one).decode()))
    assert row["text"] == f"'{text}"


def test_the_readme_stands_in_both_languages_and_says_how_to_verify() -> None:
    text = dossier_files.read_me(dossier("full", "et"), ["dossier.pdf", "track.csv"]).decode()
    assert text.startswith("EXERCISE – ÕPPUS")
    assert "python verify.py" in text
    assert VERIFY.keys[0] in text
    assert "Airspace incident LT-1" in text
    assert "  track.csv" in text


def test_the_kit_is_what_these_tests_take_it_for() -> None:
    assert len(LINES) == 10
    assert AROUND.is_exercise
    assert PHOTO
