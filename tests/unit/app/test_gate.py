"""The gate of a running watch: waits, the record of what happened, and the first administrator."""

import asyncio

import pytest

from accounts_kit import CHEAP, NOW_S, PASSWORD, House
from sargas.app.gate import IDLE_S, WAITING_MAX, first_administrator, new_password
from sargas.model.entry import Body, Note
from sargas.model.errors import JournalError
from sargas.store import accounts_sqlite
from sargas.store.accounts_sqlite import MEMORY, hashed
from sargas.store.passwords import Cost, Passwords, check_password
from sargas.web.accounts import SignInRefused
from sargas.web.limits import FREE_FAILURES


def failed(house: House, name: str = "officer", address: str = "198.51.100.1") -> SignInRefused:
    with pytest.raises(SignInRefused) as refused:
        house.sign_in(name, "wrong", address)
    return refused.value


def test_a_guesser_waits_longer_and_longer_and_its_victim_does_not() -> None:
    house = House()
    house.sign_in("officer")  # from 192.0.2.1, where the officer sits
    for _ in range(FREE_FAILURES):
        assert failed(house).wait_s == 0.0
    assert failed(house).wait_s == pytest.approx(1.0)
    with pytest.raises(SignInRefused, match="too many attempts"):  # the right word does not help now
        house.sign_in("officer", PASSWORD, "198.51.100.1")
    assert house.sign_in("officer").entrance.account.name == "officer"
    house.now_s += 1.1
    assert house.sign_in("officer", PASSWORD, "198.51.100.1")


def test_attempts_at_the_same_time_are_counted_each() -> None:
    house = House()

    async def flood() -> list[BaseException | object]:
        tries = [house.gate.sign_in("officer", "wrong", "198.51.100.1") for _ in range(40)]
        return await asyncio.gather(*tries, return_exceptions=True)

    refused = [error for error in asyncio.run(flood()) if isinstance(error, SignInRefused)]
    assert len(refused) == 40
    assert sum(error.wait_s == 0.0 for error in refused) == FREE_FAILURES


def test_only_so_many_wait_for_their_turn_at_the_hashing() -> None:
    house = House()

    async def flood() -> list[BaseException | object]:
        tries = [house.gate.sign_in(f"name{n}", "wrong", f"198.51.100.{n}") for n in range(100)]
        return await asyncio.gather(*tries, return_exceptions=True)

    refused = [error for error in asyncio.run(flood()) if isinstance(error, SignInRefused)]
    assert sum("at once" in str(error) for error in refused) == 100 - WAITING_MAX


def test_sign_ins_and_failures_are_told_and_a_flood_is_counted() -> None:
    house = House()
    house.accounts.forget_changes(house.accounts.changes()[-1].number)
    house.sign_in("officer")
    failed(house, "x\n<b>", "198.51.100.9")
    assert house.told() == [
        "officer signed in from 192.0.2.1",
        "a sign-in as 'x\\n<b>' from 198.51.100.9 failed",
    ]
    for number in range(500):
        house.gate.tell_failure(f"attempt {number}")
    n_told = len(house.told())
    assert n_told < 30
    house.now_s += 60.0
    house.gate.tell_failure("the next one")
    assert house.told()[-1] == f"the next one; and {500 - (n_told - 2)} more before"


def test_what_happened_comes_into_the_journal_once_and_a_full_disk_loses_none() -> None:
    house = House()
    house.sign_in("officer")
    kept: list[Body] = []
    is_full = True

    async def deliver(body: Body) -> int:
        if is_full:
            raise JournalError("the disk is full")
        kept.append(body)
        return len(kept)

    told = house.told()
    asyncio.run(house.gate._settle(deliver))
    assert house.told() == told
    is_full = False
    asyncio.run(house.gate._settle(deliver))
    asyncio.run(house.gate._settle(deliver))
    assert kept == [Note("account", text) for text in told]
    assert house.told() == []


def test_what_happened_while_no_watch_ran_is_told_with_its_time() -> None:
    house = House()
    house.accounts.forget_changes(house.accounts.changes()[-1].number)
    house.accounts.note("root changed something", now_s=NOW_S - 3_600.0)  # 2025-07-27T23:00:00Z
    kept: list[Body] = []

    async def deliver(body: Body) -> int:
        kept.append(body)
        return 1

    asyncio.run(house.gate._settle(deliver))
    assert kept == [Note("account", "root changed something (at 2025-07-27 23:00:00Z)")]


def test_an_open_page_keeps_its_session_and_a_closed_one_does_not() -> None:
    house = House(session_s=100_000.0)
    secret = house.sign_in("officer").secret
    entrance = house.gate.by_session(secret)
    assert entrance is not None

    async def deliver(body: Body) -> int:
        return 1

    for _ in range(5):
        house.now_s += IDLE_S - 1.0
        assert house.gate.is_still_in(entrance)
        asyncio.run(house.gate._settle(deliver))
    house.now_s += IDLE_S + 1.0
    assert not house.gate.is_still_in(entrance)
    assert house.gate.by_session(secret) is None


def test_a_revoked_token_is_out_at_once() -> None:
    house = House()
    secret = house.token("engineer", "feed")
    entrance = house.gate.by_token(secret, "192.0.2.1")
    assert entrance is not None
    assert house.gate.is_still_in(entrance)
    (token,) = house.accounts.tokens("engineer")
    house.accounts.revoke(token.token_id, by="test", now_s=NOW_S)
    assert not house.gate.is_still_in(entrance)
    assert house.gate.by_token(secret, "192.0.2.1") is None


def test_strangers_may_ask_less_often_than_those_who_are_known() -> None:
    house = House()
    entrance = house.sign_in("officer").entrance
    strange = sum(house.gate.wait_s("198.51.100.1", None) == 0.0 for _ in range(5_000))
    known = sum(house.gate.wait_s("198.51.100.1", entrance) == 0.0 for _ in range(5_000))
    assert (strange, known) == (200, 2_000)


def test_a_password_that_was_hashed_cheaper_is_hashed_anew_without_ending_the_session() -> None:
    house = House()
    house.gate._passwords = Passwords(Cost(passes=2, memory_kib=8, lanes=1))
    before = house.accounts.password("officer")
    first = house.sign_in("officer")
    after = house.accounts.password("officer")
    assert after is not None
    assert after != before
    assert "t=2" in after
    second = house.sign_in("officer")
    assert house.accounts.password("officer") == after
    for session in (first, second):
        assert house.gate.by_session(session.secret) is not None


class Slow(Passwords):
    """Passwords that are changed by an administrator while an old one is being compared."""

    house: House

    def is_right(self, kept: str | None, password: str) -> bool:
        found = super().is_right(kept, password)
        self.house.accounts.set_password("officer", "the administrator's", by="admin", now_s=NOW_S)
        return found


@pytest.mark.parametrize("passes", [1, 2])
def test_who_signs_in_while_the_password_is_changed_is_not_let_in_and_does_not_undo_it(passes: int) -> None:
    """With 2 passes the old password would also be hashed anew."""
    house = House()
    slow = Slow(Cost(passes=passes, memory_kib=8, lanes=1))
    slow.house, house.gate._passwords = house, slow
    with pytest.raises(SignInRefused, match="another password since"):
        house.sign_in("officer")
    assert house.accounts.password("officer") == "the administrator's"


def test_the_first_start_makes_an_administrator_and_no_other_does() -> None:
    store, made = accounts_sqlite.build(MEMORY), Passwords(CHEAP)
    password = first_administrator(store, made, NOW_S)
    assert password is not None
    (account,) = store.all()
    assert (account.name, account.roles) == ("admin", ("administrator",))
    assert made.is_right(store.password("admin"), password)
    assert first_administrator(store, made, NOW_S) is None
    assert password not in " ".join(change.text for change in store.changes())


def test_a_made_password_is_strong_enough_and_never_the_same() -> None:
    # 32 signs, 24 times: 120 bits
    made = {new_password() for _ in range(100)}
    assert len(made) == 100
    for password in made:
        check_password(password, "admin")
        assert len(password.replace("-", "")) == 24


def test_a_session_is_known_by_its_secret_alone() -> None:
    house = House()
    secret = house.sign_in("officer").secret
    assert house.gate.by_session(hashed(secret).hex()) is None
    assert house.gate.by_session("") is None
    assert house.gate.by_session(secret) is not None
