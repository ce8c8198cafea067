"""The application over a desk, and the server that runs it in our own event loop."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp
from msgspec import Struct

from sargas.model.errors import AccountError, ConfigError, DataError, DecisionError, JournalError
from sargas.web import (
    act_routes,
    alarm_routes,
    dossier_routes,
    faults,
    file_routes,
    map_routes,
    page,
    press_routes,
    read_routes,
    register_routes,
    search_routes,
    session_routes,
    status_routes,
)
from sargas.web.accounts import Accounts
from sargas.web.described import described
from sargas.web.desk import Desk
from sargas.web.door import Door
from sargas.web.guard import KnownHosts, TimedBodies, add_headers, mark_exercise, same_origin
from sargas.web.hosts import LOOPBACK
from sargas.web.hub import CLIENTS_MAX, Hub
from sargas.web.protocol import TimedProtocol
from sargas.web.shared import Shared

ROUTES = [
    read_routes.read_desk,
    read_routes.read_picture,
    read_routes.read_stream,
    read_routes.read_tracks,
    read_routes.read_outlook,
    read_routes.read_incidents,
    read_routes.read_incident,
    read_routes.read_sensors,
    alarm_routes.read_alarm_log,
    alarm_routes.read_shift,
    map_routes.read_zones,
    map_routes.read_sensor_map,
    map_routes.read_places,
    act_routes.decide,
    act_routes.play,
    act_routes.open_replay,
    act_routes.close_replay,
    act_routes.post_feed,
    search_routes.read_search,
    search_routes.read_hypotheses,
    search_routes.read_search_file,
    search_routes.order_search,
    search_routes.post_tracks,
    register_routes.search_register,
    register_routes.read_register_statistics,
    register_routes.read_register_csv,
    register_routes.read_register_geojson,
    register_routes.read_register_record,
    register_routes.take_into_register,
    press_routes.read_article,
    file_routes.hand_in,
    file_routes.read_evidence,
    file_routes.read_frames,
    file_routes.read_steps,
    dossier_routes.read_dossier,
    session_routes.read_login,
    session_routes.read_me,
    session_routes.sign_in,
    session_routes.sign_out,
    session_routes.change_password,
    session_routes.begin_openid,
    session_routes.finish_openid,
    status_routes.read_health,
    status_routes.read_metrics,
    page.read_index,
    page.read_wall,
    page.read_shift_page,
    page.read_register_page,
    page.read_search_page,
    page.read_file,
]
CONNECTIONS_MAX = 1_000
BODY_S = 30.0
"""How long a request's body may take to come in."""
GRACE_S = 1
"""How long running answers may take when the server ends; uvicorn takes whole seconds."""


def create_app(
    desk: Desk,
    *,
    clients_max: int = CLIENTS_MAX,
    built: page.Page | None = None,
    accounts: Accounts | None = None,
) -> Litestar:
    """Return the application; `built` is another page than the packaged one. Without accounts all may do all."""
    shared = Shared(desk, Hub(clients_max), accounts)
    shown = built or page.packaged_page()
    app = Litestar(
        route_handlers=ROUTES,
        dependencies={
            "shared": Provide(lambda: shared, sync_to_thread=False),
            "page": Provide(lambda: shown, sync_to_thread=False),
        },
        guards=[same_origin] if accounts is None else [same_origin, Door(accounts).let_in],
        before_send=[add_headers, mark_exercise],
        exception_handlers={
            HTTPException: faults.on_http,
            faults.NotThere: faults.on_not_there,
            faults.SignInFirst: faults.on_sign_in_first,
            faults.Full: faults.on_full,
            TimeoutError: faults.on_slow,
            RecursionError: faults.on_deep,
            DecisionError: faults.on_decision,
            JournalError: faults.on_journal,
            AccountError: faults.on_accounts,
            DataError: faults.on_data,
            Exception: faults.on_anything,
        },
        compression_config=CompressionConfig(
            backend="gzip", gzip_compress_level=1, minimum_size=4_096, exclude_opt_key="is_uncompressed"
        ),
        openapi_config=described(has_accounts=accounts is not None),
        logging_config=None,
        debug=False,
    )
    app.state.shared = shared
    return app


class Way(Struct, frozen=True, kw_only=True):
    """How the server is reached: by TLS with these files, through these proxies, under these names."""

    certificate: str = ""
    key: str = ""
    trusted_proxies: tuple[str, ...] = ()
    host_names: tuple[str, ...] = ()


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the app owns the signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serve(app: Litestar, host: str, port: int, way: Way | None = None) -> AsyncIterator[int]:
    """Serve until the block ends; gives the bound port (0 asks for any free one).

    Raises:
        ConfigError: nothing can listen there.
    """
    way = way or Way()
    server = _Server(
        uvicorn.Config(
            TimedBodies(_of_known_hosts(app, host, way), BODY_S),
            http=TimedProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",  # its warnings are of what strangers send: they could fill the log
            access_log=False,
            server_header=False,
            proxy_headers=bool(way.trusted_proxies),
            forwarded_allow_ips=list(way.trusted_proxies),
            ssl_certfile=way.certificate or None,
            ssl_keyfile=way.key or None,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=GRACE_S,
            limit_concurrency=CONNECTIONS_MAX,
        )
    )
    try:
        server.config.load()
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise ConfigError(f"web: certificate {way.certificate} and key {way.key} cannot be used: {error}") from error
    listening = await _listen(host, port)
    running = asyncio.create_task(server.serve(sockets=[listening]), name="web")
    try:
        yield int(listening.getsockname()[1])
    finally:
        shared: Shared = app.state.shared
        shared.hub.close()
        server.should_exit = True
        await running
        for connection in list(server.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        listening.close()


def _of_known_hosts(app: Litestar, host: str, way: Way) -> ASGIApp:
    """Return the application behind the check of the names that it answers to."""
    names = frozenset(name.casefold() for name in way.host_names)
    if host in LOOPBACK:
        return KnownHosts(app, LOOPBACK | {host} | names)
    # A played desk may be shown to others under any name: nothing on it is real.
    is_guarded = app.state.shared.accounts is not None
    return KnownHosts(app, LOOPBACK | names, takes_addresses=True) if is_guarded else app


async def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens, so that a port in use is our error and not an exit."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        return socket.create_server(address, family=family, backlog=128)
    except OSError as error:
        raise ConfigError(f"web: cannot listen on {host} port {port}: {error.strerror or error}") from error
