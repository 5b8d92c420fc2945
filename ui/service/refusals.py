"""Every reason for which the service refuses a request, in Chinese and English."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from ui.messages import Language

Said: TypeAlias = tuple[str, str]
"""The same in Chinese and English."""

# The code of an error, and after a slash which of several things it says.
SAID: Mapping[str, Said] = {
    "admin_token_needed": (
        "没有收到管理口令；改动要有它：Authorization: Bearer 管理口令",
        "Changes need the admin token: Authorization: Bearer TOKEN.",
    ),
    "admin_token_wrong": (
        "管理口令不对；它在首次启动时显示过一次，也可用环境变量 YOUJU_ADMIN_TOKEN 在 youju serve 启动时另设",
        "This is not the admin token. It was shown once, at the first start; `youju serve` takes a new one from "
        "YOUJU_ADMIN_TOKEN.",
    ),
    "api_key_needed": (
        "没有收到密钥；本服务要凭密钥使用：Authorization: Bearer 密钥",
        "This service asks for an API key: Authorization: Bearer KEY.",
    ),
    "api_key_wrong": (
        "密钥不存在或已被吊销；请向服务管理员申请新的",
        "This API key is unknown or revoked; ask the administrator of the service for a new one.",
    ),
    "bad_request": (
        "请求的内容读不出来；请按 /docs 的说明发送 JSON 或 multipart/form-data",
        "The body cannot be read; send JSON or multipart/form-data as /docs describes.",
    ),
    "bad_request/length": ("Content-Length 应是整数", "Content-Length must be a whole number."),
    "bad_request/parts": (
        "表单的部分太多，最多 {most} 个；请分几次发送",
        "The form has too many parts, at most {most} are taken; send them in several requests.",
    ),
    "busy": (
        "已有 {places} 个问题在回答或等候；请过一秒再问",
        "{places} questions are being answered or waiting. Ask again in a second.",
    ),
    "busy/evaluation": (
        "已有一次评测在进行；请等它结束，或先停止它",
        "An evaluation is under way. Wait for its end, or cancel it.",
    ),
    "error": ("请求没有被接受（HTTP {number}）", "The request was not accepted (HTTP {number})."),
    "forbidden": ("这里不允许访问", "This is not open to you."),
    "frame_expired": ("页面打开得太久了；请重新打开", "The page has been open for too long; load it again."),
    "internal": (
        "服务内部出错，原因记在日志里；请重试，若仍不行请告诉管理员",
        "Something failed inside the service. The log tells what.",
    ),
    "internal/request": (
        "服务内部出错，原因记在日志里，请求编号 {request}；请重试，若仍不行请把编号告诉管理员",
        "Something failed inside the service. The log tells what, under request {request}.",
    ),
    "internal/no_answer": ("没有得到回答；请重试", "The engine gave no answer; ask again."),
    "invalid_request/fields": ("{chinese}；各字段的要求见 /docs", "{english}; /docs describes every field."),
    "invalid_request/no_file": ("没有收到文件；请放在字段 files 里", "Send at least one file, in the field `files`."),
    "invalid_request/no_questions": ("没有收到题目；请放在字段 file 里", "Send the questions in the field `file`."),
    "invalid_request/same_name": (
        "有两个文件都叫“{name}”；文件的编号由名字而来，请改名",
        "Two files have the name {name!r}; an id has to be unique.",
    ),
    "invalid_request/same_id": (
        "有两份文件的编号相同；编号不能重复",
        "Two documents have the same id; an id has to be unique.",
    ),
    "invalid_request/no_name": (
        "有一个文件没有名字；它的编号由名字而来，请起名",
        "A file came without a name; its id is made from it.",
    ),
    "invalid_request/no_user_message": (
        "messages：最后一条 user 消息是问题，而其中没有带文字的",
        "messages: the last user message is the question; there is none with text.",
    ),
    "invalid_request/long_message": (
        "messages：问题有 {length} 个字，最多 {most} 个；请写短一些",
        "messages: the question has {length} characters, at most {most} are taken.",
    ),
    "key_revoked": (
        "这个站点密钥已被吊销；请向服务管理员申请新的",
        "This key has been revoked; ask the administrator of the service for a new one.",
    ),
    "key_rotated": (
        "这个站点密钥已更换；请从管理页（/admin/sites）复制新的标签",
        "This key has been replaced; copy the new tag from the admin page (/admin/sites).",
    ),
    "key_unknown": (
        "没有站点用这个密钥；请从管理页（/admin/sites）重新复制标签",
        "No site has this key; copy the tag again from the admin page (/admin/sites).",
    ),
    "limit/address": (
        "同一网络地址 {seconds} 秒内最多提问 {n} 次；请 {retry} 秒后再来",
        "At most {n} in {seconds} s for one address. Come again in {retry} s.",
    ),
    "limit/session": (
        "一次访问 {seconds} 秒内最多提问 {n} 次；请 {retry} 秒后再来",
        "At most {n} in {seconds} s for one session. Come again in {retry} s.",
    ),
    "limit/site": (
        "这个站点 {seconds} 秒内最多提问 {n} 次；请 {retry} 秒后再来",
        "At most {n} in {seconds} s for one site. Come again in {retry} s.",
    ),
    "limit/overall": (
        "所有站点合计 {seconds} 秒内最多提问 {n} 次；请 {retry} 秒后再来",
        "At most {n} in {seconds} s for all sites together. Come again in {retry} s.",
    ),
    "limit/session/address": (
        "同一网络地址 {seconds} 秒内最多打开 {n} 次；请 {retry} 秒后再来",
        "At most {n} sessions in {seconds} s for one address. Come again in {retry} s.",
    ),
    "link_wrong": (
        "链接不是本服务给的，或已过期太久；请重新提问",
        "This is no link of ours, or it is too old; ask again for a new one.",
    ),
    "method_not_allowed": (
        "这个地址不接受 {method}；响应头 Allow 列出可用的方法",
        "This address does not take {method}; the header Allow names what it takes.",
    ),
    "model_not_found": (
        "没有叫“{model}”的模型；这里只有“{only}”",
        "Got the model {model!r}; the only one here is {only!r}.",
    ),
    "not_found": ("没有这个地址；/docs 列出全部地址", "There is nothing here; /docs lists what there is."),
    "not_found/run": ("没有叫“{name}”的评测", "No run is called {name!r}."),
    "not_ready/empty": (
        "存储里还没有文件；请添加：youju index 路径，或 POST /api/documents",
        "The store holds no document. Add some: youju index PATH, or POST /api/documents.",
    ),
    "not_ready/legs": (
        "这些检索什么也找不到：{legs}；请检查存储：youju store verify",
        "Nothing found by: {legs}. Check the store: youju store verify.",
    ),
    "origin_denied": (
        "这个密钥不能用于此来源；/widget/v1/diagnose 说明原因",
        "This key does not work on this origin. /widget/v1/diagnose says more.",
    ),
    "origin_denied/framed": (
        "这张凭证只给站点所嵌的本服务页面使用",
        "This ticket is for our own page, framed by the site.",
    ),
    "origin_denied/nowhere": (
        "没有站点列出此来源；请管理员在管理页（/admin/sites）加上它",
        "No site lists this origin; have it added on the admin page (/admin/sites).",
    ),
    "origin_mismatch": (
        "令牌是发给另一个来源的；请重新开始会话",
        "The token was given to another origin; begin a new session.",
    ),
    "page_failed": (
        "问答页面没有建起来，原因记在日志里；/docs 所列的接口可用",
        "The chat page could not be built; the log tells why. The API at /docs works.",
    ),
    "service_store_error": (
        "服务暂时读不到自己的记录；请稍后再试",
        "The service cannot reach its own records now. Try again later.",
    ),
    "stopping": ("服务正在停止；请稍后再试", "The service is stopping; try again later."),
    "timeout": (
        "{seconds:g} 秒内没有答完；请问得更具体些，或再试一次",
        "No answer within {seconds:g} s. Ask something narrower, or again.",
    ),
    "token_expired": ("令牌已过期；请重新开始会话", "The token has expired; begin a new session."),
    "token_missing": (
        "没有收到会话令牌：Authorization: Bearer 令牌",
        "Send the session's token: Authorization: Bearer TOKEN.",
    ),
    "token_wrong": ("令牌不是本服务发的；请重新开始会话", "This is no token of ours; begin a new session."),
    "too_large": (
        "内容太大，最多 {most} 字节；请分几次发送",
        "The body may have {most} bytes at most; send less at a time.",
    ),
    "too_slow": (
        "内容没有在 {seconds:g} 秒内送到；请检查网络后再试",
        "The body did not arrive within {seconds:g} s; check the network and try again.",
    ),
    "unsupported_format": (
        "收到的是“{got}”；请用 application/json 或 multipart/form-data",
        "Got {got!r}; send application/json or multipart/form-data.",
    ),
    "unsupported_format/questions": (
        "收到的是 {got}；题目文件应是 {expected}",
        "Got {got}; expected questions as {expected}.",
    ),
}

# What is wrong with a field, by pydantic's type of error, with the limits it tells. Its own words are English.
_FIELD: Mapping[str, str] = {
    "missing": "缺少这个字段",
    "extra_forbidden": "没有这个字段",
    "json_invalid": "不是正确的 JSON",
    "model_type": "应是 JSON 对象",
    "model_attributes_type": "应是 JSON 对象",
    "dict_type": "应是 JSON 对象",
    "list_type": "应是列表",
    "tuple_type": "应是列表",
    "string_type": "应是文字",
    "string_unicode": "应是有效的 Unicode 文字",
    "string_too_short": "至少要 {min_length} 个字",
    "string_too_long": "最多 {max_length} 个字",
    "string_pattern_mismatch": "应符合 {pattern}",
    "too_short": "至少要 {min_length} 项，收到 {actual_length} 项",
    "too_long": "最多 {max_length} 项，收到的更多",
    "int_type": "应是整数",
    "int_parsing": "应是整数",
    "int_from_float": "应是整数",
    "int_parsing_size": "数太大",
    "float_type": "应是数",
    "float_parsing": "应是数",
    "finite_number": "应是有限的数",
    "bool_type": "应是 true 或 false",
    "bool_parsing": "应是 true 或 false",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "不能大于 {le}",
    "literal_error": "应是 {expected} 之一",
    "enum": "应是 {expected} 之一",
}
_BODY: Said = ("请求内容", "body")


def said(language: Language, both: Said) -> str:
    return both[0] if language == "zh" else both[1]


def words(key: str, **facts: object) -> Said:
    """Raises KeyError for an unknown key or a missing fact."""
    chinese, english = SAID[key]
    return chinese.format(**facts), english.format(**facts)


def wrong_field(error: Mapping[str, Any]) -> Said:
    """One of pydantic's errors: where it is and what is expected there. What was sent is not echoed."""
    at = [step for step in error["loc"] if step not in ("body", "query", "path")]
    at = [] if error["type"] == "json_invalid" else at
    chinese = _FIELD.get(error["type"], "与要求不符").format(**error.get("ctx", {})).replace(" or ", " 或 ")
    place = ".".join(map(str, at))
    return f"{place or _BODY[0]}：{chinese}", f"{place or _BODY[1]}: {error['msg']}"
