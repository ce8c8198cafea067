from sargas.app.toml_lines import line_of, locate, show

TEXT = """\
[watch]
country = "LT"

[[sensors]]
id = "a"
errors = { range_sd_m = 5.0 }

[[sensors]]
id = "b"
[sensors.coverage]
range_max_m = 1.0

[journal]
path = "x"
"""


def test_keys_of_tables_and_of_arrays_of_tables_are_found_on_their_lines() -> None:
    lines = locate(TEXT)
    assert line_of(("watch", "country"), lines) == 2
    assert line_of(("sensors", 0, "id"), lines) == 5
    assert line_of(("sensors", 1, "id"), lines) == 9
    assert line_of(("sensors", 1, "coverage", "range_max_m"), lines) == 11
    assert line_of(("journal", "path"), lines) == 14


def test_a_key_inside_an_inline_table_is_shown_at_the_line_of_that_table() -> None:
    assert line_of(("sensors", 0, "errors", "range_sd_m"), locate(TEXT)) == 6


def test_a_missing_key_is_shown_at_the_table_around_it() -> None:
    assert line_of(("sensors", 1, "kind"), locate(TEXT)) == 8
    assert line_of(("feeds",), locate(TEXT)) is None


def test_paths_are_written_as_people_write_them() -> None:
    assert show(("feeds", 2, "transport", "bind")) == "feeds[2].transport.bind"
    assert show(()) == "(top)"
