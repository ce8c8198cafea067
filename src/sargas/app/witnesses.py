"""The heads of the record brought to those who keep them, each by a task of its own that waits for nobody."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import structlog

from sargas import plugins
from sargas.app.config import settings_of
from sargas.app.outgoing import beside
from sargas.app.record_section import WitnessSection
from sargas.app.supervise import Fault, contained, keep_running
from sargas.app.telling import Record, bounded, keep
from sargas.model.entry import ChannelChanged
from sargas.model.errors import ChannelError, ConfigError, JournalError
from sargas.ports import Journal, Witness

LONGEST_S: Final = 60.0
"""Longest wait for one publication."""
RETRY_S: Final = 30.0
LATE_AFTER: Final = 3.0
"""A witness that has got no head for so many of its turns is told of on the desk."""
PREFIX: Final = "heads-"
"""What stands before a witness's name where it stands among the ways out."""

log = structlog.get_logger()


def build_witnesses(sections: Sequence[WitnessSection], folder: Path) -> dict[str, Witness]:
    """Return the witnesses of the configuration by name; files are looked for beside `folder`.

    Raises:
        ConfigError: a witness's settings do not fit.
    """
    found: dict[str, Witness] = {}
    for section in sections:
        module = plugins.load("witness", str(section.witness.get("type")))
        found[section.name] = module.build(settings_of(module, beside(section.witness, folder)), section.name)
    return found


def problems_of(sections: Sequence[WitnessSection], folder: Path) -> list[tuple[str, str]]:
    """Return (key, what is wrong) of the witnesses, as far as it shows when they are built."""
    problems = []
    for index, section in enumerate(sections):
        try:
            build_witnesses([section], folder)
        except ConfigError as error:
            problems.append((f"record.heads[{index}].witness", str(error)))
    return problems


async def run_witnesses(journal: Journal, witnesses: Mapping[str, Witness], every_s: float, record: Record) -> None:
    """Publish the newest head to each witness every so often, until cancelled."""
    async with asyncio.TaskGroup() as tasks:
        for name, witness in witnesses.items():
            publisher = Publisher(name, witness, journal, every_s, record)
            tasks.create_task(keep_running("witness", name, publisher.run), name=f"witness {name}")


class Publisher:
    """Brings heads to one witness."""

    def __init__(self, name: str, witness: Witness, journal: Journal, every_s: float, record: Record) -> None:
        self._name = name
        self._witness = witness
        self._journal = journal
        self._every_s = every_s
        self._record = record
        self._is_late = False

    async def run(self) -> None:
        """Publish until cancelled; tell the desk when the witness has got nothing for long, and when it has again."""
        loop = asyncio.get_running_loop()
        got_s = loop.time()
        while True:
            fault = await contained(self._publish(), "witness_fault", witness=self._name)
            if fault is None:
                got_s = loop.time()
                await self._tell(is_late=False, text="it has the newest head of the record")
            elif loop.time() - got_s >= LATE_AFTER * self._every_s:
                await self._tell(is_late=True, text=f"it has got no head of the record for long: {fault.reason}")
            await asyncio.sleep(self._every_s if fault is None else min(RETRY_S, self._every_s))

    async def _publish(self) -> Fault | None:
        """Return why the witness has not got the head; None if it has."""
        try:
            head = await asyncio.to_thread(self._journal.sign)
            if head is None:
                return Fault("the journal is not signed")
            async with asyncio.timeout(LONGEST_S):
                await self._witness.publish(head)
        except TimeoutError:
            return Fault(f"it did not answer within {LONGEST_S:g} s")
        except (ChannelError, JournalError, OSError) as error:
            return Fault(str(error) or type(error).__name__)
        return None

    async def _tell(self, *, is_late: bool, text: str) -> None:
        if is_late == self._is_late:
            return
        self._is_late = is_late
        if is_late:
            log.warning("witness_late", witness=self._name, reason=text)
        else:
            log.info("witness_back", witness=self._name)
        body = ChannelChanged(
            channel=f"{PREFIX}{self._name}", is_alive=not is_late, text=bounded(text), is_stream=True
        )
        await keep(self._record, body)
