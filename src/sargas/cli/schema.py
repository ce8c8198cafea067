"""`sargas schema`."""

from pathlib import Path

from sargas.cli.console import say


def schema(*, out: Path | None = None) -> None:
    """Write the JSON Schema of Sargas's own report format.

    Parameters
    ----------
    out: Path | None
        The file to write; standard output if it is not given.
    """
    import json

    from sargas.decode import jsonl

    text = json.dumps(jsonl.schema(), indent=2, ensure_ascii=False, sort_keys=True)
    if out is None:
        say(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")
