"""The officer of a demonstration: does what the scenario says at its time, until a person takes a hand."""

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from sargas.app.player import Player
from sargas.model.decision import Acknowledge, ApproveWarning, Comment, Decision, SendWarning
from sargas.model.errors import DecisionError
from sargas.model.incident import Incident
from sargas.model.picture import Event
from sargas.model.warning import Draft, WarningContent

NAME: Final = "Demonstration officer"


class Step(Struct, frozen=True, kw_only=True):
    """One step of the scenario's officer, at `at_s` [epoch s]."""

    at_s: float
    does: str
    text: str = ""


class DemoOfficer:
    """Follows a played view and takes the steps that its time passes; listens as a client does.

    A jump back lets the steps after it be taken again: the decisions after it are undone too.
    """

    def __init__(self, player: Player, steps: Sequence[Step], is_alone: Callable[[], bool]) -> None:
        self._player = player
        self._steps = sorted(steps, key=lambda step: step.at_s)
        self._is_alone = is_alone
        self._done_until_s = player.clock.now_s
        self._is_acting = False

    def on_events(self, events: list[Event]) -> None:
        """Look whether a step is due."""
        del events
        self._look()

    def on_reset(self) -> None:
        """Begin again from where the view was moved to."""
        self._done_until_s = min(self._done_until_s, self._player.clock.now_s)
        self._look()

    def on_clock(self) -> None:
        """Look whether a step is due."""
        self._look()

    def _look(self) -> None:
        now_s = self._player.clock.now_s
        if self._is_acting or now_s <= self._done_until_s or self._player.clock.jumping_to_s is not None:
            return
        due = [step for step in self._steps if self._done_until_s < step.at_s <= now_s]
        self._done_until_s = now_s
        if not due or not self._is_alone():
            return
        self._is_acting = True
        try:
            for step in due:
                self._take(step)
        finally:
            self._is_acting = False

    def _take(self, step: Step) -> None:
        incident = self._incident()
        if incident is None:
            return
        try:
            for decision in self._decisions(step, incident):
                self._player.decide(decision)
        except DecisionError as error:
            self._player.decide(Comment(officer=NAME, incident_id=incident.incident_id, text=f"Refused: {error}"))

    def _incident(self) -> Incident | None:
        """Return the open incident that matters most: a warning in force first, then red, then the newest."""
        now_s = self._player.clock.now_s
        rank = {"white": 0, "yellow": 1, "red": 2}
        is_open = [one for one in self._player.picture.incidents.values() if one.status == "open"]
        return max(
            is_open,
            key=lambda one: (one.warning.in_force(now_s) is not None, rank[one.level], one.opened_s),
            default=None,
        )

    def _decisions(self, step: Step, incident: Incident) -> list[Decision]:
        incident_id = incident.incident_id
        if step.does == "acknowledge":
            return [Acknowledge(officer=NAME, incident_id=incident_id)] if incident.acknowledged_s is None else []
        content = self._content(step, incident)
        number = int(incident.warning.warnings[-1].warning_id.rpartition("-W")[2]) if incident.warning.warnings else 0
        return [
            ApproveWarning(
                officer=NAME, incident_id=incident_id, revision=incident.warning.revision, content=content
            ),
            SendWarning(officer=NAME, incident_id=incident_id, warning_id=f"{incident_id}-W{number + 1}"),
        ]

    def _content(self, step: Step, incident: Incident) -> WarningContent:
        draft: Draft | None = self._player.picture.drafts.get(incident.incident_id)
        content = None if draft is None else draft.all_clear if step.does == "all_clear" else draft.content
        if content is None:
            raise DecisionError("there is no draft of it")
        return content
