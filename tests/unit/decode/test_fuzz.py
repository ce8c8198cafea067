"""The fuzz run of the benchmarks, a small one: it works, it covers every format, and it notices harm."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARK = Path(__file__).resolve().parents[3] / "benchmarks" / "fuzz.py"


@pytest.fixture(scope="module")
def fuzz() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sargas_fuzz", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_damaged_inputs_harm_no_format(fuzz: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    plugins = fuzz.modules()
    for name, module in plugins.items():
        fuzz.fuzz(fuzz.subject(name, module), 600, seed=2)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("|")[1].strip() for line in lines] == list(plugins)


def test_harm_is_noticed(fuzz: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    sound = fuzz.subject("jsonl", fuzz.modules()["jsonl"])

    def stumbles(decoder: object, data: bytes, n: int) -> list[object]:
        if b"NaN" in data:
            raise ValueError("stumbled")
        return list(sound.feed(decoder, data, n))

    with pytest.raises(SystemExit):
        fuzz.fuzz(sound._replace(feed=stumbles), 2_000, seed=2)
    assert "ValueError: stumbled" in capsys.readouterr().out
