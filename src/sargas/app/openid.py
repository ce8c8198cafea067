"""Signing in by another service: OpenID Connect Core 1.0, code flow (section 3.1), with PKCE (RFC 7636) and a nonce.

The ID token counts for nothing until its signature, issuer, audience, times and nonce are checked (section 3.1.3.7).
A person is known by issuer and subject, which no other person ever gets (section 5.7); the name is only how the
account is called here, and an account that was made here is never taken over by a service that uses its name.
"""

import secrets
import ssl
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from msgspec import Struct

from sargas.app.gate import Gate
from sargas.app.web_section import SECRET_LONGEST, OpenIdSection
from sargas.model.account import Account, Role
from sargas.model.errors import AccountError, ConfigError
from sargas.store.accounts_sqlite import Accounts
from sargas.web.accounts import SignedIn, SignInRefused

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a public key: with `none` or a shared secret anybody, or the client, could make the token."""
ANSWER_S: Final = 10.0
BEGUN_MAX: Final = 1_000
BEGUN_S: Final = 600.0
"""How long a person may take at the other service."""
LEEWAY_S: Final = 60.0
"""Between the clocks of two machines."""


class Begun(Struct, frozen=True, kw_only=True):
    """What was sent along, to be compared with what comes back."""

    time_s: float
    nonce: str
    verifier: str
    redirect_uri: str


class OpenIdConnect:
    """The other service, as its discovery document describes it."""

    def __init__(self, section: OpenIdSection, folder: Path, accounts: Accounts, gate: Gate) -> None:
        """Read the secret.

        Raises:
            ConfigError: its file cannot be read.
        """
        self.title = section.title
        self._section = section
        self._secret = read_secret(folder / section.client_secret_file) if section.client_secret_file else ""
        self._accounts = accounts
        self._gate = gate
        self._begun: OrderedDict[str, Begun] = OrderedDict()

    async def begin(self, redirect_uri: str) -> tuple[str, str]:
        """Return the address to send the browser to, and the state that it must bring back.

        Raises:
            SignInRefused: the service does not answer.
        """
        about = await self._discovered()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        now_s = self._gate.now_s()
        self._begun[state] = Begun(time_s=now_s, nonce=nonce, verifier=verifier, redirect_uri=redirect_uri)
        while len(self._begun) > BEGUN_MAX:
            self._begun.popitem(last=False)
        url = prepare_grant_uri(
            _text(about, "authorization_endpoint"),
            client_id=self._section.client_id,
            response_type="code",
            redirect_uri=redirect_uri,
            scope=" ".join(self._section.scopes),
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return str(url), state

    async def finish(self, state: str, answer: Mapping[str, str], address: str) -> SignedIn:
        """Return the session of the person whom the service has sent back.

        Raises:
            SignInRefused: what came back is not sound, or the person may not come in.
        """
        try:
            claims = await self._claims(state, answer)
            account = self._account_of(claims)
        except SignInRefused as error:
            self._gate.tell_failure(f"a sign-in by {self._section.issuer} from {address} failed: {error}")
            raise
        return await self._gate.open_session(account.name, address)

    async def _claims(self, state: str, answer: Mapping[str, str]) -> CodeIDToken:
        """Return the claims of a sound ID token.

        Raises:
            SignInRefused: it is none, or it was not asked for by this browser.
        """
        # The state is of this browser (its cookie) and of this answer, and it is used once.
        is_own = bool(state) and secrets.compare_digest(state.encode(), answer.get("state", "").encode())
        begun = self._begun.pop(state, None) if is_own else None
        if begun is None or self._gate.now_s() - begun.time_s > BEGUN_S:
            raise SignInRefused("that sign-in was not begun here, or it took too long: begin again")
        if "error" in answer or "code" not in answer:
            raise SignInRefused(f"{self.title} said no: {answer.get('error', 'no code')}"[:200])
        about = await self._discovered()
        # RFC 9207: whoever answers says so, lest one service's code be taken to another.
        if answer.get("iss", about["issuer"]) != about["issuer"]:
            raise SignInRefused("another service has answered than was asked")
        given = await self._redeemed(about, answer["code"], begun)
        keys = await self._fetched(_text(about, "jwks_uri"))
        return self._checked(_text(given, "id_token"), keys, begun, str(given.get("access_token", "")))

    async def _redeemed(self, about: dict[str, Any], code: str, begun: Begun) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": begun.redirect_uri,
            "code_verifier": begun.verifier,
        }
        if self._secret:
            login: httpx.Auth | None = httpx.BasicAuth(self._section.client_id, self._secret)
        else:
            login, form["client_id"] = None, self._section.client_id
        return await self._asked("POST", _text(about, "token_endpoint"), form, login)

    def _checked(self, token: str, keys: dict[str, Any], begun: Begun, access_token: str) -> CodeIDToken:
        options = {
            "iss": {"essential": True, "value": self._section.issuer},
            "aud": {"essential": True, "value": self._section.client_id},
        }
        params = {"nonce": begun.nonce, "client_id": self._section.client_id, "access_token": access_token}
        try:
            decoded = jwt.decode(token, KeySet.import_key_set({"keys": keys["keys"]}), algorithms=list(ALGORITHMS))
            claims = CodeIDToken(decoded.claims, decoded.header, options, params)
            claims.validate(now=int(self._gate.now_s()), leeway=int(LEEWAY_S))
        except (JoseError, KeyError, ValueError, TypeError) as error:
            raise SignInRefused(f"the ID token of {self.title} is not sound: {error}"[:300]) from error
        return claims

    def _account_of(self, claims: CodeIDToken) -> Account:
        """Return the person's account, made at the first time; its roles are those that the service gives today.

        Raises:
            SignInRefused: the person has no role here, or the name belongs to somebody else.
        """
        roles = self._roles_of(claims)
        issuer, subject = str(claims["iss"]), str(claims["sub"])
        by, now_s = f"{self.title} ({issuer})", self._gate.now_s()
        try:
            account = self._accounts.account_of_subject(issuer, subject)
            if account is None:
                name = str(claims.get(self._section.name_claim, ""))
                full_name = str(claims.get("name", ""))[:200]
                account = Account(name=name, roles=roles, full_name=full_name, made_s=now_s)
                self._accounts.add(account, None, by=by)
                self._accounts.bind_subject(issuer, subject, name, now_s=now_s)
            elif account.roles != roles:
                account = self._accounts.set_roles(account.name, roles, by=by, now_s=now_s)
        except AccountError as error:
            raise SignInRefused(str(error)) from error
        return account

    def _roles_of(self, claims: Mapping[str, object]) -> tuple[Role, ...]:
        told = claims.get(self._section.role_claim, ())
        values = [told] if isinstance(told, str) else told if isinstance(told, Sequence) else []
        roles = tuple(
            sorted({self._section.roles[str(value)] for value in values if str(value) in self._section.roles})
        )
        if not roles:
            raise SignInRefused(
                f"{self.title} gives you no role that may come in here; ask who administers the watch"
            )
        return roles

    async def _discovered(self) -> dict[str, Any]:
        """Return the service's own description (OpenID Connect Discovery 1.0, section 4)."""
        about = await self._fetched(self._section.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if about.get("issuer") != self._section.issuer:
            raise SignInRefused(f"{self.title} calls itself {about.get('issuer')!r}, not {self._section.issuer!r}")
        return about

    async def _fetched(self, url: str) -> dict[str, Any]:
        return await self._asked("GET", url, None, None)

    async def _asked(
        self, method: str, url: str, form: Mapping[str, str] | None, login: httpx.Auth | None
    ) -> dict[str, Any]:
        if urlsplit(url).scheme != urlsplit(self._section.issuer).scheme:
            raise SignInRefused(f"{self.title} names an address of another kind: {url}")
        # The machine's own authorities: a ministry's service often has a certificate of its own.
        verify = ssl.create_default_context()
        try:
            async with httpx.AsyncClient(timeout=ANSWER_S, trust_env=False, verify=verify) as client:
                answer = await client.request(method, url, data=form, auth=login)
                body = answer.raise_for_status().json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise SignInRefused(f"{self.title} did not answer: {error}"[:300]) from error
        if not isinstance(body, dict):
            raise SignInRefused(f"{self.title} did not answer with an object")
        return body


def read_secret(path: Path) -> str:
    """Return the secret in a file.

    Raises:
        ConfigError: it cannot be read, or it is no secret.
    """
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"web.oidc.client_secret_file: {path}: {getattr(error, 'strerror', error)}") from error
    if not 0 < len(secret) <= SECRET_LONGEST:
        raise ConfigError(f"web.oidc.client_secret_file: {path}: expected 1 to {SECRET_LONGEST} characters")
    return secret


def _text(body: Mapping[str, object], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str):
        raise SignInRefused(f"the service's answer has no '{key}'")
    return value
