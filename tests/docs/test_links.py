"""Every relative link in the docs leads somewhere, and the generated pages are what the code says."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\[[^\]]+\]\((?!https?://|mailto:|#)([^)#\s]+)")
CODE = re.compile(r"`[^`\n]*`")
"""What stands in code is no link, as a regular expression of the configuration."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    text = CODE.sub("", page.read_text(encoding="utf-8"))
    missing = [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    assert missing == []


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_configuration_page_is_current(generate: ModuleType) -> None:
    page = (ROOT / "docs" / "reference" / "configuration.md").read_text(encoding="utf-8")
    assert page == generate.configuration(), "run `make docs`"


def test_the_schema_of_the_register_is_current(generate: ModuleType) -> None:
    text = (ROOT / "docs" / "reference" / "register.schema.json").read_text(encoding="utf-8")
    assert text == generate.register_schema(), "run `make docs`"


def test_the_schema_of_the_dossier_is_current(generate: ModuleType) -> None:
    text = (ROOT / "docs" / "reference" / "dossier.schema.json").read_text(encoding="utf-8")
    assert text == generate.dossier_schema(), "run `make docs`"


def test_the_report_schema_is_current(generate: ModuleType) -> None:
    text = (ROOT / "docs" / "reference" / "report.schema.json").read_text(encoding="utf-8")
    assert text == generate.schema(), "run `make docs`"
