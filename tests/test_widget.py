"""The widget's server side: keys, origins, tokens, limits, signed links, and the built files."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from rag.knowledge_base import KnowledgeBase
from ui import widget
from ui.service import create_app
from ui.service.diagnosis import policy_allows
from ui.service.gate import WidgetLimits
from ui.service.limits import Limit, Limiter
from ui.service.tokens import BadToken, ExpiredToken, Signer
from ui.sites import BadOrigin, Sites, UnknownSite, matches, normal_origin
from ui.storage.service_store import ServiceStore
from ui.widget.build import build

ADMIN = {"Authorization": "Bearer the-admin-token"}
HOME = "https://www.example.gov.cn"
FOREIGN = "https://www.example.com"
JOBS = "2024年全年新增就业3.2万人，帮扶困难人员就业1200人。"
QUESTION = "2024年新增就业多少人?"


def app_over(folder: Path | None = None, **options):
    kb = KnowledgeBase.from_texts([JOBS], titles=["就业报告"], ids=["sub/jobs"])
    return create_app(kb, folder=folder, admin_token="the-admin-token", **options)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    limits = WidgetLimits(address_minute=10**6, session_minute=10**6, sessions_per_address_minute=10**6)
    with TestClient(app_over(widget_limits=limits)) as opened:
        yield opened


@pytest.fixture(scope="module")
def sites(client: TestClient) -> Sites:
    return client.app.state.sites


@pytest.fixture
def key(sites: Sites) -> str:
    return sites.add("门户", [HOME, "*.city.gov.cn"]).key


def begin(client: TestClient, key: str, origin: str | None = HOME):
    return client.post("/widget/v1/session", json={"site": key}, headers={"Origin": origin} if origin else {})


def bearer(client: TestClient, key: str, origin: str = HOME) -> dict[str, str]:
    return {"Authorization": f"Bearer {begin(client, key, origin).json()['token']}", "Origin": origin}


def ask(client: TestClient, headers: dict[str, str], **body):
    return client.post("/widget/v1/ask", json={"question": QUESTION, **body}, headers=headers)


def answer_of(text: str) -> dict:
    last = [frame for frame in text.split("\n\n") if frame][-1]
    assert last.startswith("event: answer\n"), last
    return json.loads(last.partition("data: ")[2])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("www.A.cn/", "https://www.a.cn"),
        ("*.example.gov.cn", "https://*.example.gov.cn"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("https://a.cn:443", "https://a.cn"),
        ("https://政务.cn", "https://xn--zfr164b.cn"),
    ],
)
def test_origins_are_kept_in_one_form(given: str, kept: str) -> None:
    assert normal_origin(given) == kept


@pytest.mark.parametrize(
    "given", ["", "*", "*.cn", "*.gov.cn", "https://a.cn/path", "ftp://a.cn", "a b.cn", "https://u@a.cn", "a.cn:x"]
)
def test_what_binds_to_nobody_is_no_origin(given: str) -> None:
    with pytest.raises(BadOrigin):
        normal_origin(given)


@pytest.mark.parametrize(
    ("pattern", "origin", "fits"),
    [
        ("https://a.cn", "https://a.cn", True),
        ("https://a.cn", "http://a.cn", False),
        ("https://a.cn", "https://a.cn:8443", False),
        ("https://*.a.cn", "https://x.a.cn", True),
        ("https://*.a.cn", "https://y.x.a.cn", True),
        ("https://*.a.cn", "https://a.cn", False),
        ("https://*.a.cn", "https://evila.cn", False),
        ("https://*.a.cn", "https://evil.cn/.a.cn", False),
        ("https://*.a.cn", "https://evil.cn#.a.cn", False),
        ("https://a.cn", "null", False),
        ("https://a.cn", "", False),
    ],
)
def test_origins_fit_exactly_or_below_a_wildcard(pattern: str, origin: str, fits: bool) -> None:
    assert matches(pattern, origin) is fits


def test_a_token_holds_for_its_purpose_and_its_time() -> None:
    now = [1000.0]
    signer = Signer(b"k" * 32, clock=lambda: now[0])
    token = signer.sign("session", {"site": "s"}, lives_s=900)
    assert signer.read("session", token)["site"] == "s"
    with pytest.raises(BadToken):
        signer.read("view", token)
    with pytest.raises(BadToken):
        Signer(b"x" * 32, clock=lambda: now[0]).read("session", token)
    now[0] = 1901.0
    with pytest.raises(ExpiredToken):
        signer.read("session", token)
    assert signer.read("session", token, grace_s=60)["site"] == "s"


@pytest.mark.parametrize("token", ["", ".", "a.b", "é.é", "\ud800.x", "e30.e30"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(BadToken):
        Signer(b"k" * 32).read("session", token)


def test_limits_outlive_a_restart_and_end_with_their_window(tmp_path: Path) -> None:
    now = [6000.0]  # a minute begins
    two = [Limit("address", "a", 2, 60), Limit("overall", "", 100, 60)]
    for _ in range(2):
        store = ServiceStore.open(tmp_path)
        assert Limiter(store, clock=lambda: now[0]).take(two) is None
        store.close()
    store = ServiceStore.open(tmp_path)
    limiter = Limiter(store, clock=lambda: now[0])
    now[0] = 6045.0
    exceeded = limiter.take(two)
    assert (exceeded.limit.scope, exceeded.retry_after_s) == ("address", 15)
    assert store.rows("SELECT n FROM used WHERE scope = 'overall/60'") == [(2,)]  # a refusal counts nothing
    now[0] = 6060.0
    assert limiter.take(two) is None
    store.close()


def test_a_page_on_the_list_gets_a_token_and_an_answer(client: TestClient, key: str) -> None:
    session = begin(client, key)
    assert (session.status_code, session.json()["expires_in"]) == (200, 900)
    assert session.headers["access-control-allow-origin"] == HOME
    assert "Origin" in session.headers["vary"]
    assert "access-control-allow-credentials" not in session.headers
    reply = ask(client, bearer(client, key))
    answer = answer_of(reply.text)
    assert "3.2万人" in answer["text"]
    assert set(answer["citations"][0]) == {"number", "title", "section", "page", "quote", "key", "verified", "view"}
    assert ask(client, bearer(client, key, "https://tax.city.gov.cn")).status_code == 200


@pytest.mark.parametrize("origin", [FOREIGN, None, "null", "http://www.example.gov.cn", HOME + ":8443"])
def test_other_origins_get_nothing(client: TestClient, key: str, origin: str | None) -> None:
    reply = begin(client, key, origin)
    assert (reply.status_code, reply.json()["error"]["type"]) == (403, "origin_denied")
    assert "access-control-allow-origin" not in reply.headers


def test_a_stolen_token_is_worth_nothing_elsewhere(client: TestClient, sites: Sites, key: str) -> None:
    sites.add("other", [FOREIGN])
    stolen = bearer(client, key) | {"Origin": FOREIGN}
    assert (ask(client, stolen).status_code, ask(client, stolen).json()["error"]["type"]) == (403, "origin_mismatch")
    no_origin = {"Authorization": stolen["Authorization"]}
    assert ask(client, no_origin).status_code == 403


def test_revoking_rotating_and_editing_count_at_once(client: TestClient, sites: Sites, key: str) -> None:
    headers = bearer(client, key)
    site = sites.get(key)
    sites.edit(site.id, origins=["https://elsewhere.cn"])
    assert ask(client, headers).json()["error"]["type"] == "origin_denied"
    sites.edit(site.id, origins=[HOME])
    rotated = sites.rotate(site.id)
    assert ask(client, headers).json()["error"]["type"] == "key_rotated"
    headers = bearer(client, rotated.key)
    assert ask(client, headers).status_code == 200
    sites.revoke(site.id)
    assert (ask(client, headers).status_code, ask(client, headers).json()["error"]["type"]) == (403, "key_revoked")
    assert begin(client, rotated.key).status_code == 403


def test_an_expired_token_says_that_a_new_one_helps() -> None:
    with TestClient(app_over(widget_session_s=-1)) as client:
        key = client.app.state.sites.add("x", [HOME]).key
        reply = ask(client, bearer(client, key))
    assert (reply.status_code, reply.json()["error"]["type"]) == (401, "token_expired")
    assert reply.headers["access-control-allow-origin"] == HOME  # the page can read it


def test_limits_hold_over_sessions_and_restarts(tmp_path: Path) -> None:
    daily = {"per_minute": 10**6, "per_day": 3}  # a day, so that no minute ends in between
    statuses = []
    for restart in range(2):
        with TestClient(app_over(tmp_path)) as client:
            sites = client.app.state.sites
            key = sites.add("x", [HOME], **daily).key if restart == 0 else sites.list()[0].key
            replies = [ask(client, bearer(client, key)) for _ in range(2)]
            statuses += [reply.status_code for reply in replies]
            use = sites.use(sites.list()[0].id)
    assert statuses == [200, 200, 200, 429]
    assert use == {"ask": 3, "refused:limit_site": 1}
    assert replies[1].json()["error"]["type"] == "limit"
    assert 0 < int(replies[1].headers["retry-after"]) <= 86_400


def test_a_preflight_echoes_only_an_origin_that_is_listed(client: TestClient, key: str) -> None:
    ours = client.options("/widget/v1/ask", headers={"Origin": HOME, "Access-Control-Request-Method": "POST"})
    assert (ours.status_code, ours.headers["access-control-allow-origin"]) == (204, HOME)
    assert ours.headers["access-control-allow-headers"] == "Authorization, Content-Type"
    theirs = client.options("/widget/v1/ask", headers={"Origin": "https://nobody.example"})
    assert (theirs.status_code, "access-control-allow-origin" in theirs.headers) == (403, False)
    api = client.options("/api/ask", headers={"Origin": HOME, "Access-Control-Request-Method": "POST"})
    assert "access-control-allow-origin" not in api.headers


def ticket_of(client: TestClient, key: str) -> str:
    return re.findall(r'data-frame="([^"]+)"', client.get("/widget/v1/frame", params={"site": key}).text)[0]


def test_a_framed_page_speaks_for_the_site_that_frames_it(client: TestClient, sites: Sites, key: str) -> None:
    page = client.get("/widget/v1/frame", params={"site": key, "title": '"><script>', "lang": "en"})
    assert page.headers["content-security-policy"].endswith(f"; frame-ancestors {HOME} https://*.city.gov.cn")
    assert 'data-title="&quot;&gt;&lt;script&gt;"' in page.text
    ours = {"Origin": "http://testserver"}
    ticket = ticket_of(client, key)

    def begin_with(site: str, ticket: str, origin: dict[str, str] = ours):
        return client.post("/widget/v1/session", json={"site": site, "frame": ticket}, headers=origin)

    headers = {**ours, "Authorization": f"Bearer {begin_with(key, ticket).json()['token']}"}
    assert "3.2万人" in answer_of(ask(client, headers).text)["text"]
    assert ask(client, {**headers, "Origin": HOME}).status_code == 403
    assert begin(client, key, ours["Origin"]).status_code == 403  # without a ticket our own origin is not on the list
    assert begin_with(key, ticket, {"Origin": HOME}).status_code == 403
    assert begin_with(key, ticket + "x").json()["error"]["type"] == "frame_expired"
    assert begin_with(sites.add("other", [FOREIGN]).key, ticket).status_code == 403
    sites.revoke(key)
    assert ask(client, headers).status_code == 403
    assert client.get("/widget/v1/frame", params={"site": key}).status_code == 403


def test_only_turns_that_we_answered_are_believed(client: TestClient, key: str) -> None:
    headers = bearer(client, key)
    first = answer_of(ask(client, headers).text)
    turn = {"question": QUESTION, "answer": first["text"], "receipt": first["receipt"]}
    assert ask(client, headers, turns=[turn]).status_code == 200
    signer = Signer(b"k" * 32)
    assert signer.is_receipt(signer.receipt("s", "q", "a"), "s", "q", "a")
    assert not signer.is_receipt(signer.receipt("s", "q", "a"), "s", "q", "another answer")
    assert not signer.is_receipt(signer.receipt("s", "qa", ""), "s", "q", "a")


def test_a_link_shows_one_span_for_fifteen_minutes(client: TestClient, key: str) -> None:
    headers = bearer(client, key)
    view = answer_of(ask(client, headers).text)["citations"][0]["view"]
    page = client.get(f"/widget/v1/{view}")
    assert page.status_code == 200
    assert "3.2万人" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert client.get(f"/widget/v1/{view.replace('sub/', 'other/')}").status_code == 403
    assert client.get(f"/widget/v1/{view}x").status_code == 403
    assert client.get("/widget/v1/view/sub/jobs?s=0-5").status_code == 403
    fresh = client.post("/widget/v1/link", json={"view": view}, headers=headers).json()["view"]
    assert urlsplit(fresh).path == urlsplit(view).path
    assert parse_qs(urlsplit(fresh).query)["s"] == parse_qs(urlsplit(view).query)["s"]
    assert client.post("/widget/v1/link", json={"view": "view/x?t=e30.e30"}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("setting", "origin", "wrong"),
    [
        ({}, HOME, []),
        ({"site": "pk_none"}, HOME, ["key_unknown"]),
        ({"site": ""}, HOME, ["key_missing"]),
        ({}, FOREIGN, ["origin_denied"]),
        ({}, "null", ["origin_missing"]),
        ({"page": "https://www.example.gov.cn/a?b"}, None, ["mixed"]),
        ({"csp": "default-src 'self'"}, HOME, ["csp"]),
        ({"csp": "script-src http://testserver; connect-src http://testserver"}, HOME, []),
    ],
)
def test_diagnose_names_what_is_wrong(
    client: TestClient, key: str, setting: dict, origin: str | None, wrong: list[str]
) -> None:
    query = {"site": key, "page": "http://x", "lang": "zh-CN"} | setting
    reply = client.get("/widget/v1/diagnose", params=query, headers={"Origin": origin} if origin else {})
    assert [check["kind"] for check in reply.json()["checks"] if not check["ok"]] == wrong
    assert reply.json()["ok"] is (wrong == [])
    assert reply.headers["access-control-allow-origin"] == "*"


def test_diagnose_speaks_the_owners_language(client: TestClient, sites: Sites) -> None:
    site = sites.revoke(sites.add("x", [HOME]).id)
    said = {
        lang: client.get("/widget/v1/diagnose", params={"site": site.key, "lang": lang}).json()["checks"][0]["message"]
        for lang in ("zh-CN", "zh-TW", "en")
    }
    assert said == {
        "zh-CN": f"密钥 {site.key} 已被吊销：请向服务管理员申请新的密钥。",
        "zh-TW": f"金鑰 {site.key} 已被撤銷：請向服務管理員申請新的金鑰。",
        "en": f"The key {site.key} has been revoked: ask the administrator of the service for a new one.",
    }


@pytest.mark.parametrize(
    ("policy", "allowed"),
    [
        ("", True),
        ("img-src 'none'", True),
        ("default-src 'none'", False),
        ("script-src https://kb.cn", True),
        ("script-src https://*.cn:443 kb.cn", True),
        ("script-src *.kb.cn", False),
        ("script-src https:", True),
        ("script-src 'self'", False),
        ("script-src kb.cn, script-src 'self'", False),
    ],
)
def test_policies_are_read_as_browsers_do(policy: str, allowed: bool) -> None:
    assert policy_allows(policy, "script-src", page="https://www.a.cn", service="https://kb.cn") is allowed


def test_the_administrator_makes_and_ends_keys(client: TestClient) -> None:
    assert client.get("/api/sites").status_code == 401
    made = client.post("/api/sites", json={"name": "门户", "origins": ["www.a.gov.cn"]}, headers=ADMIN)
    site = made.json()
    assert (made.status_code, site["origins"]) == (201, ["https://www.a.gov.cn"])
    assert f'data-site="{site["key"]}"' in site["tag"]
    assert widget.integrity("youju") in site["tag"]
    assert site["policy"] == "script-src http://testserver; connect-src http://testserver"
    bad = client.post("/api/sites", json={"name": "x", "origins": ["*"]}, headers=ADMIN)
    assert (bad.status_code, bad.json()["error"]["type"]) == (422, "bad_origin")
    rotated = client.post(f"/api/sites/{site['id']}/rotate", headers=ADMIN).json()
    assert rotated["key"] != site["key"]
    changed = client.patch(f"/api/sites/{site['id']}", json={"per_minute": 5}, headers=ADMIN).json()
    assert (changed["per_minute"], changed["origins"]) == (5, ["https://www.a.gov.cn"])
    assert client.delete(f"/api/sites/{site['id']}", headers=ADMIN).json()["revoked"] is not None
    assert client.delete("/api/sites/none", headers=ADMIN).status_code == 404


def test_sites_are_shared_between_processes(tmp_path: Path) -> None:
    one, other = Sites.open(tmp_path), Sites.open(tmp_path)
    site = one.add("x", [HOME])
    other.revoke(site.key)
    assert one.get(site.id).revoked is not None
    with pytest.raises(UnknownSite):
        one.get("site_none")
    one.close()
    other.close()


def test_the_built_files_are_current_and_small() -> None:
    built = build(Path(widget.__file__).parent / "source")
    assert built == {name: widget.read(name).decode() for name in ("youju.js", "panel.js")}
    size = {name: len(gzip.compress(text.encode(), 9)) for name, text in built.items()}
    assert size["youju.js"] < 4096
    assert sum(size.values()) < 20 * 1024
    assert widget.integrity("panel") in built["youju.js"]


def test_the_sources_have_nothing_that_runs_text() -> None:
    for name in ("youju.js", "panel.js", "admin.js"):
        text = widget.read(name).decode()
        banned = ("innerHTML", "outerHTML", "insertAdjacent", "eval(", "document.write", "Function(")
        assert [word for word in banned if word in text] == []


def test_words_are_the_same_in_every_language() -> None:
    words = json.loads((Path(widget.__file__).parent / "source" / "words.json").read_text(encoding="utf-8"))
    assert {tuple(entries) for entries in words.values()} == {tuple(words["zh-CN"])}
    assert {len(entries["reasons"]) for entries in words.values()} == {4}


def test_scripts_are_cached_by_version(client: TestClient) -> None:
    launcher = client.get("/widget/v1/youju.js")
    assert launcher.headers["cache-control"] == "public, max-age=300"
    assert launcher.headers["access-control-allow-origin"] == "*"
    again = client.get("/widget/v1/youju.js", headers={"If-None-Match": launcher.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    pinned = client.get("/widget/v1/panel.js", params={"v": widget.version("panel")})
    assert pinned.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get("/widget/v1/other.js").status_code == 404
