"""Write docs/reference/commands.md from the commands; what is said of output and exit codes stands here."""

import inspect
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sargas.cli import (
    account,
    alarms,
    backup,
    check,
    console,
    demo,
    incident,
    incident_export,
    incident_file,
    incident_read,
    incident_steps,
    incident_verify,
    record,
    register,
    replay,
    schema,
    score,
    search,
    sensors,
    simulate,
    warning,
    watch,
)

PAGE = Path(__file__).parent / "reference" / "commands.md"
OPTIONS = {
    "all_": "--all",
    "inputs": "--input",
    "outs": "--out",
    "browser": "--no-browser",
    "duration": "--for",
    "form": "--format",
}
TAKEN = (
    "Ends with 3 if the journal holds no such incident, with 1 if it could not be taken; the reason says what could."
)
REFUSED = "Ends with 1 if it could not be taken; the reason says what could."

SHARED = {
    "asked": (
        "`--from` `--to` `--country` `--type` `--origin` `--outcome` `--state` `--near` `--box` `--text`"
        " `--incursions`",
        "Which incidents: see [Search the register](../howto/search-the-register.md).",
    )
}
"""Options that several commands share, by the name of the parameter that carries them."""

COMMANDS: dict[str, tuple[Callable[..., Any], str]] = {
    "demo": (demo.demo, "Writes the page's address to standard output. Ends with 0 on Ctrl-C while it is served."),
    "watch": (
        watch.watch,
        (
            "Writes the page's address to standard output, the log beside it. Ends with 0 on Ctrl-C or SIGTERM once"
            " it serves (130 before); with 1 if the configuration is wrong, the port taken or another watch writes"
            " the journal."
        ),
    ),
    "replay": (replay.replay, "See [Replay a night](../howto/replay.md) for the files. Ends with 130 on Ctrl-C."),
    "check": (
        check.check,
        "One mistake a line, `line 12: feeds[0].transport.port: ...`. Ends with 1 if there is any.",
    ),
    "simulate": (simulate.simulate, "Writes `watch.toml`, a journal and `truth.csv`. Ends with 130 on Ctrl-C."),
    "score": (
        score.score,
        (
            "A table of the figures and one of the limits. Ends with 1 if there is nothing to score, a file has"
            " mistakes (each told as `FILE:LINE: what was expected`), or the pictures' matplotlib is not installed"
            " (`pip install 'sargas[plots]'`). See [Score a tracker](../howto/score-a-tracker.md)."
        ),
    ),
    "incident list": (incident.list_incidents, "The newest first. Ends with 1 if there is no journal."),
    "incident show": (incident.show, "Ends with 3 if the journal holds no such incident, 1 if there is no journal."),
    "incident read": (
        incident_read.read,
        (
            "See [Read an article](../howto/read-an-article.md). Ends with 3 if no incident was found in it, with 1 if it"
            " cannot be read or a decision could not be taken."
        ),
    ),
    "incident evidence": (incident_file.evidence, "See [Keep the file](../howto/keep-the-file.md)."),
    "incident add": (incident_file.add, f"Writes the item's name, and the SHA-256 of its content. {TAKEN}"),
    "incident get": (incident_file.get, "Ends with 3 if there is no such item, with 1 if the file is there already."),
    "incident custody": (incident_file.custody, TAKEN),
    "incident handle": (incident_file.handle, TAKEN),
    "incident remove": (incident_file.remove, TAKEN),
    "incident hold": (incident_file.hold, TAKEN),
    "incident release": (incident_file.release, TAKEN),
    "incident steps": (incident_steps.steps, "Ends with 1 if `--overdue` finds any."),
    "incident step": (incident_steps.step, TAKEN),
    "incident export": (
        incident_export.export,
        (
            "See [Hand over a dossier](../howto/hand-over-a-dossier.md). Writes the file's name."
            " Ends with 3 if there is no such incident, with 2 if contents of evidence go with it and nobody takes"
            " them away, with 1 if it could not be made."
        ),
    ),
    "incident verify": (
        incident_verify.verify,
        (
            "Says what was checked, what is wrong and where. Ends with 1 if anything is wrong, or nothing is proven."
            " See [Verify a record](../howto/verify-a-record.md)."
        ),
    ),
    "search": (
        search.show,
        (
            "What is believed, the best place and sectors, who should search where, what each team is worth, and how"
            " far to keep away. The hours are the mean of those until the find, if there is one. Ends with 3 if there"
            " is no such incident, or no such track of it is lost."
        ),
    ),
    "search order": (search.order, f"The names are those of the map: A-01 is the best sector. {TAKEN}"),
    "search searched": (search.searched, f"One of `--sector` and `--gpx` is needed. {TAKEN}"),
    "search found": (search.found, TAKEN),
    "search clue": (search.clue, TAKEN),
    "search weigh": (search.weigh, TAKEN),
    "search plan": (search.plan, TAKEN),
    "search end": (search.end, TAKEN),
    "register list": (
        register.list_records,
        "At most 200 are shown; files and JSON hold all. Ends with 2 for what cannot be asked.",
    ),
    "register search": (register.list_records, "Another name of `register list`."),
    "register show": (register.show, "Ends with 3 if the register has no such record."),
    "register statistics": (register.statistics, "An incident of two countries counts for each of them."),
    "register map": (register.draw_map, "Borders: OpenStreetMap contributors."),
    "register export": (register.export, "Ends with 2 for a file of another kind."),
    "register import": (
        register.import_records,
        "Ends with 1 if a record was refused, or somebody said no; with 2 if there is nobody to ask.",
    ),
    "register strike": (register.strike, "Ends with 3 if the register has no such record."),
    "register rebuild": (register.rebuild, "Ends with 1 if there is no journal."),
    "warning list": (warning.list_warnings, "The warnings of an incident first, then its draft."),
    "warning show": (warning.show, "Ends with 3 if there is no such incident."),
    "warning edit": (warning.edit, TAKEN),
    "warning approve": (warning.approve, TAKEN),
    "warning countersign": (warning.countersign, TAKEN),
    "warning send": (warning.send, TAKEN),
    "warning withdraw": (warning.withdraw, TAKEN),
    "warning deliveries": (warning.deliveries, "One line a channel. Ends with 3 if there is no such incident."),
    "warning cap": (warning.cap, "Ends with 3 if there is no such incident, or no such warning of it was sent."),
    "warning check": (warning.check, "One problem a line, `FILE: what: ...`. Ends with 1 if there is any."),
    "alarms": (alarms.alarms, "First what nobody has seen, by priority."),
    "alarms log": (alarms.log, "The newest 2,000 lines are kept."),
    "alarms acknowledge": (alarms.acknowledge, REFUSED),
    "alarms shelve": (alarms.shelve, REFUSED),
    "alarms unshelve": (alarms.unshelve, REFUSED),
    "alarms suppress": (alarms.suppress, REFUSED),
    "alarms end-suppression": (alarms.end_suppression, REFUSED),
    "shift": (alarms.shift, "See [Hand over the watch](../howto/hand-over-the-watch.md)."),
    "shift hand-over": (alarms.hand_over, REFUSED),
    "sensors": (sensors.sensors, "Ends with 1 if a sensor is silent or has failed, or there is no journal."),
    "account add": (
        account.add,
        "See [Accounts](../howto/accounts.md). Ends with 1 if the name is taken or is none.",
    ),
    "account list": (account.list_accounts, "The tokens themselves are kept nowhere."),
    "account password": (account.password, "Ends with 1 if there is no such account, or no terminal to ask at."),
    "account disable": (account.disable, "Ends with 1 if nobody would be left to administer."),
    "account enable": (account.enable, "Ends with 1 if there is no such account."),
    "account roles": (account.roles, "Ends with 1 if nobody would be left to administer."),
    "account token": (
        account.token,
        "Writes the token, and nothing else, to standard output. Ends with 1 if the account may not do that.",
    ),
    "account revoke": (account.revoke, "Ends with 1 if there is no such token."),
    "record heads": (record.heads, "Ends with 3 if no head was signed yet, with 1 if there is no journal."),
    "record rotate": (record.rotate, "Ends with 1 if a watch writes the journal, or the key cannot be written."),
    "record verifier": (record.verifier, "The same file is in every dossier."),
    "backup": (backup.backup, "See [Back up and restore](../howto/back-up-and-restore.md)."),
    "restore": (backup.restore, "Ends with 1 if nothing was put back, or what the record says is not as it was."),
    "schema": (schema.schema, "See [the report format](report-format.md)."),
}

HEAD = """\
# Commands

`sargas --help` and `sargas COMMAND --help` say the same at the prompt; `sargas --version` tells the version. Results
go to standard output, errors and progress to standard error. This page is generated from the code (`make docs`).

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | it went wrong, or what was asked about is not well: mistakes in the configuration, a silent sensor |
| 2 | wrong use of the command: an unknown command or option, a value that does not fit |
| 3 | what was asked for is not there |
| 130 | interrupted with Ctrl-C before it was done |
"""


def page() -> str:
    """Return the page about the commands."""
    assert f"{console.EXIT_WRONG}{console.EXIT_USAGE}{console.EXIT_NOT_FOUND}{console.EXIT_INTERRUPTED}" == "123130"
    return "\n".join([HEAD, *(part(name, function, said) for name, (function, said) in COMMANDS.items())])


def part(name: str, function: Callable[..., Any], said: str) -> str:
    """Return the part of one command."""
    summary, _, parameters = (inspect.getdoc(function) or "").partition("Parameters\n----------\n")
    texts = described(parameters)
    rows, words = [], [f"sargas {name}"]
    for key, parameter in inspect.signature(function).parameters.items():
        if key in SHARED:
            rows.append(f"| {SHARED[key][0]} | none | {SHARED[key][1]} |")
            continue
        is_option = parameter.kind is parameter.KEYWORD_ONLY
        shown = OPTIONS.get(key, "--" + key.replace("_", "-")) if is_option else key.upper()
        has_default = parameter.default is not parameter.empty
        if not is_option:
            words.append(f"[{shown}]" if has_default else shown)
        is_off = shown.startswith("--no-")
        text = f"Do not: {texts[key]}" if is_off else texts[key]
        rows.append(f"| `{shown}` | {'no' if is_off else default(parameter)} | {text} |")
    usage = " ".join([*words, "[options]"])
    return "\n".join([
        f"## `{usage}`", "", " ".join(summary.split()), "",
        "| argument or option | default | meaning |", "|---|---|---|",
        *rows, "", said, "",
    ])  # fmt: skip


def default(parameter: inspect.Parameter) -> str:
    """Return a default as somebody types it."""
    value = parameter.default
    if value is parameter.empty:
        return "required"
    choices = (
        typing.get_args(parameter.annotation) if typing.get_origin(parameter.annotation) is typing.Literal else ()
    )
    more = f" of {', '.join(map(str, choices))}" if choices else ""
    if value in {None, (), ""}:
        return "none"
    return ("yes" if value else "no") if isinstance(value, bool) else f"`{value}`{more}"


def described(parameters: str) -> dict[str, str]:
    """Return what a numpy-style docstring says of each parameter."""
    texts: dict[str, str] = {}
    key = ""
    for line in parameters.splitlines():
        if line and not line.startswith(" "):
            key = line.partition(":")[0]
            texts[key] = ""
        elif key:
            texts[key] = f"{texts[key]} {line.strip()}".strip()
    return texts


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
