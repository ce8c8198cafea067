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
from litestar.openapi import OpenAPIConfig

from sargas import __version__
from sargas.model.errors import ConfigError, DataError, DecisionError, JournalError
from sargas.web import act_routes, alarm_routes, faults, map_routes, page, read_routes, search_routes, status_routes
from sargas.web.described import Mended
from sargas.web.desk import Desk
from sargas.web.guard import LOOPBACK, KnownHosts, TimedBodies, add_headers, mark_exercise, same_origin
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
    status_routes.read_health,
    status_routes.read_metrics,
    page.read_index,
    page.read_wall,
    page.read_shift_page,
    page.read_search_page,
    page.read_file,
]
CONNECTIONS_MAX = 1_000
BODY_S = 30.0
"""How long a request's body may take to come in."""
GRACE_S = 1
"""How long running answers may take when the server ends; uvicorn takes whole seconds."""


def create_app(desk: Desk, *, clients_max: int = CLIENTS_MAX, built: page.Page | None = None) -> Litestar:
    """Return the application; `built` is another page than the packaged one."""
    shared = Shared(desk, Hub(clients_max))
    shown = built or page.packaged_page()
    app = Litestar(
        route_handlers=ROUTES,
        dependencies={
            "shared": Provide(lambda: shared, sync_to_thread=False),
            "page": Provide(lambda: shown, sync_to_thread=False),
        },
        guards=[same_origin],
        before_send=[add_headers, mark_exercise],
        exception_handlers={
            HTTPException: faults.on_http,
            faults.NotThere: faults.on_not_there,
            faults.Full: faults.on_full,
            TimeoutError: faults.on_slow,
            RecursionError: faults.on_deep,
            DecisionError: faults.on_decision,
            JournalError: faults.on_journal,
            DataError: faults.on_data,
            Exception: faults.on_anything,
        },
        compression_config=CompressionConfig(
            backend="gzip", gzip_compress_level=1, minimum_size=4_096, exclude_opt_key="is_uncompressed"
        ),
        openapi_config=OpenAPIConfig(title="Sargas", version=__version__, path="/schema", render_plugins=[Mended()]),
        logging_config=None,
        debug=False,
    )
    app.state.shared = shared
    return app


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the app owns the signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serve(app: Litestar, host: str, port: int) -> AsyncIterator[int]:
    """Serve until the block ends; gives the bound port (0 asks for any free one).

    Raises:
        ConfigError: nothing can listen there.
    """
    listening = await _listen(host, port)
    guarded = TimedBodies(KnownHosts(app, LOOPBACK | {host}) if host in LOOPBACK else app, BODY_S)
    server = _Server(
        uvicorn.Config(
            guarded,
            http=TimedProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=GRACE_S,
            limit_concurrency=CONNECTIONS_MAX,
        )
    )
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


async def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens, so that a port in use is our error and not an exit."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        return socket.create_server(address, family=family, backlog=128)
    except OSError as error:
        raise ConfigError(f"web: cannot listen on {host} port {port}: {error.strerror or error}") from error
