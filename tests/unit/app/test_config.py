from pathlib import Path

import pytest

from sargas.app import config
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
