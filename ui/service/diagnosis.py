"""Why a widget does not work on a page, said to the person who put it there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from ui.service.limits import Exceeded
from ui.sites import Site, matches

Language = Literal["zh-CN", "zh-TW", "en"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `kind` names what is wrong, or what is fine."""

    check: str
    ok: bool
    kind: str
    message: str


_WORDS: Mapping[str, tuple[str, str, str]] = {
    # kind: (zh-CN, zh-TW, en)
    "key_ok": ("密钥有效。", "金鑰有效。", "The key is valid."),
    "key_missing": (
        "没有给出密钥：请在标签中写上 data-site。",
        "沒有給出金鑰：請在標籤中寫上 data-site。",
        "No key was given: put data-site into the tag.",
    ),
    "key_unknown": (
        "密钥 {key} 不存在：请从管理页重新复制标签。",
        "金鑰 {key} 不存在：請從管理頁重新複製標籤。",
        "There is no key {key}: copy the tag again from the admin page.",
    ),
    "key_rotated": (
        "密钥 {key} 已更换：请从管理页复制新的标签。",
        "金鑰 {key} 已更換：請從管理頁複製新的標籤。",
        "The key {key} has been replaced: copy the new tag from the admin page.",
    ),
    "key_revoked": (
        "密钥 {key} 已被吊销：请向服务管理员申请新的密钥。",
        "金鑰 {key} 已被撤銷：請向服務管理員申請新的金鑰。",
        "The key {key} has been revoked: ask the administrator of the service for a new one.",
    ),
    "origin_ok": (
        "来源 {origin} 在允许列表中。",
        "來源 {origin} 在允許清單中。",
        "The origin {origin} is on the list.",
    ),
    "origin_missing": (
        "请求没有来源：组件须在网页中运行，本地文件和沙箱框架（来源为 null）不被接受。",
        "請求沒有來源：元件須在網頁中執行，本機檔案和沙箱框架（來源為 null）不被接受。",
        "The request has no origin: the widget runs in pages; local files and sandboxed frames (null) are refused.",
    ),
    "origin_denied": (
        "来源 {origin} 不在该密钥的允许列表中：请管理员在管理页（/admin/sites）加上它。",
        "來源 {origin} 不在該金鑰的允許清單中：請管理員在管理頁（/admin/sites）加上它。",
        "The origin {origin} is not on this key's list: have it added on the admin page (/admin/sites).",
    ),
    "token_ok": ("会话令牌有效。", "工作階段權杖有效。", "The session token is valid."),
    "token_expired": (
        "会话令牌已过期：组件会自动换新；若反复出现，请检查访客电脑的时钟。",
        "工作階段權杖已過期：元件會自動換新；若反覆出現，請檢查訪客電腦的時鐘。",
        "The session token has expired: the widget renews it by itself; if this repeats, check the visitor's clock.",
    ),
    "token_wrong": (
        "会话令牌不是发给这个来源的。",
        "工作階段權杖不是發給這個來源的。",
        "The session token was not given to this origin.",
    ),
    "limit_ok": ("没有超过限额。", "沒有超過限額。", "No limit is used up."),
    "limit": (
        "限额已用完（{scope}，每 {seconds} 秒 {n} 次）：{retry} 秒后恢复，管理员可以调高。",
        "限額已用完（{scope}，每 {seconds} 秒 {n} 次）：{retry} 秒後恢復，管理員可以調高。",
        "A limit is used up ({scope}, {n} in {seconds} s): it opens again in {retry} s; it can be raised.",
    ),
    "mixed_ok": ("页面与服务的协议相配。", "頁面與服務的協定相配。", "Page and service fit in their protocol."),
    "mixed": (
        "混合内容：页面用 HTTPS，服务用 HTTP，浏览器会拦截。请让服务走 HTTPS（{service}）。",
        "混合內容：頁面用 HTTPS，服務用 HTTP，瀏覽器會攔截。請讓服務走 HTTPS（{service}）。",
        "Mixed content: the page uses HTTPS, the service HTTP; browsers block that. Serve it over HTTPS ({service}).",
    ),
    "csp_ok": (
        "内容安全策略允许本组件。",
        "內容安全政策允許本元件。",
        "The Content-Security-Policy lets the widget in.",
    ),
    "csp": (
        "被页面的内容安全策略拦截：请在 {directive} 中加入 {service}。",
        "被頁面的內容安全政策攔截：請在 {directive} 中加入 {service}。",
        "Blocked by the page's Content-Security-Policy: add {service} to {directive}.",
    ),
}


def language_of(wish: str) -> Language:
    """zh-TW for zh-TW, zh-HK, zh-Hant and the like; zh-CN for other Chinese and for nothing; en for the rest."""
    low = wish.lower()
    if low.startswith("zh"):
        return "zh-TW" if any(part in low for part in ("tw", "hk", "mo", "hant")) else "zh-CN"
    return "en" if low else "zh-CN"


def finding(check: str, kind: str, language: Language, **facts: object) -> Finding:
    words = _WORDS[kind][("zh-CN", "zh-TW", "en").index(language)]
    return Finding(check, kind.endswith("_ok"), kind, words.format(**facts))


def check_key(key: str, site: Site | None, *, rotated: bool, language: Language) -> Finding:
    if not key:
        return finding("key", "key_missing", language)
    if site is None:
        return finding("key", "key_rotated" if rotated else "key_unknown", language, key=key)
    return finding("key", "key_ok" if site.revoked is None else "key_revoked", language, key=key)


def check_origin(origin: str, site: Site, language: Language) -> Finding:
    if origin in ("", "null"):
        return finding("origin", "origin_missing", language)
    listed = any(matches(pattern, origin) for pattern in site.origins)
    return finding("origin", "origin_ok" if listed else "origin_denied", language, origin=origin)


def check_limits(exceeded: Exceeded | None, language: Language) -> Finding:
    if exceeded is None:
        return finding("limit", "limit_ok", language)
    limit = exceeded.limit
    return finding(
        "limit", "limit", language, scope=limit.scope, seconds=limit.seconds, n=limit.n, retry=exceeded.retry_after_s
    )


def check_mixed(page: str, service: str, language: Language) -> Finding:
    """A page from https may not call http, unless that is this very machine."""
    host = urlsplit(service).hostname or ""
    local = host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")
    mixed = page.startswith("https://") and service.startswith("http://") and not local
    return finding("mixed_content", "mixed" if mixed else "mixed_ok", language, service=service)


def check_policy(policy: str, page: str, service: str, language: Language) -> Finding:
    """Whether a Content-Security-Policy lets our script load and our calls out."""
    for directive in ("script-src", "connect-src"):
        if not policy_allows(policy, directive, page=page, service=service):
            return finding("csp", "csp", language, directive=directive, service=service)
    return finding("csp", "csp_ok", language)


def policy_allows(policy: str, directive: str, *, page: str, service: str) -> bool:
    """Policies separated by commas must all agree; a directive that is missing falls back to default-src."""
    return all(_one_allows(one, directive, page=page, service=service) for one in policy.split(",") if one.strip())


def _one_allows(policy: str, directive: str, *, page: str, service: str) -> bool:
    directives = {words[0].lower(): words[1:] for part in policy.split(";") if (words := part.split())}
    sources = directives.get(directive, directives.get("default-src"))
    if sources is None:
        return True
    return any(_source_fits(source.lower(), page=page, service=service.lower()) for source in sources)


def _source_fits(source: str, *, page: str, service: str) -> bool:
    scheme, _, host = service.partition("://")
    if source == "'self'":
        return page.lower() == service
    if source == "*":
        return True
    if source.startswith("'"):
        return False
    if source.endswith(":"):
        return source == scheme + ":"
    wanted_scheme, _, wanted = source.rpartition("://")
    wanted = wanted.partition("/")[0]
    fits = host == wanted or (wanted.startswith("*.") and host.endswith(wanted[1:]))
    return fits and (wanted_scheme in ("", scheme) or (wanted_scheme == "http" and scheme == "https"))
