"""The door: who comes in, as what, and what each may do."""

from collections.abc import Iterator

import pytest
from litestar.testing import TestClient
from litestar.types import Receive, Scope, Send

from accounts_kit import NOW_S, PASSWORD, ROLES, House, body
from sargas.model.account import SCOPES
from sargas.model.decision import RemoveEvidence, StrikeRecord
from sargas.model.entry import Frame
from sargas.web.access import scope_of
from sargas.web.server import ROUTES, create_app
from unit.web.memory_desk import FEED, START_S, MemoryDesk, line

JSON = {"content-type": "application/json"}
HTML = {"accept": "text/html,application/xhtml+xml"}
BASE = "http://127.0.0.1:8080"


@pytest.fixture
def house() -> Iterator[House]:
    house = House(posters={"secret": ["engineer"]})
    yield house
    house.accounts.close()


@pytest.fixture
def desk() -> MemoryDesk:
    return MemoryDesk()


@pytest.fixture
def client(desk: MemoryDesk, house: House) -> Iterator[TestClient]:
    app = create_app(desk, accounts=house.gate)
    with TestClient(app, base_url=BASE) as client:
        yield client


@pytest.fixture(scope="module")
def stranger() -> Iterator[TestClient]:
    """One client for all that is refused: nothing happens."""
    house = House()
    with TestClient(create_app(MemoryDesk(), accounts=house.gate), base_url=BASE) as client:
        yield client
    house.accounts.close()


def with_incident(desk: MemoryDesk) -> str:
    desk.live.accept(Frame(FEED, line(lon_deg=25.5)))
    desk.live.accept(Frame(FEED, line(lon_deg=25.5, time_s=START_S + 30.0)), at_s=START_S + 30.0)
    (incident_id,) = desk.live.picture.incidents
    return incident_id


def paths() -> list[tuple[str, str]]:
    """Return every route, with a value in the place of each parameter."""
    found = []
    for route in ROUTES:
        for path in route.paths:
            for method in route.http_methods - {"HEAD", "OPTIONS"}:
                words = [
                    ("1" if ":int" in part else "x") if part.startswith("{") else part for part in path.split("/")
                ]
                found.append((method, "/".join(words) or "/"))
    return sorted(found)


OPEN_TO_ALL = {
    ("GET", "/login"),
    ("GET", "/api/me"),
    ("POST", "/api/sign-in"),
    ("GET", "/login/oidc"),
    ("GET", "/login/oidc/callback"),
    ("GET", "/x"),  # the files of the page
}


@pytest.mark.parametrize(("method", "path"), [one for one in paths() if one not in OPEN_TO_ALL])
def test_without_an_account_nothing_is_answered(stranger: TestClient, method: str, path: str) -> None:
    answer = stranger.request(method, path)
    assert answer.status_code == 401
    assert "sign in first" in answer.json()["error"]
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_the_description_itself_is_not_for_strangers(client: TestClient, house: House) -> None:
    assert client.get("/schema").status_code == 401
    assert client.get("/schema", headers=house.bearer("viewer")).status_code == 200


@pytest.mark.parametrize(("method", "path"), [one for one in paths() if one[0] == "GET" and "api" not in one[1]])
def test_a_person_is_led_to_the_page_to_sign_in_and_back(stranger: TestClient, method: str, path: str) -> None:
    if (method, path) in OPEN_TO_ALL:
        return
    answer = stranger.get(f"{path}?a=b", headers=HTML, follow_redirects=False)
    assert answer.status_code == 303
    # RFC 3986: "/" and "?" are encoded within a query's value here
    assert answer.headers["location"] == f"/login?next={path.replace('/', '%2F')}%3Fa%3Db"


def test_the_files_of_the_page_are_open_but_the_pages_are_not(client: TestClient) -> None:
    assert client.get("/assets/none.js").status_code == 404
    assert client.get("/index.html").status_code == 401
    assert client.get("/login.html").status_code in {200, 404}  # 404 where no page was built


@pytest.mark.parametrize("role", ROLES)
def test_every_role_may_do_what_it_may_and_nothing_else(client: TestClient, house: House, role: str) -> None:
    headers = house.bearer(role)
    asked = {
        "read": client.get("/api/desk", headers=headers),
        "feed": client.post(f"/api/feeds/{FEED}", content=line(), headers=headers),
        "decide": client.post(
            "/api/decisions", headers=headers, content=body(action="acknowledge", officer=role, incident_id="x")
        ),
        "supervise": client.post(
            "/api/decisions",
            headers=headers,
            content=body(action="release_incident", officer=role, incident_id="x", text="no longer needed"),
        ),
        "investigate": client.post("/api/replay", headers=headers),
    }
    may = {scope for scope, answer in asked.items() if answer.status_code != 403}
    assert may == SCOPES[role] & asked.keys()  # type: ignore[index]
    for scope, answer in asked.items():
        if scope not in may:
            assert f"needs the scope '{scope}'" in answer.json()["error"]


def test_an_officer_alone_can_do_all_but_make_something_disappear() -> None:
    officer = SCOPES["officer"]
    remove = RemoveEvidence(officer="a", incident_id="x", evidence_id="e", text="why")
    strike = StrikeRecord(officer="a", record_id="r", text="why")
    assert {scope_of(remove), scope_of(strike)} == {"supervise"}
    assert "supervise" not in officer
    assert {"read", "decide", "investigate"} <= officer


def test_a_decision_is_under_the_accounts_own_name(client: TestClient, house: House, desk: MemoryDesk) -> None:
    incident_id = with_incident(desk)
    headers = house.bearer("officer")
    own = body(action="acknowledge", officer="officer", incident_id=incident_id)
    others = body(action="acknowledge", officer="Lt. Kazlauskas", incident_id=incident_id)
    refused = client.post("/api/decisions", headers=headers, content=others)
    assert refused.status_code == 403
    assert refused.json()["error"] == "you are signed in as 'officer' and cannot decide as 'Lt. Kazlauskas'"
    assert client.post("/api/decisions", headers=headers, content=own).status_code == 201
    assert desk.live.picture.incidents[incident_id].acknowledged_by == "officer"


def test_no_other_route_decides_in_anothers_name(client: TestClient, house: House, desk: MemoryDesk) -> None:
    incident_id = with_incident(desk)
    headers = house.bearer("officer")
    order = client.post(f"/api/incidents/{incident_id}/search/order", headers=headers, content=body(officer="other"))
    tracks = client.post(
        f"/api/incidents/{incident_id}/search/tracks?asset=foot_team&officer=other",
        headers=headers,
        content=b"<gpx/>",
    )
    assert (order.status_code, tracks.status_code) == (403, 403)


def test_a_token_may_do_no_more_than_it_was_made_for(client: TestClient, house: House) -> None:
    headers = house.bearer("supervisor", "read")
    assert client.get("/api/desk", headers=headers).status_code == 200
    refused = client.post("/api/replay", headers=headers)
    assert refused.status_code == 403
    assert "it has read" in refused.json()["error"]


def test_a_role_that_is_taken_away_is_gone_from_its_tokens_too(client: TestClient, house: House) -> None:
    headers = house.bearer("officer")
    house.accounts.set_roles("officer", ["viewer"], by="test", now_s=NOW_S)
    assert client.post("/api/replay", headers=headers).status_code == 403
    assert client.get("/api/desk", headers=headers).status_code == 200


@pytest.mark.parametrize("token", ["", "sargas_", "sargas_" + "A" * 43, "x" * 5_000, "sargas_\xff"])
def test_what_is_no_token_opens_nothing(client: TestClient, token: str) -> None:
    headers = [(b"authorization", b"Bearer " + token.encode("latin-1"))]
    answer = client.get("/api/desk", headers=headers)
    assert answer.status_code == 401
    assert "opens nothing" in answer.json()["error"]


def test_a_bad_token_is_not_made_good_by_a_cookie(client: TestClient, house: House) -> None:
    headers = {**house.browser("officer"), "authorization": "Bearer sargas_x"}
    assert client.get("/api/desk", headers=headers).status_code == 401


def test_signing_in_sets_cookies_that_no_script_and_no_other_site_can_use(client: TestClient) -> None:
    answer = client.post("/api/sign-in", content=body(name="officer", password=PASSWORD))
    assert answer.status_code == 200
    assert answer.json()["name"] == "officer"
    assert answer.json()["scopes"] == ["decide", "investigate", "read"]
    session, proof = answer.headers.get_list("set-cookie")
    assert session.startswith("sargas=")
    assert proof.startswith("sargas-csrf=")
    for cookie in (session, proof):
        assert "SameSite=strict" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        assert "Max-Age=3600" in cookie
    assert "HttpOnly" in session
    assert PASSWORD not in answer.text


def test_over_tls_the_cookies_are_bound_to_host_and_tls(desk: MemoryDesk, house: House) -> None:
    # RFC 6265bis, section 4.1.3.2: "__Host-" needs Secure, Path=/ and no Domain
    with TestClient(create_app(desk, accounts=house.gate), base_url="https://127.0.0.1:8080") as client:
        answer = client.post("/api/sign-in", content=body(name="officer", password=PASSWORD))
        for cookie in answer.headers.get_list("set-cookie"):
            assert cookie.startswith("__Host-sargas")
            assert "Secure" in cookie
            assert "Path=/" in cookie
            assert "Domain" not in cookie
        assert client.get("/api/desk").status_code == 200


def test_a_browser_works_with_its_cookies_until_it_signs_out(client: TestClient) -> None:
    client.post("/api/sign-in", content=body(name="officer", password=PASSWORD))
    assert client.get("/api/desk").status_code == 200
    kept = dict(client.cookies)
    proof = {"x-sargas-csrf": kept["sargas-csrf"]}
    assert client.post("/api/sign-out", headers=proof).status_code == 200
    assert not client.cookies.get("sargas")
    again = client.get("/api/desk", headers={"cookie": f"sargas={kept['sargas']}"})
    assert again.status_code == 401  # the server has forgotten it, not only the browser


@pytest.mark.parametrize("proof", [{}, {"x-sargas-csrf": ""}, {"x-sargas-csrf": "0" * 64}, {"x-sargas-csrf": "\xe4"}])
def test_a_change_by_cookie_without_the_sessions_proof_is_refused(
    client: TestClient, house: House, proof: dict[str, str]
) -> None:
    cookie = {"cookie": house.browser("officer")["cookie"]}
    sent = [(key.encode(), value.encode("latin-1")) for key, value in {**cookie, **proof}.items()]
    answer = client.post("/api/replay", headers=sent)
    assert answer.status_code == 403
    assert "x-sargas-csrf" in answer.json()["error"]
    assert client.get("/api/desk", headers=cookie).status_code == 200


def test_the_proof_of_one_session_is_not_that_of_another(client: TestClient, house: House) -> None:
    one, other = house.browser("officer"), house.browser("officer")
    assert client.post("/api/replay", headers={**one, "x-sargas-csrf": other["x-sargas-csrf"]}).status_code == 403
    assert client.post("/api/replay", headers=one).status_code == 201


@pytest.mark.parametrize(
    ("name", "password"), [("officer", "wrong"), ("nobody", PASSWORD), ("officer", PASSWORD + " "), ("OFFICER ", "x")]
)
def test_a_wrong_sign_in_does_not_tell_what_was_wrong(client: TestClient, name: str, password: str) -> None:
    answer = client.post("/api/sign-in", content=body(name=name, password=password))
    assert answer.status_code == 401
    assert answer.json() == {"error": "name and password do not fit, or the account is disabled"}
    assert "set-cookie" not in answer.headers


def test_who_am_i(client: TestClient, house: House) -> None:
    assert client.get("/api/me").json() == {
        "is_open": False, "name": "", "full_name": "", "roles": [], "scopes": [], "ends_s": None, "openid": "",
    }  # fmt: skip
    me = client.get("/api/me", headers=house.browser("viewer")).json()
    assert (me["name"], me["roles"], me["scopes"]) == ("viewer", ["viewer"], ["read"])
    assert me["ends_s"] == NOW_S + 3_600.0


def test_a_session_ends_when_its_time_is_over_however_busy_it_is(client: TestClient, house: House) -> None:
    headers = house.browser("officer")
    for minute in range(60):
        house.now_s = NOW_S + 60.0 * minute
        assert client.get("/api/desk", headers=headers).status_code == 200
    house.now_s = NOW_S + 3_600.0
    assert client.get("/api/desk", headers=headers).status_code == 401


def test_one_changes_ones_own_password_and_every_other_session_ends(client: TestClient, house: House) -> None:
    elsewhere, here = house.browser("officer"), house.browser("officer")
    wrong = client.post("/api/me/password", headers=here, content=body(old="wrong", new="another good sentence"))
    assert wrong.status_code == 401
    weak = client.post("/api/me/password", headers=here, content=body(old=PASSWORD, new="short"))
    assert weak.status_code == 401
    assert "at least 15" in weak.json()["error"]
    changed = client.post("/api/me/password", headers=here, content=body(old=PASSWORD, new="another good sentence"))
    assert changed.status_code == 200
    for old in (elsewhere, here):
        assert client.get("/api/desk", headers=old).status_code == 401
    assert client.get("/api/desk").status_code == 200  # by the cookies of the answer
    assert house.sign_in("officer", "another good sentence").entrance.account.name == "officer"


def test_a_program_cannot_change_a_password(client: TestClient, house: House) -> None:
    sent = body(old=PASSWORD, new="another good sentence")
    assert client.post("/api/me/password", headers=house.bearer("officer"), content=sent).status_code == 401


def test_a_feed_takes_posts_from_the_accounts_that_it_names(
    client: TestClient, house: House, desk: MemoryDesk
) -> None:
    other = client.post("/api/feeds/secret", content=line(), headers=house.master())
    assert other.status_code == 403
    assert other.json()["error"] == "feed 'secret' takes no posts from account 'everything'"
    named = client.post("/api/feeds/secret", content=line(), headers=house.bearer("engineer"))
    assert named.status_code == 404  # let through; there is no such feed here
    assert client.post(f"/api/feeds/{FEED}", content=line(), headers=house.bearer("engineer")).status_code == 201
    assert desk.live.picture.tracks


@pytest.mark.parametrize("path", ["/health", "/metrics"])
def test_this_machine_may_ask_how_the_watch_is(desk: MemoryDesk, house: House, path: str) -> None:
    app = create_app(desk, accounts=house.gate)

    async def on_this_machine(scope: Scope, receive: Receive, send: Send) -> None:
        scope["client"] = ("127.0.0.1", 5_000)
        await app(scope, receive, send)

    with TestClient(on_this_machine, base_url=BASE) as here:
        assert here.get(path).status_code == 200
        assert here.get(path, headers={"x-forwarded-for": "192.0.2.9"}).status_code == 401
        assert here.get("/api/desk").status_code == 401
    with TestClient(app, base_url=BASE) as elsewhere:
        assert elsewhere.get(path).status_code == 401
        assert elsewhere.get(path, headers=house.bearer("viewer")).status_code == 200


def test_accounts_that_cannot_be_read_let_nobody_in_and_tell_no_stranger_why(
    client: TestClient, house: House
) -> None:
    headers = house.bearer("viewer")
    house.accounts.close()
    answer = client.get("/api/desk", headers=headers)
    assert answer.status_code == 503
    assert answer.json()["error"].endswith("the server's log says why")


def test_a_desk_without_accounts_is_as_it_was(desk: MemoryDesk) -> None:
    with TestClient(create_app(desk), base_url=BASE) as client:
        me = client.get("/api/me").json()
        assert me["is_open"] is True
        assert "administer" in me["scopes"]
        assert client.post("/api/replay").status_code == 201
        assert client.post("/api/sign-in", content=body(name="a", password="b")).status_code == 404
        assert client.get("/login/oidc").status_code == 404


def test_the_description_names_the_ways_in_and_what_the_door_answers(client: TestClient, house: House) -> None:
    schema = client.get("/schema", headers=house.bearer("viewer")).json()
    assert set(schema["components"]["securitySchemes"]) == {"token", "session"}
    assert schema["security"] == [{"token": []}, {"session": []}]
    for item in schema["paths"].values():
        for operation in item.values():
            assert {"401", "403", "429"} <= set(operation["responses"])
    assert schema["paths"]["/api/me"]["get"]["security"] == [{}]
