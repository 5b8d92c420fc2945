"""What stands around a document without belonging to it: portal buttons, forum frames, page numbers, contents lists."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from rag.reading.lines import Line, has_sentence, letters
from rag.reading.marks import Rank, mark_of

# Buttons and links; a hyphen stands for a space.
_CONTROLS = frozenset(
    re.findall(
        r"\S+",
        """
    登录 登陆 注册 立即注册 首页 主页 设为首页 收藏 收藏本站 加入收藏 设为首页收藏本站 分享 分享到 打印 打印本页
    关闭 关闭窗口 返回 返回顶部 返回列表 返回首页 返回上一页 复制 复制链接 搜索 检索 下载 导出 导出笔记 笔记 记笔记
    问答 评论 点赞 举报 回复 快速回复 发表回复 回帖 上一篇 下一篇 上一页 下一页 上一条 下一条 更多 展开 收起 客服
    客服中心 在线客服 在线咨询 联系我们 关于我们 网站地图 网站声明 隐私政策 无障碍 无障碍浏览 长者模式 适老版 手机版
    移动版 扫一扫 二维码 字号 大 中 小 繁体 简体 朗读 只看该作者 倒序浏览 正序浏览 阅读模式 显示全部楼层
    本版积分规则 官网原文 导航 菜单 home login log-in sign-in sign-up register share print search menu subscribe
    close back back-to-top download skip-to-content skip-to-main-content contact contact-us about about-us sitemap
    privacy privacy-policy terms-of-use cookie-policy next previous read-more
        """,
    )
)
_SEPARATORS = re.compile(r"\s*[|·•/>»›\[\]【】()]+\s*|\s+")
_BETWEEN_WORDS = re.compile(r"\s*[|·•/>»›\[\]【】]+\s*")
_FRAME = re.compile(
    r"登录|注册|版权所有|[icp]{3}备|公网安备|返回顶部|本站|客服|回帖|复制链接"
    r"|powered by|copyright|©|licensed|all rights reserved",
    re.IGNORECASE,
)
_PAGE_NUMBER = re.compile(
    r"[-—–·\s]*\d{1,4}\s*(?:/\s*\d{1,4})?[-—–·\s]*|第\s*\d{1,4}\s*页(?:\s*[,/]?\s*共\s*\d{1,4}\s*页)?"
    r"|page\s+\d{1,4}(?:\s+of\s+\d{1,4})?",
    re.IGNORECASE,
)
_SALUTATION = re.compile(r"(?:尊敬的|各位|同志们|女士们|先生们|Dear|Fellow|Ladies).{0,30}[:,!]")
_CONTENTS = re.compile(r"目\s*[录錄次]|(?:table of )?contents", re.IGNORECASE)
_LEADERS = re.compile(r"[\s..…·—-]*\d*$")
HEAD = 80  # lines within which a title is looked for
_SHORT = 80


def is_control(text: str) -> bool:
    """Whether the line is nothing but buttons and links of a web page."""
    if len(text) > 60 or "," in text or "。" in text:
        return False
    lowered = text.lower()
    for pattern in (_SEPARATORS, _BETWEEN_WORDS):
        words = [word for word in pattern.split(lowered) if word]
        if words and all(word.replace(" ", "-") in _CONTROLS for word in words):
            return True
    return False


def is_page_number(text: str) -> bool:
    return len(text) <= 24 and _PAGE_NUMBER.fullmatch(text) is not None


def is_salutation(text: str) -> bool:
    """各位代表: and its like, alone on a line."""
    return len(text) <= 40 and _SALUTATION.fullmatch(text) is not None


def body_start(lines: Sequence[Line]) -> int:
    """Index of the first line that is certainly content: a long sentence, a first-rank number, a greeting."""
    for i, line in enumerate(lines[:HEAD]):
        text = line.text
        if text[0] == "#" or is_salutation(text) or _CONTENTS.fullmatch(text):
            return i
        if len(text) >= 30 and has_sentence(text[:400]) and not _FRAME.search(text, 0, 400):
            return i
        mark = mark_of(text)
        if mark is not None and mark.rank <= Rank.THIRD and mark.ordinal == 1:
            return i
    return min(len(lines), HEAD)


def title_lines(lines: Sequence[Line], title: str) -> tuple[int, int]:
    """The span of lines, start and end (exclusive), that repeat the title before the content begins; (0, 0) if none.

    Several may: the name of the page, then the heading, in one line or two.
    """
    key = letters(title)
    if len(key) < 4:
        return 0, 0
    first = last = -1
    for i, line in enumerate(lines[: body_start(lines) + 1]):
        if len(line.text) > len(title) + 40:
            continue
        own = letters(line.text.lstrip("#"))
        # A piece of the title is a part of it only right behind another one.
        if own == key or key in own or (len(own) >= 4 and own in key and (first in (-1, i) or last == i)):
            first = i if first < 0 else first
            last = i + 1
    return (first, last) if first >= 0 else (0, 0)


def frame(lines: Sequence[Line], title: str) -> tuple[int, int]:
    """The lines between which the document stands: start and end (exclusive), after its title, before a page's foot."""
    first, start = title_lines(lines, title)
    if any(has_sentence(line.text) and len(line.text) >= 30 for line in lines[:first]):
        start = 0
    return start, _foot(lines, start)


def _foot(lines: Sequence[Line], start: int) -> int:
    """Where the page's foot begins: short lines without a sentence at the very end, buttons among them."""
    tail = len(lines)
    while tail > start and len(lines) - tail < HEAD and _may_be_foot(lines[tail - 1].text):
        tail -= 1
    controls = [i for i in range(tail, len(lines)) if is_control(lines[i].text) or _FRAME.search(lines[i].text)]
    if not controls or len(controls) * 4 < len(lines) - controls[0]:
        return len(lines)
    return controls[0]


def _may_be_foot(text: str) -> bool:
    return len(text) <= _SHORT and not any(mark in text for mark in "。;!?") and text[0] not in "#|"


def contents(lines: Sequence[Line]) -> tuple[int, int, list[str]]:
    """A table of contents: its lines, start and end (exclusive), and the headings it lists as `letters`.

    (0, 0, []) if there is none. It ends where its first entry comes again as a heading.
    """
    start = next((i for i, line in enumerate(lines[:HEAD]) if _CONTENTS.fullmatch(line.text.strip("# "))), -1)
    if start < 0:
        return 0, 0, []
    entries: list[str] = []
    for i in range(start + 1, len(lines)):
        text = lines[i].text
        entry = entry_key(text)
        repeated = bool(entries) and (same_heading(entry, entries[0]) or entry in entries)
        if repeated or len(text) > _SHORT or has_sentence(text) or text[0] == "#":
            return start, i, entries
        if entry:
            entries.append(entry)
    return 0, 0, []


def entry_key(text: str) -> str:
    """A line of a table of contents, or the heading it stands for, without number, leaders and page."""
    mark = mark_of(text)
    if mark is not None and mark.rank >= Rank.THIRD:
        text = text[mark.length :]
    without_page = _LEADERS.sub("", text)
    return letters(without_page or text)


def same_heading(key: str, entry: str) -> bool:
    """Whether a heading is the one listed, allowing for small differences of wording."""
    if key == entry:
        return True
    if min(len(key), len(entry)) < 6 or abs(len(key) - len(entry)) > 8:
        return False
    if key.startswith(entry) or entry.startswith(key):
        return True
    if len(set(key) & set(entry)) * 5 < len(set(entry)) * 4:
        return False
    return SequenceMatcher(None, key, entry, autojunk=False).ratio() >= 0.9
