"""The page about the commands says what the commands say, and names each of them."""

import runpy
from pathlib import Path

from sargas.cli import account, alarms, incident, record, register, search, warning
from sargas.cli.main import app

DOCS = Path(__file__).resolve().parents[2] / "docs"
OWN = {"--help", "--version", "-h", "incident", "warning", "record", "account", "register"}
GROUPS = (
    ("incident", incident.app), ("search", search.app), ("warning", warning.app), ("alarms", alarms.app),
    ("shift", alarms.shift_app), ("record", record.app), ("account", account.app),
    ("register", register.app),
)  # fmt: skip


def test_the_page_is_what_the_commands_say() -> None:
    made = runpy.run_path(str(DOCS / "commands.py"))["page"]()
    assert (DOCS / "reference" / "commands.md").read_text(encoding="utf-8") == made, "run `make docs`"


def test_every_command_is_on_the_page() -> None:
    described = set(runpy.run_path(str(DOCS / "commands.py"))["COMMANDS"])
    there = {name for name in app if name not in OWN} | {
        f"{group} {name}" for group, part in GROUPS for name in part if name not in OWN
    }
    assert there == described
