import asyncio
from pathlib import Path

import pytest

from sargas.app import config, wire
from sargas.model.entry import Body, Frame
from sargas.model.errors import ConfigError

GOOD = """\
[watch]
country = "LT"

[[sensors]]
id = "nodes"
kind = "acoustic"

[[feeds]]
name = "nodes"
transport = { type = "udp", port = 8601 }
decoder = { type = "jsonl", sensors = ["nodes"] }
"""


def mistakes_of(text: str, folder: Path = Path()) -> list[str]:
    return [str(mistake) for mistake in config.check(text, folder).mistakes]


def test_a_good_configuration_has_no_mistakes_and_sensible_defaults() -> None:
    checked = config.check(GOOD, Path())
    assert checked.mistakes == []
    assert checked.value is not None
    assert checked.value.web.host == "127.0.0.1"
    assert [rule["type"] for rule in checked.value.rules] == [
        "incursion", "approach", "near_border", "zone_entry", "silent_sensor", "reported",
    ]  # fmt: skip


def test_every_mistake_is_told_at_once_with_line_and_key() -> None:
    text = GOOD.replace('"LT"', '"Lithuania"').replace('kind = "acoustic"', 'knd = "acoustic"')
    text += "\n[web]\nport = 99999\n"
    found = mistakes_of(text)
    assert len(found) == 4
    assert found[0].startswith("line 2: watch.country:")
    assert found[1].startswith("line 4: sensors[0].kind: is missing")
    assert found[2] == "line 6: sensors[0].knd: unknown key; did you mean 'kind'?"
    assert found[3].startswith("line 14: web.port:")


def test_an_unknown_plug_in_is_told_with_those_that_there_are() -> None:
    found = mistakes_of(GOOD.replace('"jsonl"', '"jsonll"'))
    assert len(found) == 1
    assert found[0].startswith("line 11: feeds[0].decoder.type: no decoder 'jsonll'; did you mean 'jsonl'? have ")
    assert "asterix" in found[0]


def test_a_plug_ins_own_settings_are_checked_too() -> None:
    found = mistakes_of(GOOD.replace("port = 8601", "prt = 8601"))
    assert any("feeds[0].transport.prt: unknown key; did you mean 'port'?" in mistake for mistake in found)


def test_a_feed_of_a_sensor_that_nobody_described_is_a_mistake() -> None:
    found = mistakes_of(GOOD.replace('["nodes"]', '["noodes"]'))
    assert found == ["line 11: feeds[0].decoder.sensors: no sensor 'noodes' in [[sensors]]"]


def test_names_used_twice_and_missing_files_are_mistakes() -> None:
    twice = GOOD + '\n[[sensors]]\nid = "nodes"\nkind = "radar"\n\n[[zones]]\nfile = "nowhere.geojson"\n'
    assert mistakes_of(twice) == [
        "line 14: sensors[1].id: 'nodes' is already sensors[0]",
        "line 18: zones[0].file: no file 'nowhere.geojson'",
    ]


def test_broken_toml_is_told_with_its_place() -> None:
    assert "line 1" in mistakes_of("[watch\n")[0]


def test_a_missing_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: No such file"):
        config.read(tmp_path / "nowhere.toml")


def test_mistakes_of_meaning_are_told_although_types_are_wrong_too() -> None:
    found = mistakes_of(GOOD + '\n[[sensors]]\nid = "nodes"\nkind = "radar"\nlat_deg = 154.0\nsac = 1\nsic = 1\n')
    assert found == [
        "line 13: sensors[1]: lat_deg and lon_deg go together",
        "line 14: sensors[1].id: 'nodes' is already sensors[0]",
        "line 16: sensors[1].lat_deg: Expected a number <= 90.0",
    ]


def test_a_radar_that_asterix_names_needs_a_site() -> None:
    found = mistakes_of(GOOD + '\n[[sensors]]\nid = "r"\nkind = "radar"\nsac = 1\nsic = 1\n')
    assert found == ["line 13: sensors[1]: a radar without a site: its plots cannot be placed; give lat_deg, lon_deg"]


def test_a_feed_from_a_file_needs_the_file_a_known_recording_and_its_options(tmp_path: Path) -> None:
    transport = '{ type = "file", path = "day.pcap", recording = "pcap", options = { port = 1 } }'
    text = GOOD.replace('{ type = "udp", port = 8601 }', transport)
    assert mistakes_of(text, tmp_path) == [
        "line 10: feeds[0].transport.options.port: unknown key; did you mean 'ports'?",
        "line 10: feeds[0].transport.path: no file 'day.pcap'",
    ]
    (tmp_path / "day.pcap").write_bytes(b"")
    unknown = text.replace('"pcap", options = { port = 1 }', '"pcpa"')
    assert mistakes_of(unknown, tmp_path) == [
        (
            "line 10: feeds[0].transport.recording: no recording 'pcpa'; did you mean 'pcap'?"
            " have final, lines, pcap, raw"
        )
    ]


def test_what_only_a_part_itself_can_find_is_told_with_its_key() -> None:
    found = mistakes_of(GOOD.replace("port = 8601", 'port = 8601, group = "10.0.0.1"'))
    assert found == [
        "line 10: feeds[0].transport.group: 10.0.0.1 is no multicast group; they are 224.0.0.0/4 and ff00::/8"
    ]


def test_a_wrong_word_is_told_with_those_allowed() -> None:
    found = mistakes_of(GOOD.replace('"acoustic"', '"ears"'))
    assert found[0].startswith("line 6: sensors[0].kind: Invalid enum value 'ears'; have radar, acoustic, ")


def test_the_files_of_a_feed_are_beside_the_configuration(tmp_path: Path) -> None:
    transport = wire.build_transport({"type": "file", "path": "day.raw"}, "day", tmp_path)
    (tmp_path / "day.raw").write_bytes(b"all of it")
    kept: list[Body] = []

    async def deliver(body: Body) -> int:
        kept.append(body)
        return len(kept)

    asyncio.run(transport.run(deliver))
    assert Frame("day", b"all of it") in kept


def test_what_shows_only_when_the_parts_are_built_is_told_for_each_part(tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text("{}", encoding="utf-8")
    (tmp_path / "b.xyz").write_text("", encoding="utf-8")
    text = GOOD.replace(
        '{ type = "jsonl", sensors = ["nodes"] }', '{ type = "asterix", editions = { "1/1" = { "048" = "9.9" } } }'
    )
    text += '\n[[zones]]\nfile = "a.geojson"\n\n[[zones]]\nfile = "b.xyz"\n'
    checked = config.check(text, tmp_path)
    assert checked.value is not None
    found = wire.problems_of(checked.value, tmp_path)
    assert [key for key, _ in found] == ["feeds[0].decoder", "zones[0].file", "zones[1].file"]
    assert "no edition '9.9'; have " in found[0][1]
