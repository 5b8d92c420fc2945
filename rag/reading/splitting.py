"""Text to paragraphs: which lines are headings, which belong together, and under what section path each one stands."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from rag.reading.furniture import (
    body_start,
    contents,
    entry_key,
    frame,
    is_control,
    is_page_number,
    is_salutation,
    same_heading,
)
from rag.reading.lines import TERMINAL, Line, fold_width, has_sentence, letters, lines_of, one_line
from rag.reading.marks import Mark, Rank, is_glued, mark_of
from rag.reading.metadata import front_matter
from rag.types import Document, Paragraph

LONGEST = 1000  # characters; a longer paragraph is cut at sentence ends
_SENTENCE_CUTS = ("。", "!", "?", ";", "\n", ". ", "\uff01", "\uff1f", "\uff1b")
_CLAUSE_CUTS = (",", "\uff0c", "、", " ")
_CUT_ABOVE = 1200  # one a little longer stays whole
_HEADING = 60  # characters; a longer line is no heading
_PLAIN_HEADING = 40
_LEAD_IN = 200  # characters; a longer paragraph takes no list in
_CELL = 40  # characters; lines of a table that lost its rules are shorter
_OPENING = 6  # lines between the title and the text proper
_BYLINE = re.compile(
    r"^(?:——|--)|\d年\d+月\d+日|会议上|(?:区|市|县|省|州|旗|镇|乡|局|院|会|部)长\b|(?:主任|书记)\b|来源|作者|发布"
)
_GLOSSARY = re.compile(
    r"(?:名词|用语|术语|词语|概念|缩略语|专业词汇|词汇)(?:解释|注释|说明|释义|表)|^注释$"
    r"|^(?:glossary|terms and definitions)$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"各位(?:代表|委员|同志)|同志们|在?(?:看到|肯定|总结|取得)(?:这些)?成绩的?同时|总的来[说看]|总之|综上|过去一年的?成绩|回顾(?:过去)?一年"
)
_NUMBERED_LEAD = re.compile(r"([^。!?;]{2,45}?)(?:[。!?](?=.)|[:](?=.))")
_PLAIN_LEAD = re.compile(r"([^。!?;:,;!?:\s—]{4,16})。(?=.{12})")
# Words a new clause begins with; a heading run into its paragraph without a stop ends before one of them.
_BEGINS = re.compile(
    r"面对|结合|坚持|深入|积极|聚焦|始终|全力|全面|围绕|立足|对照|对标|针对|按照|根据|依托|通过|紧扣|紧抓|着力|大力|加快|持续|"
    r"强化|加强|推动|推进|打造|完成|实施|制定|编制|落实|贯彻|统筹|支持|组织|开展|全年|全区|全市|全省|全县|截至|截止|今年|目前|"
    r"我[区市省县们]"
)
_ADVERB = re.compile(r"(?:积极|全力|着力|大力|深入|持续|始终|全面|加快|不断|进一步|更好|坚决|切实)$")
_ENDS = re.compile(
    r"(?:加快|提升|增强|改善|优化|融合|凸显|显著|并举|发展|建设|保护|保障|稳定|完善|深化|成效|见效|夯实|有力|有序|有效|明显|突破|"
    r"进展|释放|向好|稳中有进|基础|体系|格局|水平|能力)$"
)
_QUOTED = re.compile(r"《([^》]{4,})》")
_ANNEX_LIST = re.compile(r"附[件表录]\s*:?\s*\d+[.、]")
_MARK_SPACE = re.compile(r"^(\S{1,6}[、)\uff09]) ")
_MD_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*")
_MD_BULLET = re.compile(r"[-*+•]\s+")
_CELL_NUMBER = re.compile(r"[\d.,%]+")


@dataclass(slots=True)
class _Block:
    """A heading (`rank` set), a paragraph (`rank` None), or both in one line (`rank` set, `bare` False)."""

    start: int
    end: int
    text: str
    rank: int | None = None
    label: tuple[int, int] | None = None  # where in the document the words of the heading stand
    bare: bool = False
    listed: bool = False  # a short piece of a list or table, to be joined with its neighbours
    mark: Mark | None = None
    short: bool | None = None  # whether it may be a cell of a table; found once


def split(document: Document) -> list[Paragraph]:
    """The paragraphs of a document in order, each under its section path, outermost heading first.

    Furniture of web pages and tables of contents lie in no paragraph. A text without any structure is one paragraph a
    line; one longer than LONGEST by a fifth is cut at sentence ends. Ids are "DOCUMENT#00001", counted from 1.
    """
    text = document.text
    if document.attributes.get("format") == "passage" and len(text) <= _CUT_ABOVE:
        return _whole(document)
    markdown = document.attributes.get("format") == "markdown"
    whole = list(lines_of(fold_width(text)))
    skip = front_matter(text).end
    lines = [line for line in whole if line.start >= skip] if skip else whole
    blocks = _structure(lines, document.title, markdown=markdown)
    pages = [i for i, c in enumerate(text) if c == "\f"] if "\f" in text else None
    paragraphs: list[Paragraph] = []
    for path, start, end in _sections(blocks, text, document.title):
        for s, e in _pieces(text, start, end):
            paragraphs.append(
                Paragraph(
                    f"{document.id}#{len(paragraphs) + 1:05d}",
                    document.id,
                    path,
                    s,
                    e,
                    text[s:e],
                    None if pages is None else bisect_right(pages, s) + 1,
                )
            )
    return paragraphs or _whole(document)  # nothing but headings and furniture: better shown than lost


def _whole(document: Document) -> list[Paragraph]:
    lines = list(lines_of(document.text))
    if not lines:
        return []
    start, end = lines[0].start, lines[-1].end
    page = 1 if "\f" in document.text else None
    return [Paragraph(f"{document.id}#00001", document.id, (), start, end, document.text[start:end], page)]


def _structure(lines: Sequence[Line], title: str, *, markdown: bool) -> list[_Block]:
    start, end = frame(lines, title)
    kept = [line for line in lines[start:end] if not is_control(line.text) and not is_salutation(line.text)]
    toc_start, toc_end, entries = contents(kept)
    # A notice that issues a document (关于印发《…》的通知) is followed by it under its own title.
    enclosed = [letters(name) for name in _QUOTED.findall(title)]
    opening = 0 if not start else _opening(kept, toc_start if entries else len(kept))
    blocks = _classified(
        _joined([*kept[opening:toc_start], *kept[max(toc_end, opening) :]], markdown=markdown),
        [*entries, *enclosed],
        markdown=markdown,
    )
    _find_plain_headings(blocks)
    _find_unstopped_heads(blocks)
    blocks = _merge_glossary(blocks)
    _empty_headings_become_text(blocks)
    blocks = _merge_lists(blocks)
    if opening:  # when, where and by whom it was given: the lines under the title
        blocks.insert(0, _Block(kept[0].start, kept[opening - 1].end, kept[0].text))
    return blocks


def _opening(lines: Sequence[Line], end: int) -> int:
    """How many lines say when, where and by whom it was given, before the text begins."""
    end = min(end, body_start(lines), _OPENING)
    return max((i + 1 for i in range(end) if _BYLINE.search(lines[i].text, 0, 200)), default=0)


# --- lines that belong together


def _joined(lines: Sequence[Line], *, markdown: bool) -> list[_Block]:
    """Lines as blocks, a sentence broken over several lines in one."""
    width = 0 if markdown else _wrap_width(lines)
    blocks: list[_Block] = []
    previous: Line | None = None
    fenced = False
    for line in lines:
        if markdown and line.text.startswith(("```", "~~~")):
            fenced = not fenced
        together = previous is not None and (
            (fenced or _soft_wrapped(previous, line))
            if markdown
            else (_hard_wrapped(previous, line, width) or _cut_short(previous, line))
        )
        if together:
            last = blocks[-1]
            last.text = f"{last.text}\n{line.text}"
            last.end = line.end
        else:
            blocks.append(_Block(line.start, line.end, line.text))
        previous = line
    return blocks


def _begins_block(text: str) -> bool:
    return text[0] in "#|>" or _MD_BULLET.match(text) is not None or mark_of(text) is not None


def _soft_wrapped(previous: Line, line: Line) -> bool:
    """In Markdown lines without a blank one between are one paragraph, but many give each paragraph just a line."""
    if line.gap or previous.text[0] == "#":
        return False
    if line.text[0] == "|" or previous.text[0] == "|":
        return line.text[0] == previous.text[0]
    return not _begins_block(line.text) and previous.text[-1] not in "。!?;:…”』」"


def _wrap_width(lines: Sequence[Line]) -> int:
    """The column at which the whole text is wrapped, 0 if it is not."""
    if len(lines) < 6:
        return 0
    widths = sorted(_width(line.text) for line in lines)
    column = widths[int(len(widths) * 0.9)]
    if not 30 <= column <= 160 or widths[-1] > column * 1.25:
        return 0
    full = sum(1 for a, b in pairwise(lines) if not b.gap and _width(a.text) >= 0.8 * column)
    return column if full * 5 >= len(lines) * 2 else 0


def _width(text: str) -> int:
    """Columns on a screen: a Chinese character takes two, and three bytes of UTF-8."""
    return len(text) if text.isascii() else (len(text) + len(text.encode("utf-8", "replace"))) // 2


def _hard_wrapped(previous: Line, line: Line, width: int) -> bool:
    if not width or line.gap or _width(previous.text) < 0.7 * width or (line.indent and not previous.indent):
        return False
    mark = mark_of(line.text)
    return (mark is None or is_glued(line.text, mark)) and (
        previous.text[-1] not in TERMINAL or _width(previous.text) >= width
    )


def _cut_short(previous: Line, line: Line) -> bool:
    """A paragraph line that stops at a comma goes on in the next."""
    text = previous.text
    return len(text) >= 20 and text[-1] in ",、,(《“" and len(line.text) > 1 and mark_of(line.text) is None


# --- what each block is


def _classified(blocks: list[_Block], entries: Sequence[str], *, markdown: bool) -> list[_Block]:
    """Gives numbered, markdown and listed headings their rank; page numbers are dropped."""
    result: list[_Block] = []
    last_ordinals: dict[int, int] = {}
    cells = _cell_runs(blocks)
    listed = _Contents(entries)
    skip_to = 0
    for i, block in enumerate(blocks):
        if i < skip_to:
            continue
        text = block.text
        if markdown and _as_markdown(block):
            last_ordinals.clear()
        elif taken := listed.take(block, blocks[i + 1] if i + 1 < len(blocks) else None):
            skip_to = i + taken
            block.end = blocks[skip_to - 1].end
            block.rank, block.bare, block.label = Rank.CHAPTER_OF_CONTENTS, True, (block.start, block.end)
            last_ordinals.clear()
        elif is_page_number(text) and not cells[i]:
            continue
        else:
            _as_numbered(block, last_ordinals, in_table=cells[i], following=blocks[i + 1 : i + 12])
        result.append(block)
    return result


def _cell_runs(blocks: Sequence[_Block]) -> list[bool]:
    """Which blocks stand in a run of at least four short ones: a table whose rules were lost."""
    flags: list[bool] = []
    for block in blocks:
        if block.short is None:
            block.short = _may_be_cell(block)
    for short, run in groupby(blocks, key=lambda block: bool(block.short)):
        size = len(list(run))
        flags.extend([short and size >= 4] * size)
    return flags


def _may_be_cell(block: _Block) -> bool:
    text = block.text
    if len(text) > _CELL or text[0] in "#|" or text[-1] in "。!?;:;:":
        return False
    mark = mark_of(text)
    return mark is None or mark.rank >= Rank.THIRD


def _as_markdown(block: _Block) -> bool:
    text = block.text
    if text[0] == "#":
        match = _MD_HEADING.fullmatch(text)
        if match:
            if match[2]:
                block.start += match.start(2)
                block.text = match[2]
                block.end = block.start + len(match[2])
            block.rank, block.label, block.bare = len(match[1]) - 10, (block.start, block.end), True
            return True
    elif match := _MD_BULLET.match(text):
        block.start += match.end()
        block.text = text[match.end() :]
        block.listed = len(block.text) <= _CELL
    elif text[0] == ">" and len(text) > 1:
        body = text[1:].lstrip()
        block.start += len(text) - len(body)
        block.text = body
    return False


class _Contents:
    """The headings a table of contents lists; each is looked for until it is found."""

    def __init__(self, entries: Sequence[str]) -> None:
        self._open = dict.fromkeys(entries)

    def take(self, block: _Block, following: _Block | None) -> int:
        """How many lines from `block` on make a listed heading: 0, 1 or 2."""
        if not self._open or len(block.text) > _HEADING:
            return 0
        key = entry_key(block.text)
        if following is not None and len(following.text) <= _HEADING:
            both = key + entry_key(following.text)
            if both in self._open:
                del self._open[both]
                return 2
        found = key if key in self._open else next((entry for entry in self._open if same_heading(key, entry)), None)
        if found is None:
            return 0
        del self._open[found]
        return 1


def _as_numbered(block: _Block, last: dict[int, int], *, in_table: bool, following: Sequence[_Block]) -> None:
    text = block.text
    mark = mark_of(text)
    if mark is None or _ANNEX_LIST.match(text):
        return
    if mark.rank >= Rank.THIRD and (in_table or not _in_sequence(text, mark, last, following)):
        block.listed = block.listed or in_table
        return
    last[mark.rank] = mark.ordinal
    for deeper in [rank for rank in last if rank > mark.rank]:
        del last[deeper]
    block.mark = mark
    block.rank = mark.rank
    rest = text[mark.length :]
    if mark.rank == Rank.ARTICLE and rest:
        block.label = (block.start, block.start + len(text[: mark.length].rstrip(":、. —-")))
    elif len(text) <= _HEADING and _is_bare(rest):
        block.bare = True
        block.label = (block.start, block.start + len(text.rstrip(": ")))
    else:
        lead = _NUMBERED_LEAD.match(rest)
        if lead and _balanced(lead[1]):
            block.label = (block.start, block.start + mark.length + len(lead[1]))


def _is_bare(rest: str) -> bool:
    """Whether the words after a number are a heading by themselves."""
    if not rest:
        return True
    return rest[-1] not in "。;,!?" and not any(m in rest[:-1] for m in "。!?;") and not re.search(r"[:].", rest)


def _in_sequence(text: str, mark: Mark, last: dict[int, int], following: Sequence[_Block]) -> bool:
    """Whether a number counts on, so that 89、93号街坊 and 3个 are not taken for items."""
    before = last.get(mark.rank)
    expected = before is not None and 0 < mark.ordinal - before <= 2
    if is_glued(text, mark):
        return (before is not None and mark.ordinal == before + 1) or (
            mark.ordinal == 1
            and any((m := mark_of(b.text)) and m.rank == mark.rank and m.ordinal == 2 for b in following)
        )
    return expected or before is None or mark.ordinal == 1 or text[mark.length - 1] != "、"


def _balanced(text: str) -> bool:
    return all(text.count(a) == text.count(b) for a, b in ("“”", "《》", "「」", "‘’")) and (
        text.count("(") == text.count(")")
    )


# --- headings without a number


def _find_plain_headings(blocks: list[_Block]) -> None:
    """A short line without a stop, followed by prose or by a first number, is a heading."""
    cells = _cell_runs(blocks)
    annexes = {
        i for i, b in enumerate(blocks) if b.rank == Rank.PLAIN and b.bare and b.mark and b.mark.length == len(b.text)
    }
    plain = [
        i
        for i, block in enumerate(blocks)
        if block.rank is None
        and (
            (not cells[i] and _is_plain_heading(blocks, i, cells))
            or (i - 1 in annexes and len(block.text) <= _PLAIN_HEADING)
        )
    ]
    repeated = {k for k, n in _counted(_without_years(blocks[i].text) for i in plain).items() if n > 1}
    for i in plain:
        block = blocks[i]
        block.bare, block.label = True, (block.start, block.end)
        if i - 1 in annexes:  # 附件1, and its title on the next line
            block.label = (blocks[i - 1].start, block.end)
            blocks[i - 1].text = ""
            block.rank = Rank.PLAIN
        elif _counts_on_behind(blocks, i):
            block.rank = Rank.PLAIN_INSIDE
        else:
            block.rank = Rank.PLAIN_REPEATED if _without_years(block.text) in repeated else Rank.PLAIN
    blocks[:] = [block for block in blocks if block.text]


def _is_plain_heading(blocks: Sequence[_Block], i: int, cells: Sequence[bool]) -> bool:
    text = blocks[i].text
    if len(text) <= 30 and _GLOSSARY.search(text) and not has_sentence(text):
        return True
    limit = _PLAIN_HEADING if not text.isascii() else 80
    if len(text) > limit or (text[-1] in "。;,、!?:.…)" and not text.endswith(")")) or has_sentence(text):
        return False
    if (
        ":" in text
        or not re.search(r"[\u4e00-\u9fff]{2}|[A-Za-z]{3}", text)
        or text[0] in "(|—-•*·>"
        or blocks[i].listed
    ):
        return False
    if i + 1 == len(blocks):
        return False
    following = blocks[i + 1]
    if following.rank is not None:
        return following.mark is not None and following.mark.ordinal == 1 and (following.bare or bool(following.label))
    return _reads_as_prose(following.text) or (
        not cells[i + 1]
        and i + 2 < len(blocks)
        and len(following.text) <= limit
        and _is_plain_heading(blocks, i + 1, cells)
    )


def _reads_as_prose(text: str) -> bool:
    return has_sentence(text) if len(text) < 30 else has_sentence(text) or "," in text or text[-1] == ":"


def _without_years(text: str) -> str:
    return re.sub(r"\d+年?", "", letters(text))


def _counted(keys: Iterator[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    return counts


def _counts_on_behind(blocks: Sequence[_Block], i: int) -> bool:
    """Whether the numbering goes on after this heading, so that it lies inside a numbered section."""
    if _GLOSSARY.search(blocks[i].text):
        return False
    before = next((b.mark for b in reversed(blocks[:i]) if b.mark and b.mark.rank <= Rank.SECOND), None)
    after = next((b.mark for b in blocks[i + 1 :] if b.mark and b.mark.rank <= Rank.SECOND), None)
    return before is not None and after is not None and after.ordinal != 1


def _find_unstopped_heads(blocks: list[_Block]) -> None:
    """Numbered headings run into their paragraph without a stop, told by the length of their siblings."""
    lengths: dict[int, list[int]] = {}
    for block in blocks:
        if block.mark and block.label and block.mark.rank >= Rank.FIRST:
            lengths.setdefault(block.mark.rank, []).append(block.label[1] - block.label[0] - block.mark.length)
    for block in blocks:
        if block.mark is None or block.label or block.mark.rank not in (Rank.SECOND, Rank.THIRD):
            continue
        siblings = lengths.get(block.mark.rank, [])
        head = _unstopped_head(block.text[block.mark.length :], siblings)
        if head:
            block.label = (block.start, block.start + block.mark.length + head)


def _unstopped_head(text: str, siblings: Sequence[int]) -> int:
    """Length of the heading `text` begins with, where only a new clause ends it; 0 without siblings to compare."""
    if len(siblings) < 2:
        return 0
    usual = median(siblings)
    low, high = max(5, int(min(siblings)) - 2), int(max(siblings)) + 3
    cuts = [
        (abs(cut - usual), cut)
        for cut in range(low, min(high, len(text) - 4) + 1)
        if text[cut - 1] not in ",、“《("
        and (
            (_BEGINS.match(text, cut) and not _ADVERB.search(text[:cut]))
            or (abs(cut - usual) <= 1 and _ENDS.search(text[:cut]))
        )
        and _balanced(text[:cut])
    ]
    return min(cuts)[1] if cuts else 0


# --- lists, glossaries, tables without rules


def _merge_glossary(blocks: list[_Block]) -> list[_Block]:
    """In a glossary a term and its explanation are one block, whether on one line or two."""
    result: list[_Block] = []
    inside = False
    for block in blocks:
        if block.bare and (block.mark is None or block.mark.rank < Rank.THIRD):
            inside = _GLOSSARY.search(block.text) is not None
            result.append(block)
            continue
        if not inside:
            result.append(block)
            continue
        explains = (
            bool(result)
            and result[-1].rank is None
            and block.mark is None
            and (len(block.text) > _CELL or has_sentence(block.text))
            and (not has_sentence(result[-1].text.split("\n")[0]) and result[-1].text[0] not in "(")
        )
        if explains:
            result[-1].end = block.end
            result[-1].text, result[-1].short = f"{result[-1].text}\n{block.text}", False
        else:
            block.rank, block.bare, block.label = None, False, None
            result.append(block)
    return result


def _empty_headings_become_text(blocks: list[_Block]) -> None:
    """A numbered line with nothing below it was a list item."""
    for i, block in enumerate(blocks):
        if block.bare and block.rank is not None:
            following = blocks[i + 1].rank if i + 1 < len(blocks) else block.rank
            if following is not None and following <= block.rank:
                block.rank, block.bare, block.label, block.listed = None, False, None, True


def _merge_lists(blocks: list[_Block]) -> list[_Block]:
    """Joins runs of table cells and of short list lines, the latter to the line that announces them."""
    cells = _cell_runs(blocks)
    result: list[_Block] = []
    for block, cell in zip(blocks, cells, strict=True):
        last = result[-1] if result else None
        announced = last is not None and not last.bare and last.text[-1] == ":" and len(last.text) <= _LEAD_IN
        after_list = last is not None and last.listed
        if block.mark and not block.label and len(block.text) <= _CELL and (announced or after_list):
            block.rank, block.listed = None, True
        block.listed = block.rank is None and (block.listed or cell)
        if last is not None and block.listed and (announced or after_list) and _has_room(last, block):
            last.end, last.text, last.listed = block.end, f"{last.text}\n{block.text}", True
        else:
            result.append(block)
    return result


def _has_room(last: _Block, block: _Block) -> bool:
    """Whether both fit into one paragraph; a full one is left before a number, where a row of a table begins."""
    size = block.end - last.start
    return size <= LONGEST * 0.9 or (size <= LONGEST and not _CELL_NUMBER.fullmatch(block.text))


# --- section paths


@dataclass(slots=True)
class _Placed:
    """A paragraph, the headings over it, and which of them it stands directly under."""

    path: tuple[tuple[int, str], ...]
    block: _Block
    group: int


def _sections(blocks: Sequence[_Block], text: str, title: str) -> Iterator[tuple[tuple[str, ...], int, int]]:
    placed = list(_placed(blocks, text, letters(title)))
    leads = _leads(placed)
    closing = _closing(placed, leads)
    for p, lead, closes in zip(placed, leads, closing, strict=True):
        path = tuple(label for _, label in (p.path[:-1] if closes else p.path))
        if lead:
            path = (*path, one_line(text[p.block.start : p.block.start + lead]))
        yield path, p.block.start, p.block.end


def _leads(placed: Sequence[_Placed]) -> list[int]:
    """For each paragraph the length of the lead sentence (经济增长量质提升。) that stands for a heading, 0 for none.

    One sentence that happens to be short is no heading: its neighbours have to have one too.
    """
    leads = [_lead(p.block) for p in placed]
    lengths = [lead for lead in leads if lead]
    if len(lengths) < 2:
        return [0] * len(placed)
    for _, members in groupby(range(len(placed)), key=lambda i: placed[i].group):
        run = [i for i in members if placed[i].block.rank is None and not placed[i].block.listed]
        led = sum(1 for i in run if leads[i])
        if led * 4 >= len(run):
            for i in run:
                leads[i] = leads[i] or _unstopped_head(_first_clause(placed[i].block.text), lengths)
            led = sum(1 for i in run if leads[i])
        if led < 2:
            for i in run:
                leads[i] = 0
    return leads


def _closing(placed: Sequence[_Placed], leads: Sequence[int]) -> list[bool]:
    """Which paragraphs close the section above theirs: last under the last (六), without the lead of the others."""
    closing = [False] * len(placed)
    for _, members in groupby(range(len(placed)), key=lambda i: placed[i].group):
        run = list(members)
        path = placed[run[0]].path
        after = placed[run[-1] + 1].path if run[-1] + 1 < len(placed) else ()
        has_sibling = len(after) >= len(path) and after[: len(path) - 1] == path[:-1]
        if len(path) < 2 or path[-1][0] < Rank.SECOND or has_sibling:
            continue
        last = max((i for i in run if leads[i]), default=run[-1])
        for i in range(last + 1, run[-1] + 1):
            closing[i] = placed[i].block.rank is None
    return closing


def _placed(blocks: Sequence[_Block], text: str, title_key: str) -> Iterator[_Placed]:
    stack: list[tuple[int, str]] = []
    group = 0
    for block in blocks:
        if block.rank is not None:
            while stack and stack[-1][0] >= block.rank:
                stack.pop()
            if block.label:
                label = _MARK_SPACE.sub(r"\1", one_line(text[block.label[0] : block.label[1]]))
                if stack or block.rank >= 0 or letters(label) != title_key:
                    stack.append((block.rank, label))
            group += 1
            if block.bare:
                continue
        elif len(stack) > 1 and _CLOSING.match(block.text):
            outer = 2 if stack[0][0] == Rank.CHAPTER_OF_CONTENTS else 1
            if len(stack) > outer:
                del stack[outer:]
                group += 1
        yield _Placed(tuple(stack), block, group)


def _lead(block: _Block) -> int:
    if block.rank is not None or block.listed:
        return 0
    match = _PLAIN_LEAD.match(block.text)
    return match.end(1) if match and ("\u4e00" <= match[1][-1] <= "\u9fff" or match[1][-1] in "”》)") else 0


def _first_clause(text: str) -> str:
    """As far as an unstopped heading can reach: no comma stands in it."""
    if text[0].isdigit():
        return ""
    end = next((i for i, c in enumerate(text[:60]) if c in ",。;:"), -1)
    return text[:end] if end > 0 else ""


# --- paragraphs of bounded size


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span itself, or cut at sentence ends, then commas, then anywhere, into pieces of at most LONGEST."""
    if end - start <= _CUT_ABOVE:
        yield start, end
        return
    while end - start > LONGEST:
        limit = start + LONGEST
        cut = max(text.rfind(mark, start + LONGEST // 4, limit) for mark in _SENTENCE_CUTS)
        if cut < 0:
            cut = max(text.rfind(mark, start + LONGEST // 4, limit) for mark in _CLAUSE_CUTS)
        cut = limit if cut < 0 else cut + 1
        while cut < limit and text[cut] in "”’』」)》":
            cut += 1
        yield start, cut
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end
