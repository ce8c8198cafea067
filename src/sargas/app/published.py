"""What every view shares: an engine whose changes are told to listeners."""

from sargas.app.supervise import Guard
from sargas.engine import Engine
from sargas.model.picture import Event, Picture
from sargas.web.desk import Listener


class Published:
    """An engine and those who follow it."""

    def __init__(self, engine: Engine) -> None:
        self.guard = Guard(engine)
        self._listeners: list[Listener] = []

    @property
    def engine(self) -> Engine:
        """The engine that makes the picture."""
        return self.guard.engine

    @property
    def picture(self) -> Picture:
        """The picture now."""
        return self.engine.picture

    def follow(self, listener: Listener) -> None:
        """Tell `listener` of every change from now on."""
        self._listeners.append(listener)

    def unfollow(self, listener: Listener) -> None:
        """Stop telling `listener`."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def publish(self, events: list[Event]) -> None:
        """Tell everyone of these changes."""
        if events:
            for listener in list(self._listeners):
                listener.on_events(events)

    def tell_clock(self) -> None:
        """Tell everyone that the clock, or the state of the watch itself, changed."""
        for listener in list(self._listeners):
            listener.on_clock()

    def tell_reset(self) -> None:
        """Tell everyone that the picture is another one."""
        for listener in list(self._listeners):
            listener.on_reset()
