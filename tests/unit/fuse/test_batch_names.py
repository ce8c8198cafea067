"""Names as numbers: bounded however many are sent, and never a stranger's name for an old number."""

from sargas.fuse.batch import NONE, Batcher
from sargas.fuse.measure import MeasureSettings
from sargas.model.report import NO_IDENTITY, Cooperative, Identity
from sargas.store import snapshot

T0 = 1_753_660_800.0


def test_a_flood_of_names_is_bounded_and_never_gives_a_strangers_name() -> None:
    b = Batcher(MeasureSettings(), {}, names_max=64)

    def heard(icao: int) -> Cooperative:
        identity = Identity(icao24=f"{icao:06x}")
        return Cooperative(sensor="adsb", time_s=T0, identity=identity, source="adsb", lat_deg=55.0, lon_deg=25.0)

    def number(report: Cooperative) -> int:
        return int(b.batch([report], T0)[0].icao[0])

    steady, silent = number(heard(1)), number(heard(2))
    for i in range(100, 2_000, 10):
        found, _ = b.batch([heard(1), *(heard(i + j) for j in range(10))], T0)
        assert found.icao[0] == steady
        assert [b.names.icao.name_of(int(n)) for n in found.icao[-3:]] == [f"{i + j:06x}" for j in (7, 8, 9)]
    assert b.identity_of(steady, NONE, NONE, NONE) == Identity(icao24="000001")
    assert b.identity_of(silent, NONE, NONE, NONE) == NO_IDENTITY
    back = number(heard(2))
    assert back != silent
    assert b.names.icao.name_of(back) == "000002"
    assert len(snapshot.dump(b.names)) < 20_000
    assert b.identity_of(10**15, -7, 3, 4) == NO_IDENTITY


def test_a_name_that_is_asked_for_is_kept() -> None:
    b = Batcher(MeasureSettings(), {}, names_max=64)
    table = b.names.remote
    kept = table["kept"]
    for i in range(1_000):
        table[f"x{i}"]
        assert table.name_of(kept) == "kept"
    assert table[""] == table["x" * 65] == table[None] == NONE
