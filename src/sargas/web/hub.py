"""What each connected client has yet to hear of, conflated: only the newest state of everything that changed.

Pure: no loop, no sockets, no clock. A client that reads slowly costs no more than the things that changed meanwhile,
and beyond `PENDING_MAX` of those it is simply told the whole picture again.
"""

from collections.abc import Callable

from msgspec import structs

from sargas.model.alarm import Alarm
from sargas.model.channel import ChannelHealth
from sargas.model.finding import Finding
from sargas.model.incident import Incident
from sargas.model.picture import (
    AlarmChanged,
    ChannelHealthChanged,
    DraftChanged,
    Event,
    FeedChanged,
    FindingChanged,
    HealthChanged,
    IncidentChanged,
    Observed,
    Refused,
    ShiftChanged,
    TrackChanged,
)
from sargas.model.report import Observation
from sargas.model.sensor import FeedHealth, Health
from sargas.model.track import Track
from sargas.web.desk import Clock, Desk, DraftNews, Update, View, ViewName
from sargas.web.light import light

PENDING_MAX = 10_000
"""Things changed and not yet sent, above which a client gets the whole picture instead."""
REFUSED_MAX = 20
CLIENTS_MAX = 200


def whole_picture(view: View, trouble: list[str]) -> Update:
    """Return everything that the view shows."""
    picture = view.picture
    return Update(
        clock=view.clock,
        is_reset=True,
        tracks=list(picture.tracks.values()),
        findings=list(picture.findings.values()),
        incidents=list(picture.incidents.values()),
        health=list(picture.health.values()),
        feeds=list(picture.feeds.values()),
        observations=list(picture.observations),
        alarms=list(picture.alarms.values()),
        drafts=[DraftNews(incident_id=key, draft=draft) for key, draft in picture.drafts.items()],
        channels=list(picture.channels.values()),
        suppressions=list(picture.suppressions.values()),
        hand_overs=list(picture.hand_overs),
        trouble=trouble,
    )


class Client:
    """The conflating listener of one client; `wake` is called when something should be sent soon."""

    def __init__(self, desk: Desk, view_name: ViewName, view: View, wake: Callable[[], None]) -> None:
        self.view_name = view_name
        self._desk = desk
        self._view = view
        self._wake = wake
        self._is_reset = True
        self._is_clock_due = False
        self._tracks: dict[int, Track] = {}
        self._findings: dict[str, Finding] = {}
        self._incidents: dict[str, Incident] = {}
        self._health: dict[str, Health] = {}
        self._feeds: dict[str, FeedHealth] = {}
        self._observations: list[Observation] = []
        self._alarms: dict[str, Alarm] = {}
        self._drafts: dict[str, DraftNews] = {}
        self._channels: dict[str, ChannelHealth] = {}
        self._shift: ShiftChanged | None = None
        self._refused: list[str] = []
        self._sent_feeds: dict[str, FeedHealth] = {}
        self._sent_clock: Clock | None = None
        self._sent_trouble: list[str] = []
        view.follow(self)

    @property
    def is_due(self) -> bool:
        """True if there is something to send."""
        return self._is_reset or self._is_clock_due or self.n_pending > 0

    @property
    def n_pending(self) -> int:
        """How many things changed and were not sent yet."""
        things = len(self._tracks) + len(self._findings) + len(self._incidents) + len(self._observations)
        things += len(self._alarms) + len(self._drafts) + len(self._channels) + (self._shift is not None)
        return things + len(self._health) + len(self._feeds) + len(self._refused)

    def on_events(self, events: list[Event]) -> None:
        """Keep the newest state of what these events changed."""
        for event in events:
            self._keep(event)
        if self.n_pending > PENDING_MAX:
            self._start_over()
        if events:
            self._wake()

    def on_reset(self) -> None:
        """The picture is another one: what was pending is worth nothing."""
        self._start_over()
        self._wake()

    def on_clock(self) -> None:
        """Wake only for what a client cannot work out by itself: not for the mere passing of time."""
        if self._sent_clock is None:
            return
        clock = self._view.clock
        if structs.replace(clock, now_s=self._sent_clock.now_s) != self._sent_clock or (
            self._desk.trouble() != self._sent_trouble
        ):
            self._is_clock_due = True
            self._wake()

    def take(self) -> Update:
        """Return what this client has to hear now, and forget that it had to."""
        trouble = self._desk.trouble()
        update = whole_picture(self._view, trouble) if self._is_reset else self._changes(trouble)
        update = structs.replace(update, incidents=[light(incident) for incident in update.incidents])
        if self._is_reset:
            update = structs.replace(update, refused=self._refused)
        self._clear()
        self._sent_feeds.update({feed.feed: feed for feed in update.feeds})
        self._sent_clock, self._sent_trouble = update.clock, trouble
        return update

    def take_heartbeat(self) -> Update:
        """Return what this client has to hear now, and the counts of the feeds that brought something."""
        for name, feed in self._view.picture.feeds.items():
            if self._sent_feeds.get(name) is not feed:
                self._feeds[name] = feed
        return self.take()

    def is_open(self) -> bool:
        """Return True if the view still exists; follow the new one if it was opened anew."""
        current = self._desk.view(self.view_name)
        if current is not self._view:
            self._view.unfollow(self)
            if current is not None:
                self._view = current
                current.follow(self)
                self._start_over()
        return current is not None

    def close(self) -> None:
        """Hear of nothing any more."""
        self._view.unfollow(self)
        self._clear()

    def _keep(self, event: Event) -> None:
        match event:
            case Refused(reason):
                self._refused = [*self._refused, reason][-REFUSED_MAX:]
            case _ if self._is_reset:
                pass  # the whole picture will carry it
            case TrackChanged(track):
                self._tracks[track.track_id] = track
            case FindingChanged(finding):
                self._findings[finding.finding_id] = finding
            case IncidentChanged(incident):
                self._incidents[incident.incident_id] = incident
            case HealthChanged(health):
                self._health[health.sensor] = health
            case FeedChanged(feed):
                self._feeds[feed.feed] = feed
            case Observed(report):
                self._observations.append(report)
            case _:
                self._keep_of_warnings(event)

    def _keep_of_warnings(self, event: Event) -> None:
        match event:
            case AlarmChanged(alarm):
                self._alarms[alarm.alarm_id] = alarm
            case DraftChanged(incident_id, draft):
                self._drafts[incident_id] = DraftNews(incident_id=incident_id, draft=draft)
            case ChannelHealthChanged(health):
                self._channels[health.channel] = health
            case ShiftChanged():
                self._shift = event
            case _:
                pass

    def _changes(self, trouble: list[str]) -> Update:
        return Update(
            clock=self._view.clock,
            tracks=list(self._tracks.values()),
            findings=list(self._findings.values()),
            incidents=list(self._incidents.values()),
            health=list(self._health.values()),
            feeds=list(self._feeds.values()),
            observations=self._observations,
            alarms=list(self._alarms.values()),
            drafts=list(self._drafts.values()),
            channels=list(self._channels.values()),
            suppressions=list(self._shift.suppressions) if self._shift is not None else None,
            hand_overs=list(self._shift.hand_overs) if self._shift is not None else None,
            refused=self._refused,
            trouble=trouble,
        )

    def _start_over(self) -> None:
        refused = self._refused
        self._clear()
        self._is_reset, self._refused = True, refused

    def _clear(self) -> None:
        self._is_reset = self._is_clock_due = False
        self._tracks, self._findings, self._incidents = {}, {}, {}
        self._health, self._feeds = {}, {}
        self._observations, self._refused = [], []
        self._alarms, self._drafts, self._channels, self._shift = {}, {}, {}, None


class Hub:
    """The clients that are connected, at most `clients_max` of them."""

    def __init__(self, clients_max: int = CLIENTS_MAX) -> None:
        self.is_closing = False
        self._clients_max = clients_max
        self._wakes: dict[Client, Callable[[], None]] = {}

    @property
    def n_clients(self) -> int:
        """How many clients are connected."""
        return len(self._wakes)

    @property
    def clients(self) -> list[Client]:
        """The clients that are connected."""
        return list(self._wakes)

    @property
    def is_full(self) -> bool:
        """True if no further client can be taken."""
        return self.is_closing or len(self._wakes) >= self._clients_max

    def join(self, desk: Desk, view_name: ViewName, view: View, wake: Callable[[], None]) -> Client:
        """Return a new client that follows the view."""
        client = Client(desk, view_name, view, wake)
        self._wakes[client] = wake
        return client

    def leave(self, client: Client) -> None:
        """Forget the client."""
        client.close()
        self._wakes.pop(client, None)

    def wake_all(self) -> None:
        """Let every client look around: a view was opened or closed."""
        for wake in list(self._wakes.values()):
            wake()

    def close(self) -> None:
        """Let every client end."""
        self.is_closing = True
        self.wake_all()
