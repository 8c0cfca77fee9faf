"""Accounts, passwords, invitations, sign-ins and the audit log, on SQLite and on PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text
from standing_clock import Clock

from voicesim.errors import BadInputError, VoicesimError
from voicesim.store.audit import COMMAND_LINE, By
from voicesim.store.opening import Store, open_store
from voicesim.store.passwords import PasswordError, Passwords, password_rules
from voicesim.store.people import Account

GOOD = "four brown horses ate"
OTHER = "a kettle of green rain"
HERE = "192.0.2.7"


@pytest.fixture
def boss(store: Store) -> Account:
    return store.people.add("Boss", "Pat Boss", "admin", GOOD, by=COMMAND_LINE)


@pytest.fixture
def reed(store: Store, boss: Account) -> Account:
    return store.people.add("reed.s", "Sam Reed", "trainee", GOOD, by=By(boss.id, HERE))


def whats(store: Store, **which: str) -> list[str]:
    return [line.what for line in store.audit.page(**which).lines][::-1]  # type: ignore[arg-type]


def test_an_account_is_found_however_its_login_is_typed(store: Store, boss: Account) -> None:
    assert store.people.find(" BOSS ") == boss
    assert store.people.find("ＢＯＳＳ") == boss  # wide letters of an East Asian keyboard
    assert store.people.find("bos") is None
    assert store.people.get(boss.id) == boss


def test_no_two_accounts_share_a_login(store: Store, boss: Account) -> None:
    for login in ("Boss", "BOSS"):
        with pytest.raises(BadInputError, match="is taken"):
            store.people.add(login, "Somebody Else", "trainee", GOOD, by=COMMAND_LINE)


def test_of_many_who_want_a_login_at_once_one_gets_it(store: Store) -> None:
    def attempt(number: int) -> bool:
        try:
            store.people.add("same", f"Number {number}", "trainee", None, by=COMMAND_LINE)
        except BadInputError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_a_login_that_nobody_could_type_and_a_name_that_nobody_could_read_are_refused(store: Store) -> None:
    for login in ("", "a", "two words", "x" * 65, "semi;colon", "new\nline", "\ud800lone", "nul\0"):
        with pytest.raises(BadInputError):
            store.people.add(login, "Somebody", "trainee", GOOD, by=COMMAND_LINE)
    for name in ("", "   ", "x" * 121, "bell\x07", "turned\u202eround", "\ud800"):
        with pytest.raises(BadInputError):
            store.people.add("somebody", name, "trainee", GOOD, by=COMMAND_LINE)
    assert not store.people.anybody()


def test_a_password_that_is_guessed_first_is_refused(store: Store, reed: Account) -> None:
    for password in (
        "short", "password123!", "P4ssw0rd2026", "aaaaaaaaaaaaaa", "1234567890", "abcdefghijkl", "reed.s2026", "Sam Reed 12",
        "x" * 257, "lone \ud800 surrogate", "Police Academy 1",
    ):  # fmt: skip
        with pytest.raises(PasswordError):
            store.people.set_password(reed.id, password, by=COMMAND_LINE)
    assert store.people.check_password("reed.s", GOOD) == reed


def test_only_the_right_password_signs_in(store: Store, reed: Account) -> None:
    assert store.people.check_password("REED.S", GOOD) == reed
    for login, password in (
        ("reed.s", GOOD + " "),
        ("reed.s", ""),
        ("nobody", GOOD),
        ("reed.s", "x" * 5000),
        ("reed.s", "\ud800"),
        ("\0", "\0"),
    ):
        assert store.people.check_password(login, password) is None


def test_no_password_lies_in_the_database(store: Store, reed: Account) -> None:
    with store.database.reading() as db:
        kept = db.execute(text("SELECT password FROM people")).scalars().all()
    assert all(one.startswith("$argon2id$") for one in kept)
    assert GOOD not in "".join(kept)
    assert "$argon2" not in repr(store.people.all())


def test_an_account_without_a_password_lets_nobody_in(store: Store) -> None:
    made = store.people.add("new", "Newly Made", "trainee", None, by=COMMAND_LINE)
    assert made.password_set is None
    assert store.people.check_password("new", "") is None


def test_a_password_kept_by_older_rules_is_hashed_anew_when_it_is_used(store: Store, where: str, reed: Account) -> None:
    stronger = Passwords(password_rules().model_copy(update={"memory_kib": 16, "passes": 2, "lanes": 1}))
    with open_store(where, passwords=stronger) as later:
        assert later.people.check_password("reed.s", GOOD) is not None
        with later.database.reading() as db:
            kept = db.execute(text("SELECT password FROM people WHERE login = 'reed.s'")).scalar()
        assert "m=16,t=2,p=1" in str(kept)
        assert later.people.check_password("reed.s", GOOD) is not None


def test_changing_the_password_signs_out_everywhere_else(store: Store, reed: Account) -> None:
    here, token = store.sign_ins.begin(reed.id, where=HERE)
    _, elsewhere = store.sign_ins.begin(reed.id, where="192.0.2.8")
    with pytest.raises(PasswordError, match="not right"):
        store.people.change_password(reed.id, "wrong one here", OTHER, by=By(reed.id, HERE))
    store.people.change_password(reed.id, GOOD, OTHER, by=By(reed.id, HERE), keep=here.id)
    assert store.sign_ins.who(token) is not None
    assert store.sign_ins.who(elsewhere) is None
    assert store.people.check_password("reed.s", GOOD) is None
    assert store.people.check_password("reed.s", OTHER) is not None


def test_disabling_ends_every_sign_in_at_once(store: Store, boss: Account, reed: Account) -> None:
    _, token = store.sign_ins.begin(reed.id, where=HERE)
    store.people.disable(reed.id, by=By(boss.id, HERE))
    assert store.sign_ins.who(token) is None
    assert store.people.check_password("reed.s", GOOD) is None
    with pytest.raises(BadInputError, match="cannot sign in"):
        store.sign_ins.begin(reed.id, where=HERE)
    assert store.people.enable(reed.id, by=By(boss.id, HERE)).active
    assert store.sign_ins.who(token) is None  # what was ended stays so


def test_somebody_can_always_let_others_in(store: Store, boss: Account, reed: Account) -> None:
    for attempt in (
        lambda: store.people.disable(boss.id, by=COMMAND_LINE),
        lambda: store.people.change_role(boss.id, "trainee", by=COMMAND_LINE),
    ):
        with pytest.raises(BadInputError, match="last admin"):
            attempt()
    store.people.change_role(reed.id, "admin", by=COMMAND_LINE)
    assert store.people.change_role(boss.id, "trainee", by=COMMAND_LINE).role == "trainee"


def test_people_are_found_by_parts_of_their_names(store: Store, boss: Account, reed: Account) -> None:
    assert store.people.all(search="ree") == (reed,)
    assert store.people.all(search="%") == ()
    assert store.people.all(role="admin") == (boss,)
    store.people.disable(reed.id, by=COMMAND_LINE)
    assert store.people.all(disabled=False) == (boss,)
    assert [one.name for one in store.people.all()] == ["Pat Boss", "Sam Reed"]


def test_a_sign_in_ends_when_it_is_not_used_and_when_the_day_is_over(store: Store, reed: Account, clock: Clock) -> None:
    rules = store.sign_ins.rules
    _, token = store.sign_ins.begin(reed.id, where=HERE)
    clock.forward(minutes=rules.idle_minutes - 1)
    assert store.sign_ins.who(token) is not None  # and so it is used
    clock.forward(minutes=rules.idle_minutes - 1)
    assert store.sign_ins.who(token) is not None
    clock.forward(minutes=rules.idle_minutes)
    assert store.sign_ins.who(token) is None

    _, token = store.sign_ins.begin(reed.id, where=HERE)
    until = clock.now + timedelta(hours=rules.longest_hours)
    while clock.now + timedelta(hours=1) < until:
        clock.forward(hours=1)
        assert store.sign_ins.who(token) is not None
    clock.now = until
    assert store.sign_ins.who(token) is None
    assert store.sign_ins.of(reed.id) == ()
    assert store.sign_ins.clear_away() == 2


def test_signing_out_ends_it_on_the_server(store: Store, reed: Account) -> None:
    here, token = store.sign_ins.begin(reed.id, where=HERE, browser="Firefox")
    found = store.sign_ins.who(token)
    assert found == (here, reed)
    store.sign_ins.end(here.id, by=By(reed.id, HERE))
    assert store.sign_ins.who(token) is None
    store.sign_ins.end(here.id, by=By(reed.id, HERE))  # twice does no harm


def test_tokens_are_not_in_the_database(store: Store, reed: Account) -> None:
    _, token = store.sign_ins.begin(reed.id, where=HERE)
    _, link = store.invitations.make("trainee", by=COMMAND_LINE)
    with store.database.reading() as db:
        kept = [str(row) for table in ("sign_ins", "invitations") for row in db.execute(text(f"SELECT * FROM {table}"))]
    assert not any(token in row or link in row for row in kept)
    assert store.sign_ins.who(token + "x") is None
    assert store.sign_ins.who("\ud800") is None


def test_one_person_does_not_fill_the_table_of_sign_ins(store: Store, reed: Account, clock: Clock) -> None:
    tokens = []
    for _ in range(store.sign_ins.rules.most_each + 2):
        tokens.append(store.sign_ins.begin(reed.id, where=HERE)[1])
        clock.forward(seconds=1)
    assert len(store.sign_ins.of(reed.id)) == store.sign_ins.rules.most_each
    assert [store.sign_ins.who(token) is not None for token in tokens[:3]] == [False, False, True]


def test_an_invitation_makes_one_account_with_its_role(store: Store, boss: Account) -> None:
    made, token = store.invitations.make("instructor", by=By(boss.id, HERE), note="Ann, from Monday")
    assert store.invitations.look(token) == made
    with pytest.raises(PasswordError):
        store.invitations.accept(token, "ann", "Ann Bee", "short", where=HERE)
    with pytest.raises(BadInputError, match="is taken"):
        store.invitations.accept(token, "boss", "Ann Bee", OTHER, where=HERE)
    ann = store.invitations.accept(token, "ann", "Ann Bee", OTHER, where=HERE)
    assert ann.role == "instructor"
    assert store.invitations.look(token) is None
    with pytest.raises(BadInputError, match="does not work any more"):
        store.invitations.accept(token, "ann2", "Ann Bee", OTHER, where=HERE)


def test_a_link_that_two_open_at_once_makes_one_account(store: Store) -> None:
    _, token = store.invitations.make("trainee", by=COMMAND_LINE)

    def attempt(number: int) -> bool:
        try:
            store.invitations.accept(token, f"person{number}", "Somebody", OTHER, where=HERE)
        except VoicesimError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(attempt, range(6))) == 1
    assert len(store.people.all()) == 1


def test_an_invitation_ends_by_itself_and_when_it_is_withdrawn(store: Store, clock: Clock) -> None:
    first, token = store.invitations.make("trainee", by=COMMAND_LINE)
    second, other = store.invitations.make("trainee", by=COMMAND_LINE, hours=1)
    clock.forward(hours=1)
    assert store.invitations.open() == (first,)
    assert store.invitations.look(other) is None
    store.invitations.withdraw(first.id, by=COMMAND_LINE)
    assert store.invitations.look(token) is None
    assert second.id not in {one.id for one in store.invitations.open()}


def test_a_password_link_gives_no_new_account_and_only_the_last_works(store: Store, reed: Account) -> None:
    _, signed_in = store.sign_ins.begin(reed.id, where=HERE)
    _, first = store.invitations.for_password(reed.id, by=COMMAND_LINE)
    _, second = store.invitations.for_password(reed.id, by=COMMAND_LINE)
    assert store.invitations.look(first) is None
    with pytest.raises(BadInputError):
        store.invitations.accept(second, "another", "An Other", OTHER, where=HERE)
    assert store.invitations.choose_password(second, OTHER, where=HERE).id == reed.id
    assert store.people.check_password("reed.s", OTHER) is not None
    assert store.sign_ins.who(signed_in) is None


def test_whatever_is_done_to_an_account_stands_in_the_audit_log(store: Store, boss: Account, reed: Account) -> None:
    by = By(boss.id, HERE)
    store.people.change_role(reed.id, "instructor", by=by)
    store.people.rename(reed.id, "Sam  Reed-Gray", by=by)
    store.people.disable(reed.id, by=by)
    store.people.enable(reed.id, by=by)
    store.people.set_password(reed.id, OTHER, by=by)
    here, _ = store.sign_ins.begin(reed.id, where="2001:db8::1")
    store.sign_ins.end(here.id, by=By(reed.id, "2001:db8::1"))
    assert whats(store, person=reed.id) == [
        "account made", "role changed", "name changed", "account disabled", "account enabled", "password set", "sign-in",
        "sign-out",
    ]  # fmt: skip
    newest = store.audit.page(person=reed.id, most=1).lines[0]
    assert (newest.who, newest.about, newest.where) == (reed.id, reed.id, "2001:db8::1")
    assert GOOD not in repr(store.audit.page())


def test_the_audit_log_is_read_page_by_page(store: Store, clock: Clock) -> None:
    for number in range(7):
        store.audit.add("session seen", By("a", HERE), session=f"s{number % 2}", detail="\0 and \ud800")
        clock.forward(minutes=1)
    found = store.audit.page(session="s1", start=1, most=1)
    assert found.total == 3
    assert [line.session for line in found.lines] == ["s1"]
    middle = clock.now - timedelta(minutes=3)
    assert store.audit.page(since=middle).total == 3
    assert store.audit.page(until=middle).total == 4
    assert store.audit.count("session seen", middle, where=HERE) == 3
    assert store.audit.count("session seen", middle, about="nobody") == 0


def test_the_database_itself_refuses_to_rewrite_the_audit_log(store: Store, boss: Account) -> None:
    before = store.audit.page()
    for command in ("DELETE FROM audit", "UPDATE audit SET what = 'nothing'", "UPDATE audit SET at = '2020-01-01'"):
        with pytest.raises(Exception, match="append-only"), store.database.writing() as db:
            db.execute(text(command))
    assert store.audit.page() == before


def test_what_fails_leaves_no_line_in_the_audit_log(store: Store, boss: Account) -> None:
    with pytest.raises(BadInputError):
        store.people.disable(boss.id, by=COMMAND_LINE)
    assert whats(store) == ["account made"]


def test_all_processes_share_the_servers_secret(store: Store, where: str) -> None:
    with open_store(where) as other, ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda n: (store, other)[n % 2].settings.secret("cookies"), range(8)))
    assert len(found) == 1
    assert len(found.pop()) >= 43
    store.settings.set("greeting", "hello")
    store.settings.set("greeting", "good morning")
    assert store.settings.get("greeting") == "good morning"
    assert store.settings.get("nothing", "default") == "default"
