"""Where the desk is served and who may come in, as a configuration says it."""

from pathlib import Path

import pytest

from sargas.app import config
from sargas.app.accounts import way_of
from sargas.app.prompting import address, front_of
from sargas.app.web_section import Web
from sargas.store import accounts_sqlite

WATCH = '[watch]\ncountry = "LT"\n'


def mistakes_of(text: str, folder: Path = Path()) -> list[str]:
    return [str(mistake) for mistake in config.check(WATCH + text, folder).mistakes]


def test_an_account_is_required_on_loopback_unless_it_is_told_otherwise() -> None:
    web = config.check(WATCH, Path()).value
    assert web is not None
    assert (web.web.host, web.web.accounts) == ("127.0.0.1", "required")
    assert mistakes_of('[web]\naccounts = "open"\n') == []


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "watch.example.lt"])
def test_what_others_can_reach_needs_tls_and_accounts(host: str) -> None:
    (told,) = mistakes_of(f'[web]\nhost = "{host}"\n')
    assert told.startswith("line 4: web.host: ")
    assert "passwords would travel in the clear" in told
    (told,) = mistakes_of(f'[web]\nhost = "{host}"\naccounts = "open"\ntrusted_proxies = ["192.0.2.2"]\n')
    assert told.startswith("line 5: web.accounts: ")
    assert mistakes_of(f'[web]\nhost = "{host}"\ntrusted_proxies = ["192.0.2.2"]\n') == []


def test_files_that_are_not_there_and_halves_of_pairs_are_told(tmp_path: Path) -> None:
    (tmp_path / "watch.pem").write_text("a certificate")
    assert mistakes_of('[web]\ncertificate = "watch.pem"\n', tmp_path) == [
        "line 3: web: certificate and key go together"
    ]
    (told,) = mistakes_of('[web]\ncertificate = "watch.pem"\nkey = "none.key"\n', tmp_path)
    assert told == "line 5: web.key: no file 'none.key'"


def test_what_is_no_network_is_told() -> None:
    (told,) = mistakes_of('[web]\ntrusted_proxies = ["10.0.0.0/8", "10.0.0.1/8"]\n')
    assert told.endswith("'10.0.0.1/8' is no address or network, as 10.0.0.0/8 is")


OIDC = '[web.oidc]\nissuer = "https://id.example"\nclient_id = "sargas"\n'


def test_a_sign_in_service_gives_roles_by_https() -> None:
    assert mistakes_of(OIDC + 'roles = { duty = "officer" }\n') == []
    (told,) = mistakes_of(OIDC)
    assert "nobody could come in" in told
    (told,) = mistakes_of(OIDC.replace("https", "http") + 'roles = { duty = "officer" }\n')
    assert "must be reached by https" in told
    (told,) = mistakes_of(OIDC + 'roles = { duty = "king" }\n')
    assert "web.oidc.roles" in told
    (told,) = mistakes_of(OIDC + 'roles = { duty = "officer" }\nclient_secret_file = "none"\n')
    assert "no file 'none'" in told
    (told,) = mistakes_of(OIDC + 'roles = { duty = "officer" }\nscopes = ["profile"]\n')
    assert '"openid" must be among them' in told


def test_only_a_feed_that_takes_posts_names_accounts() -> None:
    feed = '[[feeds]]\nname = "a"\naccounts = ["radar-7"]\ndecoder = { type = "jsonl" }\n'
    assert mistakes_of(feed + 'transport = { type = "http_post" }\n') == []
    (told,) = mistakes_of(feed + 'transport = { type = "udp", port = 0 }\n')
    assert told == "line 5: feeds[0].accounts: only a feed with the transport http_post takes posts"


def test_the_accounts_are_beside_the_journal() -> None:
    assert accounts_sqlite.beside(Path("data/night.journal")) == Path("data/night.journal.accounts")


def test_commands_find_a_watch_by_the_name_in_its_certificate(tmp_path: Path) -> None:
    assert address(Web(port=1)) == "http://127.0.0.1:1"
    assert address(Web(host="0.0.0.0", port=1, trusted_proxies=["192.0.2.1"])) == "http://127.0.0.1:1"
    own = Web(host="0.0.0.0", port=1, certificate="c", key="k", host_names=["watch.example.lt"])
    assert address(own) == "https://watch.example.lt:1"
    assert way_of(own, Path("/x")).certificate == "/x/c"
    (tmp_path / "watch.toml").write_text(WATCH + '[web]\ncertificate = "c.pem"\nkey = "c.key"\n')
    assert front_of(tmp_path / "watch.toml").web.certificate == str(tmp_path / "c.pem")
