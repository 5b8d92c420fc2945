"""What is promised of the service's records, over every database that may hold them."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from rag.errors import ServiceStoreError
from rag.knowledge_base import KnowledgeBase
from tests.processes import until
from ui.cli import main
from ui.service.access import Access
from ui.service.app import create_app
from ui.service.feedback import Feedback, FeedbackBook
from ui.service.limits import Limit, Limiter
from ui.sites import Sites
from ui.storage.service_store import FILE_NAME, ServiceStore

ROOT = Path(__file__).parent.parent
POSTGRES = os.environ.get("YOUJU_TEST_POSTGRES", "")

# As the first version of the service made it.
OLD = """
CREATE TABLE secret (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE api_key (hash TEXT PRIMARY KEY, name TEXT NOT NULL, created REAL NOT NULL, revoked REAL);
CREATE TABLE feedback (
    id INTEGER PRIMARY KEY, created REAL NOT NULL, way TEXT NOT NULL, answer_id TEXT NOT NULL, rating TEXT NOT NULL,
    reason TEXT NOT NULL, comment TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL);
CREATE TABLE site (
    id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, origins TEXT NOT NULL,
    per_minute INTEGER NOT NULL, per_day INTEGER NOT NULL, created REAL NOT NULL, revoked REAL);
CREATE TABLE old_key (key TEXT PRIMARY KEY, site_id TEXT NOT NULL, rotated REAL NOT NULL);
CREATE TABLE used (
    scope TEXT NOT NULL, subject TEXT NOT NULL, begin INTEGER NOT NULL, seconds INTEGER NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (scope, subject, begin)) WITHOUT ROWID;
CREATE TABLE tally (
    site_id TEXT NOT NULL, day TEXT NOT NULL, what TEXT NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (site_id, day, what)) WITHOUT ROWID;
INSERT INTO site VALUES ('site_1', 'pk_1', '门户', '["https://a.cn"]', 5, 50, 1700000000.25, NULL);
INSERT INTO used VALUES ('site/60', 'site_1', 6000, 60, 5);
INSERT INTO feedback VALUES (7, 1700000000.25, 'api', 'a1', 'down', '', '', '问', '答');
"""


def knowledge() -> KnowledgeBase:
    return KnowledgeBase.from_texts(["2024年全年新增就业3.2万人。"], titles=["就业报告"], ids=["jobs"])


@pytest.fixture(params=["folder", "sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    """Where nothing is kept yet."""
    if request.param == "folder":
        yield tmp_path / "kept"
    elif request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/kept/records.db"
    else:
        yield from _postgres()


def _postgres() -> Iterator[str]:
    """A schema of its own, dropped after the test."""
    if not POSTGRES:
        pytest.skip("YOUJU_TEST_POSTGRES names no database: postgresql+psycopg://user:password@host/db")
    import psycopg

    name = f"youju_{uuid4().hex[:12]}"
    with psycopg.connect(POSTGRES.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        try:
            yield f"{POSTGRES}{'&' if '?' in POSTGRES else '?'}options=-csearch_path%3D{name}"
        finally:
            connection.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture
def store(place: Path | str) -> Iterator[ServiceStore]:
    opened = ServiceStore.open(place)
    yield opened
    opened.close()


@pytest.fixture
def other(store: ServiceStore, place: Path | str) -> Iterator[ServiceStore]:
    """The same records, as another process has them open."""
    opened = ServiceStore.open(place)
    yield opened
    opened.close()


def test_secrets_are_made_once_and_shared(store: ServiceStore, other: ServiceStore) -> None:
    assert len(store.signing_key()) == 32
    assert other.signing_key() == store.signing_key()
    token = Access(store).first_admin_token()
    assert token is not None
    assert Access(other).first_admin_token() is None
    assert Access(other).is_admin(token)
    Access(other).set_admin_token("another")
    assert (Access(store).is_admin(token), Access(store).is_admin("another")) == (False, True)


def test_keys_work_and_end_everywhere(store: ServiceStore, other: ServiceStore) -> None:
    key = Access(store).add_key("程序")
    assert Access(other)._is_key(key)
    before = time.time()
    assert Access(other).revoke_key("程序") == 1
    assert Access(store).revoke_key("程序") == 0
    assert not Access(store)._is_key(key)
    (listed,) = Access(store).keys()
    assert listed.name == "程序"
    assert before <= (listed.revoked or 0) <= time.time()  # to the second and beyond: no 4-byte time


def test_feedback_comes_back_as_it_was_given(store: ServiceStore, other: ServiceStore) -> None:
    entry = Feedback(
        "a1", "down", "wrong_year", "“不对” ' \" % :name ? 😀\n𠮷", "哪年？", "答", "page", created=1700000000.25
    )
    first, second = FeedbackBook(store).add(entry), FeedbackBook(other).add(Feedback("a2", "up", comment="a\x00b"))
    assert second > first
    kept = FeedbackBook(other).all()
    assert [(f.id, f.answer_id) for f in kept] == [(first, "a1"), (second, "a2")]
    assert (kept[0].comment, kept[0].question, kept[0].way, kept[0].created) == (
        entry.comment,
        "哪年？",
        "page",
        1700000000.25,
    )
    assert kept[1].comment in ("a\x00b", "a\ufffdb")
    assert abs(kept[1].created - time.time()) < 60


def test_sites_change_everywhere(store: ServiceStore, other: ServiceStore) -> None:
    ours, theirs = Sites(store), Sites(other)
    site = ours.add("门户", ["a.cn", "*.b.gov.cn"], per_minute=5)
    assert theirs.by_key(site.key) == ours.get(site.id) == site
    assert theirs.edit(site.id, name="新", origins=["c.cn"]).origins == ("https://c.cn",)
    assert ours.allow_somewhere("https://c.cn")
    rotated = theirs.rotate(site.id)
    assert (ours.by_key(site.key), ours.was_rotated(site.key), ours.was_rotated(rotated.key)) == (None, True, False)
    for name in ("ask", "ask", "refused:limit_site"):
        ours.count(site.id, name)
    theirs.count(site.id, "ask")
    assert theirs.use(site.id) == {"ask": 3, "refused:limit_site": 1}
    theirs.revoke(site.id)
    assert ours.get(site.id).revoked is not None
    assert not ours.allow_somewhere("https://c.cn")
    assert [s.id for s in ours.list()] == [site.id]


def test_a_transaction_is_whole_or_not(store: ServiceStore, other: ServiceStore) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction() as work:
        work.write("INSERT INTO secret (name, value) VALUES ('a', 'b')")
        assert work.rows("SELECT value FROM secret WHERE name = 'a'") == [("b",)]
        assert other.secret("a") is None
        raise ZeroDivisionError
    assert store.secret("a") is None
    with store.transaction() as work:
        work.write("INSERT INTO secret (name, value) VALUES ('a', 'b')")
    assert other.secret("a") == "b"


def test_a_limit_holds_for_all_and_a_refusal_counts_nothing(store: ServiceStore, other: ServiceStore) -> None:
    now = [6000.0]
    ours, theirs = (Limiter(s, clock=lambda: now[0]) for s in (store, other))
    limits = [Limit("overall", "", 100, 60), Limit("site", "s", 3, 60), Limit("site", "s", 50, 86_400)]
    assert [ours.take(limits), theirs.take(limits), ours.take(limits)] == [None] * 3
    now[0] = 6045.0
    exceeded = theirs.take(limits)
    assert (exceeded.limit, exceeded.retry_after_s) == (limits[1], 15)
    assert ours.exceeded(limits) == exceeded
    assert store.rows("SELECT scope, n FROM used ORDER BY scope") == [
        ("overall/60", 3),
        ("site/60", 3),
        ("site/86400", 3),
    ]
    now[0] = 6060.0
    assert ours.take(limits) is None
    now[0] = 6300.0
    assert ours.take(limits) is None
    assert store.rows("SELECT begin FROM used WHERE scope = 'site/60'") == [(6300,)]  # what is over is cleared away


TAKER = """
import json, sys
from pathlib import Path
from concurrent.futures import ThreadPoolExecutor
from ui.service.limits import Limit, Limiter
from ui.storage.service_store import ServiceStore
from ui.sites import Sites

place, me, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
store = ServiceStore.open(place if "://" in place else Path(place))
limiter, sites = Limiter(store, clock=lambda: 6000.0), Sites(store)
limits = [Limit("address", me, 10**6, 60), Limit("site", "s", 150, 60), Limit("site", "s", 10**6, 86_400),
          Limit("overall", "", 10**6, 60)]

def once(_):
    sites.count("s", "tried")
    return limiter.take(limits) is None

with ThreadPoolExecutor(4) as pool:
    taken = sum(pool.map(once, range(times)))
key = store.signing_key().hex()
store.close()
print(json.dumps([taken, key]))
"""


def test_many_processes_count_right_and_start_together(place: Path | str) -> None:
    """None of them finds tables: all make them at once."""
    command = [sys.executable, "-c", TAKER, str(place)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with ThreadPoolExecutor(3) as pool:
        done = list(
            pool.map(
                lambda me: subprocess.run(
                    [*command, str(me), "60"], env=environment, capture_output=True, text=True, timeout=120, check=False
                ),
                range(3),
            )
        )
    assert [d.stderr for d in done] == [""] * 3
    said = [json.loads(d.stdout) for d in done]
    assert sum(taken for taken, _ in said) == 150  # of 180
    assert len({key for _, key in said}) == 1
    store = ServiceStore.open(place)
    rows = store.rows("SELECT scope, sum(n) FROM used GROUP BY scope ORDER BY scope")
    assert [(scope, int(n)) for scope, n in rows] == [
        (scope, 150) for scope in ("address/60", "overall/60", "site/60", "site/86400")
    ]
    assert Sites(store).use("s") == {"tried": 180}
    store.close()


def test_one_of_many_becomes_administrator_and_rotates(store: ServiceStore, other: ServiceStore) -> None:
    site = Sites(store).add("a", ["a.cn"])
    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(lambda n: Access((store, other)[n % 2]).first_admin_token(), range(8)))
        keys = set(pool.map(lambda n: Sites((store, other)[n % 2]).rotate(site.id).key, range(8)))
    assert len([token for token in tokens if token]) == 1
    assert Sites(other).get(site.id).key in keys
    assert Sites(other).was_rotated(site.key)


def test_the_commands_and_the_service_share_one_place(
    place: Path | str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if isinstance(place, Path):
        pytest.skip("a folder is the store's own; tests/test_service.py")
    monkeypatch.setenv("YOUJU_SERVICE", place)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("养老床位增加120张。", encoding="utf-8")
    assert main(["index", "a.txt", "--store", "s"]) == 0
    with TestClient(create_app(knowledge(), folder=tmp_path / "s", service=place, admin_token="t")) as client:
        assert client.get("/api/search", params={"q": "就业"}).status_code == 200
        capsys.readouterr()
        assert main(["keys", "add", "程序", "--store", "s"]) == 0
        key = capsys.readouterr().out.strip()
        until(lambda: client.get("/api/search", params={"q": "就业"}).status_code == 401)
        bearer = {"Authorization": f"Bearer {key}"}
        assert client.get("/api/search", params={"q": "就业"}, headers=bearer).status_code == 200
        body = {"answer_id": "a1", "rating": "down", "question": "哪年?"}
        assert client.post("/api/feedback", json=body, headers=bearer).status_code == 201
        assert main(["sites", "add", "门户", "--origin", "a.cn", "--store", "s"]) == 0
        listed = client.get("/api/sites", headers={"Authorization": "Bearer t"}).json()["sites"]
        assert [site["name"] for site in listed] == ["门户"]
        assert main(["keys", "revoke", "程序", "--store", "s"]) == 0
        assert client.get("/api/search", params={"q": "就业"}, headers=bearer).status_code == 401
    assert main(["eval", "draft", "--feedback", "--store", "s", "--out", "rows.jsonl"]) == 0
    assert "哪年" in (tmp_path / "rows.jsonl").read_text(encoding="utf-8")
    assert not (tmp_path / "s" / FILE_NAME).exists()


@pytest.mark.parametrize("by_url", [False, True])
def test_a_file_of_before_goes_on(tmp_path: Path, by_url: bool) -> None:
    with sqlite3.connect(tmp_path / FILE_NAME) as database:
        database.executescript(OLD)
    database.close()
    store = ServiceStore.open(f"sqlite:///{tmp_path}/{FILE_NAME}" if by_url else tmp_path)
    site = Sites(store).by_key("pk_1")
    assert site is not None
    assert (site.origins, site.per_minute, site.created) == (("https://a.cn",), 5, 1700000000.25)
    assert Limiter(store, clock=lambda: 6030.0).take([Limit("site", "site_1", 5, 60)]) is not None
    assert FeedbackBook(store).add(Feedback("a2", "up")) == 8
    assert [f.answer_id for f in FeedbackBook(store).all()] == ["a1", "a2"]
    assert store.rows("PRAGMA journal_mode") == [("wal",)]
    assert store.rows("PRAGMA synchronous") == [(1,)]
    assert store.rows("PRAGMA busy_timeout") == [(5000,)]
    store.close()
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(tmp_path / FILE_NAME) as database:
        made = dict(database.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    database.close()
    fresh = ServiceStore.open(None)
    statement = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    now = {name: "".join(str(sql).split()) for name, sql in fresh.rows(statement)}
    assert now == {name: "".join(sql.split()) for name, sql in made.items()}
    fresh.close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://u:hush@h/db", r"begins with mysql://.*expected a folder, sqlite:///path/to\.db or postgresql"),
        ("postgresql+asyncpg://u:hush@h/db", r"begins with postgresql\+asyncpg://"),
        ("postgresql://u:hush", "cannot be read"),
        ("postgresql+psycopg://u:hu@sh@h/db", "more than one @.*%40"),
        ("sqlite://", "names no file"),
        (
            "postgresql+psycopg://u:hush@127.0.0.1:1/db",
            r"postgresql\+psycopg://u@127\.0\.0\.1:1/db, which cannot be used",
        ),
        ("postgresql+psycopg://u@127.0.0.1:1/db?password=hush", r"u@127\.0\.0\.1:1/db, which cannot be used"),
    ],
)
def test_what_cannot_be_opened_is_told_without_the_password(
    url: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ServiceStoreError, match=says) as caught:
        ServiceStore.open(url)
    monkeypatch.setenv("YOUJU_SERVICE", url)
    (tmp_path / "a.txt").write_text("养老床位增加120张。", encoding="utf-8")
    assert main(["index", str(tmp_path / "a.txt"), "--store", str(tmp_path / "s")]) == 0
    assert main(["keys", "list", "--store", str(tmp_path / "s")]) == 2
    assert not any(word in str(caught.value) + capsys.readouterr().err for word in ("hush", "hu@", "sh@"))


def test_without_the_driver_it_says_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ServiceStoreError, match=r"pip install 'youju\[postgres\]'") as caught:
        ServiceStore.open("postgresql://u:hush@h/db")
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("by_url", [False, True])
def test_a_file_that_is_no_database_is_told(tmp_path: Path, by_url: bool) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"no database at all" * 100)
    with pytest.raises(ServiceStoreError, match=r"service\.sqlite, which cannot be used \(file is not a database\)"):
        ServiceStore.open(f"sqlite:///{tmp_path}/{FILE_NAME}" if by_url else tmp_path)


def test_a_database_that_went_away_is_a_503_that_names_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def gone(*_: object) -> None:
        raise ServiceStoreError.of("postgresql+psycopg://u@inside.example/db", OSError("gone"))

    app = create_app(knowledge())
    app.state.access._store.rows = gone
    with TestClient(app) as client:
        reply = client.get("/api/search", params={"q": "就业"})
    assert (reply.status_code, reply.json()["error"]["type"]) == (503, "service_store_error")
    assert "inside.example" not in reply.text


@pytest.mark.parametrize("command", [["ask", "问?"], ["keys", "list"], ["serve", "--help"]])
def test_sqlalchemy_is_imported_only_for_a_url(command: list[str], tmp_path: Path) -> None:
    code = "import sys; from ui.cli import main\ntry: main(sys.argv[1:])\nexcept SystemExit: pass\n"
    code += "import ui.service.app; ui.service.app.ServiceStore.open(None); assert 'sqlalchemy' not in sys.modules"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("YOUJU_SERVICE", None)
    done = subprocess.run(
        [sys.executable, "-c", code, *command],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
