"""Commands at a watch that asks who they are."""

import asyncio
from pathlib import Path

import pytest

from accounts_kit import House
from sargas.app.desk_client import Desk
from sargas.app.prompting import front_of, watch_of
from sargas.cli import main
from sargas.model.decision import Acknowledge
from sargas.model.errors import ConfigError, DecisionError, JournalError
from sargas.store import journal_sqlite
from sargas.web.server import Way, create_app, serve
from share_peers import Certificates
from unit.web.memory_desk import MemoryDesk, with_loss


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SARGAS_TOKEN", raising=False)
    monkeypatch.delenv("SARGAS_TOKEN_FILE", raising=False)


def asked(deed: object, way: Way | None = None, *, house: House | None = None) -> None:
    """Let a deed ask a served desk with accounts, in a thread, as a command does from another process."""

    async def whole() -> None:
        desk = MemoryDesk()
        with_loss(desk)
        app = create_app(desk, accounts=(house or House()).gate)
        async with serve(app, "127.0.0.1", 0, way) as port:
            await asyncio.to_thread(deed, port)  # type: ignore[arg-type]

    asyncio.run(whole())


def test_without_a_token_it_is_said_how_to_get_one() -> None:
    def deed(port: int) -> None:
        watch = Desk(f"http://127.0.0.1:{port}")
        assert watch.answers("whatever its title is")
        with pytest.raises(JournalError, match=r"asks who you are: put a token into SARGAS_TOKEN.*account token"):
            watch.picture()

    asked(deed)


def test_a_token_comes_from_the_environment_or_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = House()
    secret = house.token("officer")
    (tmp_path / "token").write_text(secret + "\n")

    def deed(port: int) -> None:
        for name, value in (("SARGAS_TOKEN", secret), ("SARGAS_TOKEN_FILE", str(tmp_path / "token"))):
            monkeypatch.setenv(name, value)
            watch = Desk(f"http://127.0.0.1:{port}")
            assert watch.answers("Vilnius sector")
            (incident,) = watch.picture().incidents
            with pytest.raises(DecisionError, match="cannot decide as 'somebody else'"):
                watch.decide(Acknowledge(officer="somebody else", incident_id=incident))
            monkeypatch.delenv(name)

    asked(deed, house=house)


def test_a_token_that_is_not_taken_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SARGAS_TOKEN", "sargas_old")

    def deed(port: int) -> None:
        with pytest.raises(JournalError, match=r"does not take the token of SARGAS_TOKEN.*revoked or over"):
            Desk(f"http://127.0.0.1:{port}").picture()

    asked(deed)
    monkeypatch.setenv("SARGAS_TOKEN_FILE", str(tmp_path / "none"))
    with pytest.raises(ConfigError, match=r"SARGAS_TOKEN_FILE.*none: No such file"):
        Desk("http://127.0.0.1:1")


def test_the_watchs_own_certificate_is_trusted_and_no_other(tmp_path: Path) -> None:
    own, other = Certificates(tmp_path), Certificates(tmp_path.parent)

    def deed(port: int) -> None:
        url = f"https://localhost:{port}"
        assert Desk(url, certificate=own.server_file).answers()
        assert not Desk(url, certificate=other.server_file).answers()
        assert not Desk(url).answers()

    asked(deed, Way(certificate=own.server_file, key=own.server_key_file))


def test_the_file_of_a_token_may_be_named_before_any_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SARGAS_TOKEN_FILE", "")
    assert main._without_token_file(["--token-file", "f", "shift", "x.toml"]) == ["shift", "x.toml"]
    assert main._without_token_file(["shift", "--token-file"]) == ["shift", "--token-file"]
    assert main.os.environ["SARGAS_TOKEN_FILE"] == "f"


def test_a_watch_that_does_not_tell_its_title_is_ours_only_while_somebody_writes_our_journal(tmp_path: Path) -> None:
    path = tmp_path / "watch.toml"

    def deed(port: int) -> None:
        path.write_text(f'watch = {{ title = "Another", country = "LT" }}\nweb = {{ port = {port} }}\n')
        front = front_of(path)
        assert watch_of(front, None) is None
        assert watch_of(front, f"http://127.0.0.1:{port}") is not None
        journal = journal_sqlite.build(journal_sqlite.Settings(path=str(tmp_path / "sargas.journal")))
        assert watch_of(front, None) is not None
        journal.close()
        assert watch_of(front, None) is None

    asked(deed)
