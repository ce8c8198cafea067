"""Signing in by another service: against a certified provider that runs here, and against tokens that are not sound.

The provider is npm's oidc-provider (panva), which the OpenID Foundation has certified; tests/oidc has it.
"""

import asyncio
import base64
import hmac
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from litestar.testing import TestClient

from accounts_kit import House
from sargas.app.openid import BEGUN_S, Begun, OpenIdConnect
from sargas.app.web_section import OpenIdSection
from sargas.model.account import Account
from sargas.model.errors import ConfigError
from sargas.web.accounts import SignInRefused
from sargas.web.server import create_app
from unit.web.memory_desk import MemoryDesk

PROVIDER = Path(__file__).parents[2] / "oidc"
REDIRECT = "http://127.0.0.1:1/login/oidc/callback"
ISSUER = "https://id.example"
NOW_S = 1_800_000_000.0


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The address of the provider."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is not None and npm is not None and not (PROVIDER / "node_modules").is_dir():
        subprocess.run([npm, "ci", "--silent"], cwd=PROVIDER, check=False, capture_output=True, timeout=120.0)
    if node is None or not (PROVIDER / "node_modules" / "oidc-provider").is_dir():
        pytest.skip("no OpenID provider here: run `npm ci` in tests/oidc (Node.js 20 or newer)")
    process = subprocess.Popen(
        [node, "provider.mjs", REDIRECT],
        cwd=PROVIDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        address = next((line.strip() for line in process.stdout if line.startswith("http://")), "")
        if not address:
            pytest.skip(f"the OpenID provider does not run here: it ended with {process.wait()}")
        yield address
    finally:
        process.stdin.close()
        process.wait(timeout=10.0)
        process.stdout.close()


def service(house: House, issuer: str, tmp_path: Path) -> OpenIdConnect:
    (tmp_path / "secret").write_text("a secret of the tests\n")
    section = OpenIdSection(
        issuer=issuer, client_id="sargas", client_secret_file="secret", title="Ministry", roles={"duty": "officer"}
    )
    house.gate.openid = found = OpenIdConnect(section, tmp_path, house.accounts, house.gate)
    return found


def at_the_service(url: str, person: str) -> dict[str, str]:
    """Return what the provider sends back by the browser of a person who has signed in there."""
    with httpx.Client(follow_redirects=False, trust_env=False) as browser:
        answer = browser.get(url)
        for _ in range(12):
            if answer.status_code == 200:
                prompt = "login" if 'name="login"' in answer.text else "consent"
                form = {"prompt": prompt, **({"login": person, "password": "any"} if prompt == "login" else {})}
                answer = browser.post(answer.url, data=form)
                continue
            assert answer.is_redirect, answer.text
            location = str(answer.url.join(answer.headers["location"]))
            if location.startswith(REDIRECT):
                return dict(parse_qsl(urlsplit(location).query))
            answer = browser.get(location)
    raise AssertionError("the provider did not send the browser back")


def test_a_person_comes_in_by_the_service_with_the_role_that_it_gives(issuer: str, tmp_path: Path) -> None:
    house = House(now_s=time.time())
    service(house, issuer, tmp_path)
    app = create_app(MemoryDesk(), accounts=house.gate)
    with TestClient(app, base_url="http://127.0.0.1:1") as browser:
        assert browser.get("/api/me").json()["openid"] == "Ministry"
        sent = browser.get("/login/oidc", follow_redirects=False)
        asked = dict(parse_qsl(urlsplit(sent.headers["location"]).query))
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "SameSite=lax" in sent.headers["set-cookie"]
        assert "HttpOnly" in sent.headers["set-cookie"]
        answer = at_the_service(sent.headers["location"], "ona")
        back = browser.get("/login/oidc/callback", params=answer)
        assert back.status_code == 200
        assert 'url=/"' in back.text
        me = browser.get("/api/me").json()
        assert (me["name"], me["full_name"], me["roles"]) == ("ona", "Ona Kazlauskienė", ["officer"])
        again = browser.get("/login/oidc/callback", params=answer, follow_redirects=False)
        assert "not+begun+here" in again.headers["location"]
    assert house.told()[-4:-1] == [
        "Ministry (" + issuer + ") made account ona (officer)",
        f"ona is ona of {issuer}",
        "ona signed in from testclient",
    ]


def test_the_second_time_it_is_the_same_account_with_todays_role(issuer: str, tmp_path: Path) -> None:
    house = House(now_s=time.time())
    openid = service(house, issuer, tmp_path)
    for _ in range(2):
        url, state = asyncio.run(openid.begin(REDIRECT))
        signed_in = asyncio.run(openid.finish(state, at_the_service(url, "ona"), "192.0.2.1"))
        assert signed_in.entrance.account.roles == ("officer",)
        house.accounts.set_roles("ona", ["viewer"], by="test", now_s=house.now_s)
    assert sum(account.name == "ona" for account in house.accounts.all()) == 1


def test_whoever_has_no_role_here_does_not_come_in(issuer: str, tmp_path: Path) -> None:
    house = House(now_s=time.time())
    openid = service(house, issuer, tmp_path)
    url, state = asyncio.run(openid.begin(REDIRECT))
    with pytest.raises(SignInRefused, match="no role that may come in here"):
        asyncio.run(openid.finish(state, at_the_service(url, "petras"), "192.0.2.1"))
    assert all(account.name != "petras" for account in house.accounts.all())
    assert "failed: Ministry gives you no role" in house.told()[-1]


def test_a_name_at_the_service_does_not_take_over_an_account_of_that_name(issuer: str, tmp_path: Path) -> None:
    house = House(now_s=time.time())
    house.accounts.add(Account(name="admin", roles=("administrator",)), None, by="test")
    openid = service(house, issuer, tmp_path)
    url, state = asyncio.run(openid.begin(REDIRECT))
    with pytest.raises(SignInRefused, match="there is already an account 'admin'"):
        asyncio.run(openid.finish(state, at_the_service(url, "admin"), "192.0.2.1"))


def test_an_answer_that_was_asked_for_by_another_browser_is_refused(issuer: str, tmp_path: Path) -> None:
    house = House(now_s=time.time())
    openid = service(house, issuer, tmp_path)
    url, _ = asyncio.run(openid.begin(REDIRECT))
    _, own = asyncio.run(openid.begin(REDIRECT))
    answer = at_the_service(url, "ona")
    for state in ("", own, "x"):
        with pytest.raises(SignInRefused, match="not begun here"):
            asyncio.run(openid.finish(state, answer, "192.0.2.1"))


def test_a_service_that_does_not_answer_is_told(tmp_path: Path) -> None:
    house = House()
    openid = service(house, "http://127.0.0.1:1", tmp_path)
    with pytest.raises(SignInRefused, match="Ministry did not answer"):
        asyncio.run(openid.begin(REDIRECT))
    with TestClient(create_app(MemoryDesk(), accounts=house.gate), base_url="http://127.0.0.1:1") as browser:
        answer = browser.get("/login/oidc", follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login?refused=Ministry+did+not+answer")


KEY, OTHER = RSAKey.generate_key(2048, {"kid": "k"}), RSAKey.generate_key(2048, {"kid": "k"})
BEGUN = Begun(time_s=NOW_S, nonce="the nonce", verifier="v", redirect_uri=REDIRECT)
HS256 = b'{"alg":"HS256","kid":"k"}'
SOUND = {
    "iss": ISSUER,
    "aud": "sargas",
    "sub": "42",
    "nonce": "the nonce",
    "iat": int(NOW_S),
    "exp": int(NOW_S) + 300,
}


def checked(token: str, tmp_path: Path) -> dict[str, object]:
    house = House(now_s=NOW_S)
    openid = service(house, ISSUER, tmp_path)
    return dict(openid._checked(token, {"keys": [KEY.as_dict(private=False)]}, BEGUN, ""))


def test_a_sound_token_is_taken(tmp_path: Path) -> None:
    assert checked(jwt.encode({"alg": "RS256", "kid": "k"}, SOUND, KEY), tmp_path) == SOUND


# OpenID Connect Core 1.0, section 3.1.3.7: issuer, audience, authorized party, signature, algorithm, expiry, nonce
@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": ["sargas", "another"]},  # then it must say to whom it was issued
        {"aud": ["sargas", "another"], "azp": "another"},
        {"exp": int(NOW_S) - 120},
        {"exp": None},
        {"iat": int(NOW_S) + 3_600},
        {"nbf": int(NOW_S) + 3_600},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
    ],
    ids=str,
)
def test_a_token_for_somebody_else_or_of_another_time_is_refused(change: dict[str, object], tmp_path: Path) -> None:
    claims = {key: value for key, value in {**SOUND, **change}.items() if value is not None}
    with pytest.raises(SignInRefused, match="is not sound"):
        checked(jwt.encode({"alg": "RS256", "kid": "k"}, claims, KEY), tmp_path)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def test_a_token_of_another_key_or_of_none_is_refused(tmp_path: Path) -> None:
    by_another = jwt.encode({"alg": "RS256", "kid": "k"}, SOUND, OTHER)
    head, claims, _ = by_another.split(".")
    unsigned = f"eyJhbGciOiJub25lIn0.{claims}."  # {"alg":"none"}
    # the public key taken for a shared secret
    signed = f"{b64(HS256)}.{claims}"
    confused = f"{signed}.{b64(hmac.digest(KEY.as_pem(private=False), signed.encode(), 'sha256'))}"
    for token in (by_another, unsigned, confused, f"{head}.{claims}.", "", "x", "a.b.c"):
        with pytest.raises(SignInRefused, match="is not sound"):
            checked(token, tmp_path)


def test_a_sign_in_that_took_too_long_is_begun_again(tmp_path: Path) -> None:
    house = House(now_s=NOW_S)
    openid = service(house, ISSUER, tmp_path)
    openid._begun["state"] = BEGUN
    house.now_s += BEGUN_S + 1.0
    with pytest.raises(SignInRefused, match="took too long"):
        asyncio.run(openid.finish("state", {"state": "state", "code": "c"}, "192.0.2.1"))


@pytest.mark.parametrize("content", [b"", b"   \n", b"\xff\xfe", b"x" * 5_000])
def test_a_file_without_a_secret_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(content)
    section = OpenIdSection(issuer=ISSUER, client_id="sargas", client_secret_file="bad")
    house = House()
    with pytest.raises(ConfigError, match=r"client_secret_file.*bad"):
        OpenIdConnect(section, tmp_path, house.accounts, house.gate)
