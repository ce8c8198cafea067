"""The accounts of a configuration: their file, the first administrator, and the gate that a watch serves behind."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from sargas.app.config import Config
from sargas.app.gate import Clock, Gate, Terms, first_administrator
from sargas.app.openid import OpenIdConnect
from sargas.app.web_section import Web
from sargas.model.units import DAY_S
from sargas.store import accounts_sqlite
from sargas.store.passwords import Passwords
from sargas.web.server import Way

log = structlog.get_logger()
FirstPassword = Callable[[str], None]
"""Hears the password of the first administrator, which is told once and kept nowhere."""


@contextmanager
def gate_of(config: Config, folder: Path, clock: Clock, told: FirstPassword) -> Iterator[Gate | None]:
    """Give the gate of a configuration, None if its desk is open; makes the first administrator.

    Raises:
        AccountError: the file of the accounts cannot be used.
        ConfigError: the file of the other service's secret cannot be read.
    """
    if config.web.accounts == "open":
        if not config.watch.is_exercise:
            log.warning("desk_is_open", reason="everybody at this machine may decide; [web] accounts is 'open'")
        yield None
        return
    store = accounts_sqlite.build(str(accounts_sqlite.beside(folder / config.journal.path)))
    try:
        passwords = Passwords()
        password = first_administrator(store, passwords, clock())
        if password is not None:
            told(password)
        posters = {feed.name: feed.accounts for feed in config.feeds}
        terms = Terms(session_s=config.web.session_hours * DAY_S / 24.0, posters=posters)
        gate = Gate(store, passwords, clock, terms)
        if config.web.oidc is not None:
            gate.openid = OpenIdConnect(config.web.oidc, folder, store, gate)
        yield gate
    finally:
        store.close()


def way_of(web: Web, folder: Path) -> Way:
    """Return how the desk is reached."""
    return Way(
        certificate=str(folder / web.certificate) if web.certificate else "",
        key=str(folder / web.key) if web.key else "",
        trusted_proxies=tuple(web.trusted_proxies),
        host_names=tuple(web.host_names),
    )
