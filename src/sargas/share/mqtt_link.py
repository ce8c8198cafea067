"""One connection to an MQTT broker, turned by hand in a thread of its own, so that each of its waits has an end.

paho-mqtt speaks the protocol here, without its own threads: aiomqtt 2.5 leaves socket and task behind when the broker
takes the connection and says nothing, or when it is cancelled while it connects.

Source: OASIS MQTT 5.0 (2019); section numbers are those of 5.0, 3.1.1 says the same but for the reason codes.
"""

import asyncio
import contextlib
import select
import ssl
import struct
import threading
import time
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, Literal, TypeVar

import paho.mqtt.client as paho
from msgspec import Meta, Struct
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.exception import MQTTException
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from sargas.model.errors import ChannelError, ConfigError
from sargas.share.connecting import CONNECT_S, is_loopback, secret, tls_context
from sargas.share.wording import one_line

T = TypeVar("T")
Topic = Annotated[str, Meta(pattern=r"^[^+#\x00$/][^+#\x00]{0,199}$", description="no wildcards")]
PORTS: Final = {True: 8883, False: 1883}
"""With TLS and without (IANA: secure-mqtt, mqtt)."""
KEEPALIVE_S: Final = 5
"""Between two pings (3.1.2.10): a broker that is gone without a word shows in twice that."""
TURN_S: Final = 0.05
"""How soon the thread sees that it should stop."""
NOBODY: Final = 0x10
"""No matching subscribers (3.4.2.1)."""
VERSIONS: Final = {"3.1.1": paho.MQTTv311, "5": paho.MQTTv5}
BROKEN: Final = (OSError, ValueError, LookupError, struct.error, MQTTException)
"""What paho raises on a lost connection and on bytes that are no MQTT."""


class Broker(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which broker, and how it is reached.

    `port` is 8883, without TLS 1883, if it is not given. With `version` 5 a broker says when we may not publish; one
    of 3.1.1 takes the message, throws it away, and says nothing. All topics begin with `prefix`, those of an exercise
    with `exercise/` before it. `client_id` must be our own among all clients of the broker. The broker's certificate
    is always checked, against `ca_file` alone if it is given. `password_file` belongs to `user`. Without TLS only
    this machine is spoken to, unless `is_plain_allowed`.
    """

    host: Annotated[str, Meta(min_length=1, max_length=255)]
    port: Annotated[int, Meta(ge=1, le=65_535)] | None = None
    version: Literal["5", "3.1.1"] = "5"
    prefix: Topic = "sargas"
    client_id: Annotated[str, Meta(max_length=128)] = ""
    is_tls: bool = True
    user: Annotated[str, Meta(max_length=255)] = ""
    password_file: str = ""
    ca_file: str = ""
    certificate_file: str = ""
    key_file: str = ""
    is_plain_allowed: bool = False


class Access(Struct, frozen=True):
    """A broker's settings with what stands in their files."""

    broker: Broker
    port: int
    client_id: str
    password: str
    tls: ssl.SSLContext | None

    @property
    def label(self) -> str:
        """Return the broker for a person."""
        return f"{self.broker.host}:{self.port}"


class ClosedSocket(ssl.SSLSocket):
    """A TLS socket that is closed when its handshake fails; paho would leave it open until it is forgotten."""

    def do_handshake(self, block: bool = False) -> None:
        """Shake hands.

        Raises:
            OSError: the other end cannot be trusted, or is gone.
        """
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


class Message(Struct, frozen=True):
    """What is published on one topic; a retained one stands there for whoever comes later."""

    topic: str
    payload: bytes
    is_retained: bool = True


def access_to(broker: Broker, client_id: str) -> Access:
    """Return the way to the broker under that client id, unless the settings name another.

    Raises:
        ConfigError: a file cannot be used, or messages would go in the clear.
    """
    if not broker.is_tls and not broker.is_plain_allowed and not is_loopback(broker.host):
        raise ConfigError(f"is_tls: expected TLS; set is_plain_allowed if the way to {broker.host} is safe")
    if bool(broker.user) != bool(broker.password_file):
        raise ConfigError("user and password_file: expected both or neither")
    password = secret(broker.password_file, "password_file")
    tls = None
    if broker.is_tls:
        tls = tls_context(broker.ca_file, broker.certificate_file, broker.key_file)
        tls.sslsocket_class = ClosedSocket
    return Access(broker, broker.port or PORTS[broker.is_tls], broker.client_id or client_id, password, tls)


def topic(broker: Broker, *parts: str, is_exercise: bool) -> str:
    """Return the topic of these parts; one of an exercise is apart from all others."""
    return "/".join([*(["exercise"] if is_exercise else []), broker.prefix.strip("/"), *parts])


class Link:
    """A connection that one thread opens, uses and closes; every call ends, or raises ChannelError, in bounded time.

    `stop` may be set by any thread: what is waited for then ends within a twentieth of a second.
    """

    def __init__(self, access: Access, stop: threading.Event, will: Message | None = None) -> None:
        self._access = access
        self._stop = stop
        self._welcome: ReasonCode | None = None
        self._answers: dict[int, ReasonCode] = {}
        broker = access.broker
        self._client = client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=access.client_id,
            protocol=VERSIONS[broker.version],
            clean_session=None if broker.version == "5" else True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_S
        client.on_connect = self._on_connect
        client.on_publish = self._on_publish
        if broker.user:
            client.username_pw_set(broker.user, access.password)
        if access.tls is not None:
            client.tls_set_context(access.tls)
        if will is not None:
            client.will_set(will.topic, will.payload, qos=1, retain=will.is_retained)

    def open(self, within_s: float) -> None:
        """Connect, and wait for the broker's welcome.

        Raises:
            ChannelError: it does not come, or the broker refuses us.
        """
        ends_s = time.monotonic() + within_s
        try:
            self._client.connect(self._access.broker.host, self._access.port, keepalive=KEEPALIVE_S)
        except TimeoutError as error:
            raise self._fault(f"does not take connections: nothing within {CONNECT_S:g} s") from error
        except BROKEN as error:
            raise self._fault(f"cannot be reached: {_why(error)}") from error
        try:
            while self._welcome is None:
                self._turn(ends_s, f"took the connection and said nothing within {within_s:g} s")
            if self._welcome.is_failure:
                raise self._fault(f"refuses us: {self._welcome}")
        except ChannelError as error:
            # A broker of 3.1.1 refuses 5 in its own way, or without a word (3.1.2.2).
            raise ChannelError(f"{error}{self._hint()}") from error

    def publish(self, messages: Sequence[Message], within_s: float, *, is_confirmed: bool) -> bool:
        """Publish, and wait until all is written, or confirmed (QoS 1); return whether somebody is listening.

        Brokers of version 3.1.1 do not tell who is listening; it is then assumed.

        Raises:
            ChannelError: the broker went, did not confirm in time, or refused a message.
        """
        ends_s = time.monotonic() + within_s
        self._answers.clear()
        sent = []
        for message in messages:
            info = self._client.publish(message.topic, message.payload, int(is_confirmed), message.is_retained)
            if info.rc != paho.MQTT_ERR_SUCCESS:
                raise self._fault(f"the connection broke off: {paho.error_string(info.rc)}")
            sent.append(info)
        while not all(info.is_published() for info in sent):
            self._turn(ends_s, f"did not confirm within {within_s:.1f} s; it may have the messages all the same")
        answers = [self._answers[info.mid] for info in sent if info.mid in self._answers]
        for refused in (answer for answer in answers if answer.is_failure):
            raise self._fault(f"refused to publish: {refused}")
        return not answers or any(answer.value != NOBODY for answer in answers)

    def rest(self, seconds: float) -> None:
        """Answer the broker's packets and keep the connection alive for so long, or until `stop`.

        Raises:
            ChannelError: the broker is gone.
        """
        ends_s = time.monotonic() + seconds
        while time.monotonic() < ends_s and not self._stop.is_set():
            self._pump(min(TURN_S, seconds))

    def close(self) -> None:
        """Say goodbye if that can be done at once, and close the socket."""
        with contextlib.suppress(*BROKEN):
            self._client.disconnect()
        left = self._client.socket()
        if left is not None:
            left.close()

    def _turn(self, ends_s: float, late: str) -> None:
        """Move bytes once, and no longer than until `ends_s` or `stop`."""
        if self._stop.is_set():
            raise self._fault("given up: the watch stopped it")
        left_s = ends_s - time.monotonic()
        if left_s <= 0.0:
            raise self._fault(late)
        self._pump(min(TURN_S, left_s))

    def _pump(self, wait_s: float) -> None:
        """Wait for the socket and move what it takes; not by paho's `select`, which knows no file past the 1024th."""
        client = self._client
        socket = client.socket()
        if socket is None:
            raise self._fault("closed the connection")
        try:
            waiting = select.poll()
            waiting.register(socket.fileno(), select.POLLIN | (select.POLLOUT if client.want_write() else 0))
            is_pending = isinstance(socket, ssl.SSLSocket) and socket.pending() > 0
            ready = dict(waiting.poll(0 if is_pending else 1_000.0 * wait_s))
            flags = ready.get(socket.fileno(), 0)
            code = paho.MQTT_ERR_SUCCESS
            if is_pending or flags & ~select.POLLOUT:
                code = client.loop_read()
            if code == paho.MQTT_ERR_SUCCESS and flags & select.POLLOUT:
                code = client.loop_write()
            if code == paho.MQTT_ERR_SUCCESS:
                code = client.loop_misc()
        except BROKEN as error:
            raise self._fault(f"the connection broke off: {_why(error)}") from error
        if code != paho.MQTT_ERR_SUCCESS and not (self._welcome and self._welcome.is_failure):
            raise self._fault(f"the connection broke off: {paho.error_string(code)}")

    def _on_connect(
        self, client: paho.Client, data: object, flags: object, reason: ReasonCode, properties: Properties | None
    ) -> None:
        del client, data, flags, properties
        self._welcome = reason

    def _on_publish(
        self, client: paho.Client, data: object, mid: int, reason: ReasonCode, properties: Properties | None
    ) -> None:
        del client, data, properties
        self._answers[mid] = reason

    def _hint(self) -> str:
        if self._access.broker.version != "5" or self._stop.is_set():
            return ""
        is_refused = self._welcome is not None and "rotocol version" not in str(self._welcome)
        return "" if is_refused else '; if it is one of MQTT 3.1.1, set version = "3.1.1"'

    def _fault(self, what: str) -> ChannelError:
        return ChannelError(f"broker {self._access.label}: {one_line(what)}")


class OneThread:
    """Does blocking work in a thread, one piece at a time: what was given up comes to its end before the next begins.

    A broker ends the connection of a client whose id comes again, so that two pieces would throw each other out.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._running: asyncio.Future[Any] | None = None

    async def do(self, work: Callable[[threading.Event], T], longest_s: float, late: str) -> T:
        """Return what the work returns; cancelled or too slow, it is told to stop and ends by itself.

        Raises:
            ChannelError: `late`, it took longer than that; or what the work raised.
        """
        stop = threading.Event()
        async with self._turn:
            if self._running is not None:
                await asyncio.wait([self._running], timeout=longest_s)
            running = asyncio.get_running_loop().run_in_executor(None, work, stop)
            running.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # perhaps nobody waits
            self._running = running
            try:
                await asyncio.wait([running], timeout=longest_s)
            finally:
                stop.set()
            if running.done():
                return running.result()
            raise ChannelError(late)


def _why(error: Exception) -> str:
    return one_line(str(error)) or type(error).__name__
