"""Passwords as they are kept."""

import threading

import argon2
import pytest

from accounts_kit import CHEAP, PASSWORD
from sargas.model.errors import AccountError
from sargas.store import passwords
from sargas.store.passwords import Cost, Passwords, check_password


def test_the_cost_is_that_of_the_standard() -> None:
    # RFC 9106, section 4: "t=3 iterations, p=4 lanes, m=2^(16) (64 MiB of RAM), 128-bit salt, and 256-bit tag size"
    kept = argon2.extract_parameters(Passwords().hashed(PASSWORD))
    assert kept.type == argon2.Type.ID
    assert (kept.time_cost, kept.parallelism, kept.memory_cost) == (3, 4, 1 << 16)
    assert (kept.salt_len, kept.hash_len) == (16, 32)


def test_the_right_password_and_no_other_fits() -> None:
    made = Passwords(CHEAP)
    kept = made.hashed(PASSWORD)
    assert made.is_right(kept, PASSWORD)
    assert not made.is_right(kept, PASSWORD + " ")
    assert not made.is_right(kept, "")
    assert made.hashed(PASSWORD) != kept  # another salt


def test_nobody_has_no_password_and_neither_has_a_broken_hash() -> None:
    made = Passwords(CHEAP)
    assert not made.is_right(None, "nobody has this password")
    assert not made.is_right("$argon2id$broken", PASSWORD)


def test_a_hash_of_another_cost_is_outdated() -> None:
    kept = Passwords(CHEAP).hashed(PASSWORD)
    assert not Passwords(CHEAP).is_outdated(kept)
    assert Passwords(Cost(passes=2, memory_kib=8, lanes=1)).is_outdated(kept)


def test_two_are_worked_out_at_once_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Passwords(CHEAP)
    inside, most = 0, 0
    lock, both = threading.Lock(), threading.Barrier(2, timeout=10.0)

    class Slow:
        def hash(self, password: str) -> str:
            nonlocal inside, most
            with lock:
                inside += 1
                most = max(most, inside)
            both.wait()  # every one of two waits for its neighbour: a third would be seen
            with lock:
                inside -= 1
            return password

    monkeypatch.setattr(made, "_hasher", Slow())
    threads = [threading.Thread(target=made.hashed, args=(PASSWORD,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == passwords.AT_ONCE == 2


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "at least 15 characters"),  # NIST SP 800-63B-4, section 3.1.1.2
        ("x" * 15, "guessed at once"),
        ("kazlauskas kazlauskas", "guessed at once"),
        ("y" * 200 + "abcdefgh" * 10, "at most 256"),
    ],
)
def test_what_is_guessed_at_once_is_refused(password: str, why: str) -> None:
    with pytest.raises(AccountError, match=why):
        check_password(password, "Kazlauskas")


def test_a_sentence_in_any_language_is_a_password() -> None:
    check_password("Ąžuolas prie upės žydi", "kazlauskas")
