"""Who may sign in: users, passwords, tokens, sessions, limits on attempts, and whose a request is."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import RunKb

from app.access import OWNER, Reader, check_login, passwords, readers, request_to_reader
from app.access.attempts import FORGOTTEN_AFTER, FREE, LONGEST_WAIT, Attempts
from app.access.passwords import BadPassword, check_password, password_matches, password_to_hash
from app.access.sessions import SECONDS, Sessions
from app.access.users import BadUser, Users, UsersFileError
from app.ui.library import knowledge_base, may_edit
from kb.errors import CollabkbError, NotFound
from kb.settings import Settings
from kb.store import KnowledgeBase

PASSWORD = "three random words"
SHIPPED_COST = passwords.COST


@pytest.fixture(scope="module", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Hashes of a cost that a test can pay; each says its own cost, so that nothing else changes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "COST", 2**4)
        yield


@pytest.fixture
def users(tmp_path: Path) -> Users:
    users = Users(tmp_path / "auth" / "users.json")
    users.add("anna", PASSWORD, "editor", cleared=True)
    users.add("Ben", PASSWORD, "reader", cleared=False)
    return users


# ------------------------------------------------------------------------------------------- passwords and users


def test_the_shipped_strength_is_that_of_the_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "COST", SHIPPED_COST)
    kept = password_to_hash(PASSWORD)
    assert kept.startswith("scrypt$32768$8$3$") and PASSWORD not in kept
    assert password_matches(PASSWORD, kept) and not password_matches(PASSWORD + " ", kept)


def test_a_password_is_never_kept_and_never_hashed_alike() -> None:
    one, other = password_to_hash(PASSWORD), password_to_hash(PASSWORD)
    assert one != other and all(password_matches(PASSWORD, kept) for kept in (one, other))
    assert not password_matches(PASSWORD, None)


@pytest.mark.parametrize("password", ["short", "x" * 201, "annaannaanna", "aaaabbbbaaaabbbb", "is ANNA's word!"])
def test_weak_passwords_are_refused_with_what_is_asked_of_one(password: str) -> None:
    with pytest.raises(BadPassword, match=r"[Tt]hree random words|easy to guess"):
        check_password(password, "anna")


def test_the_file_of_users_is_for_its_owner_only_and_tells_no_password(users: Users) -> None:
    assert stat.S_IMODE(users.path.stat().st_mode) == 0o600
    text = users.path.read_text(encoding="utf-8")
    assert PASSWORD not in text and json.loads(text)["users"][0]["name"] == "anna"


def test_users_are_found_by_name_and_password_in_any_capitals(users: Users) -> None:
    found = users.sign_in("ben", PASSWORD)
    assert found is not None and found.reader() == Reader("Ben", "reader", cleared=False)
    assert users.sign_in("ben", "wrong") is None and users.sign_in("zoe", PASSWORD) is None


def test_two_that_hold_the_file_see_each_others_changes(users: Users) -> None:
    other = Users(users.path)
    other.add("carl", PASSWORD, "reader", cleared=False)
    assert users.find("carl") is not None
    users.remove("carl")
    assert other.find("carl") is None
    for name in ("carl", "nobody"):
        with pytest.raises(NotFound):
            users.remove(name)


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "a\nb", "<b>"])
def test_names_that_cannot_be_are_refused(users: Users, name: str) -> None:
    with pytest.raises(BadUser):
        users.add(name, PASSWORD, "reader", cleared=False)
    with pytest.raises(BadUser, match="already"):
        users.add("ANNA", PASSWORD, "reader", cleared=False)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"users": [{}]}', '{"users": [{"name": "a", "role": "king"}]}'])
def test_a_damaged_file_lets_nobody_in(users: Users, text: str) -> None:
    assert users.find("anna")
    users.path.write_text(text, encoding="utf-8")
    with pytest.raises(UsersFileError, match="damaged"):
        users.find("anna")
    with pytest.raises(UsersFileError, match="damaged"):
        users.find("anna")


def test_a_token_is_told_once_and_replaced(users: Users) -> None:
    token = users.make_token("ben")
    found = users.by_token(token)
    assert found is not None and found.name == "Ben" and token not in users.path.read_text(encoding="utf-8")
    newer = users.make_token("ben")
    assert users.by_token(token) is None and users.by_token(newer) == users.find("ben")
    users.end_token("ben")
    assert users.by_token(newer) is None and users.by_token("kb_") is None and users.by_token("") is None


# ------------------------------------------------------------------------------------------------------ sessions


def test_a_session_holds_until_it_is_ended_in_any_way(users: Users) -> None:
    clock = SimpleNamespace(now=1_000_000.0)
    sessions = Sessions(users, now=lambda: clock.now)
    anna, ben = users.find("anna"), users.find("ben")
    assert anna is not None and ben is not None
    first, second, third = sessions.begin(anna), sessions.begin(anna), sessions.begin(ben)
    held = sessions.read(first)
    assert held is not None and held.user == anna and len({first, second, third}) == 3
    sessions.end(held)
    assert sessions.read(first) is None and sessions.read(second) is not None
    # It stays ended when the server starts again, and others stay begun.
    again = Sessions(users, now=lambda: clock.now)
    assert again.read(first) is None and again.read(second) is not None
    users.set_password("anna", "three other words")
    assert again.read(second) is None and again.read(third) is not None
    clock.now += SECONDS + 1
    assert again.read(third) is None


def test_a_role_that_is_changed_counts_at_once(users: Users) -> None:
    sessions = Sessions(users)
    anna = users.find("anna")
    assert anna is not None
    cookie = sessions.begin(anna)
    text = users.path.read_text(encoding="utf-8").replace('"cleared": true', '"cleared": false')
    users.path.write_text(text, encoding="utf-8")
    held = sessions.read(cookie)
    assert held is not None and not held.user.cleared
    users.remove("anna")
    assert sessions.read(cookie) is None


def test_forged_sessions_are_none(users: Users, tmp_path: Path) -> None:
    sessions = Sessions(users)
    anna = users.find("anna")
    assert anna is not None
    cookie = sessions.begin(anna)
    others = Users(tmp_path / "others" / "users.json")
    others.add("anna", PASSWORD, "editor", cleared=True)
    shutil.copy(users.path, others.path)
    body, _, signature = cookie.rpartition(".")
    for forged in ("", "x", body, f"{body}.", f"x{body}.{signature}", f"{body}.{signature[::-1]}", cookie * 2):
        assert sessions.read(forged) is None
    assert Sessions(others).read(cookie) is None, "another server's secret"
    assert stat.S_IMODE(users.path.with_name("users.json.secret").stat().st_mode) == 0o600


# ------------------------------------------------------------------------------------------------------ attempts


def test_attempts_wait_longer_and_longer() -> None:
    clock = SimpleNamespace(now=0.0)
    attempts = Attempts(now=lambda: clock.now)
    waits = []
    for _ in range(FREE["both"] + 14):
        while wait := attempts.begin("anna", "1.1.1.1"):
            waits.append(wait)
            clock.now += wait
    assert waits == sorted(waits) and waits[0] <= 2 and waits[-1] > LONGEST_WAIT / 2 and waits[-1] <= LONGEST_WAIT + 1
    assert attempts.begin("ANNA", "1.1.1.1"), "capitals make no other name"
    assert attempts.begin("anna", "2.2.2.2") == 0, "her own machine is not locked out by another's attempts"
    clock.now += FORGOTTEN_AFTER + 1
    assert attempts.begin("anna", "1.1.1.1") == 0


@pytest.mark.parametrize(
    ("names", "addresses", "free"),
    [(["anna"], [f"1.1.1.{n}" for n in range(200)], "name"), ([f"n{n}" for n in range(200)], ["1.1.1.1"], "address")],
    ids=["one name from everywhere", "every name from one address"],
)
def test_attempts_are_limited_by_name_and_by_address(names: list[str], addresses: list[str], free: str) -> None:
    attempts = Attempts(now=lambda: 0.0)
    pairs = [(name, address) for name in names for address in addresses]
    made = [pair for pair in pairs if attempts.begin(*pair) == 0]
    assert len(made) == FREE[free]


def test_who_signs_in_starts_anew_and_helps_nobody_else() -> None:
    attempts = Attempts(now=lambda: 0.0)
    for _ in range(4):
        attempts.begin("anna", "1.1.1.1")
    attempts.succeeded("anna", "1.1.1.1")
    assert [attempts.begin("anna", "1.1.1.1") for _ in range(4)] == [0] * 4
    made = 0
    while made < 200:
        if attempts.begin("own", "3.3.3.3"):
            break
        attempts.succeeded("own", "3.3.3.3")
        made += attempts.begin(f"n{made}", "3.3.3.3") == 0
    assert made == FREE["address"], "signing in oneself in between does not take the limit away"


# ---------------------------------------------------------------------------------------------- whose a request is


def test_without_a_login_everything_is_the_owners() -> None:
    assert request_to_reader(None) == OWNER and may_edit(None)
    assert request_to_reader(SimpleNamespace(scope={})) == OWNER


def test_with_a_login_a_request_that_nobody_is_known_for_sees_the_public_part(
    monkeypatch: pytest.MonkeyPatch, kb_home: Path
) -> None:
    KnowledgeBase.open(kb_home, create=True).close()
    monkeypatch.setitem(readers._login, "in use", True)
    for request in (None, SimpleNamespace(scope={}), SimpleNamespace(request=None)):
        assert not request_to_reader(request).cleared and not may_edit(request)
        assert not knowledge_base(kb_home, request).cleared
    known = SimpleNamespace(scope={readers.SCOPE_KEY: Reader("anna", "editor", cleared=True)})
    for request in (known, SimpleNamespace(request=known)):
        assert knowledge_base(kb_home, request).cleared and may_edit(request)


def test_other_machines_get_in_with_a_login_or_where_one_says_so(users: Users, tmp_path: Path) -> None:
    for host in ("127.0.0.1", "localhost", "::1", "127.0.0.2"):
        check_login(Settings(), host)
    for host in ("0.0.0.0", "::", "192.168.1.5", "kb.example"):
        with pytest.raises(CollabkbError, match="--without-login"):
            check_login(Settings(), host)
        check_login(Settings(), host, without=True)
        check_login(Settings(auth=users.path), host)
    for path in (tmp_path / "none.json", tmp_path / "empty.json"):
        (tmp_path / "empty.json").write_text('{"users": []}')
        with pytest.raises(CollabkbError, match="kb users add"):
            check_login(Settings(auth=path), "127.0.0.1", without=True)


# --------------------------------------------------------------------------------------------- the command line


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Path]:
    """Have the next command read this from standard input; the file that KB_AUTH names."""
    path = tmp_path / "made" / "users.json"
    monkeypatch.setenv("KB_AUTH", str(path))

    def type_it(text: str) -> Path:
        import io

        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        return path

    return type_it


def test_users_are_made_listed_changed_and_removed(typed: Callable[[str], Path], run_kb: RunKb) -> None:
    path = typed(f"{PASSWORD}\n")
    assert (
        "anna can sign in and sees documents marked not public"
        in run_kb("users", "add", "anna", "--role", "editor", "--cleared").out
    )
    typed(f"{PASSWORD}\n")
    assert run_kb("users", "add", "ben").code == 0
    assert run_kb("users", "list", "--json").json == [
        {"name": "anna", "role": "editor", "cleared": True, "token": False},
        {"name": "ben", "role": "reader", "cleared": False, "token": False},
    ]
    token = run_kb("users", "token", "ben").out.strip()
    found = Users(path).by_token(token)
    assert found is not None and found.name == "ben"
    listed = run_kb("users", "list").out
    assert "hidden" in listed and "seen" in listed and token not in listed
    changed = run_kb("users", "change", "ben", "--role", "editor", "--cleared")
    assert changed.out == "ben is an editor and sees documents marked not public.\n"
    assert "does not see" in run_kb("users", "change", "ben", "--not-cleared").out
    assert "--role" in run_kb("users", "change", "ben").err
    typed("three other words\n")
    assert run_kb("users", "password", "ben").code == 0 and Users(path).sign_in("ben", "three other words")
    assert run_kb("users", "token", "ben", "--end").code == 0 and Users(path).by_token(token) is None
    assert run_kb("users", "remove", "ben").code == 0 and Users(path).find("ben") is None


def test_what_cannot_be_done_with_users_is_said(
    typed: Callable[[str], Path], run_kb: RunKb, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed("short\n")
    refused = run_kb("users", "add", "anna")
    assert refused.code == 1 and "12 to 200 characters" in refused.err
    typed(f"{PASSWORD}\n")
    assert "reader or editor" in run_kb("users", "add", "anna", "--role", "king").err
    assert "kb users add" in run_kb("users", "list").err
    typed(f"{PASSWORD}\n")
    run_kb("users", "add", "anna")
    assert "kb users list" in run_kb("users", "remove", "zoe").err
    monkeypatch.delenv("KB_AUTH")
    without = run_kb("users", "list")
    assert without.code == 1 and "KB_AUTH" in without.err
    served = run_kb("serve", "--host", "0.0.0.0", "--no-browser")
    assert served.code == 1 and "--without-login" in served.err


def test_the_doctor_says_who_may_sign_in_and_what_is_amiss(users: Users, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.cli.doctor import check_users

    def findings() -> list[tuple[str, str | None]]:
        return [(one.text, one.remedy) for one in check_users(Settings())]

    assert findings() == []
    monkeypatch.setenv("KB_AUTH", str(users.path))
    assert findings() == [("2 may sign in, 1 of them see documents marked not public", None)]
    users.path.chmod(0o644)
    assert "chmod 600" in str(findings())
    users.path.unlink()
    assert "kb users add" in str(findings())
