"""A model's reply as it streams in: plain sentences, and the sources each names."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from rag.text.sentences import sentences

_NUMBERS = r"\d{1,3}(?:\s*[,，、;；\-–~]\s*(?:来源|资料|source)?\s*\d{1,3})*"
_NAME = r"(?:来源|资料|引用|出处|sources?|refs?|citations?|\^)?\s*[:：]?\s*(?:id\s*=\s*)?"
_SPECIAL = re.compile(
    rf"\s*[\[［【]\s*{_NAME}(?P<bracketed>{_NUMBERS})(?:†[^\]】\n]*)?\s*[\]］】]"
    rf"|\s*[(（]\s*(?:来源|资料|引用|出处|sources?|refs?)\s*[:：]?\s*(?P<parenthesised>{_NUMBERS})\s*[)）]"
    r"|<think(?:ing)?>.*?</think(?:ing)?>\s*"
    r"|!\[[^\]\n]*\]\([^)\n]*\)"
    r"|\[(?P<label>[^\]\n]*)\]\([^)\n]*\)"
    r"|https?://[^\s,，。;；、)）\]】>]*"
    r"|</?[a-zA-Z][^<>\n]{0,200}>"
    r"|\*\*|__|`+"
    r"|^(?P<bullet>[ \t]*(?:#{1,6}[ \t]+|[-*•·][ \t]+|\d{1,2}[.)][ \t]+|\d{1,2}、(?!\s*\d)))",
    re.DOTALL | re.IGNORECASE | re.MULTILINE,
)
# What may be the beginning of one of these, and has to wait for more.
_OPEN = re.compile(
    r"\s*!?[\[［【][^\]］】\n]{0,60}$|\s*!?\[[^\]\n]*\](?:\([^)\n]{0,200})?$|!$|\s*[(（][^)）\n]{0,14}$|<[^<>\n]{0,200}$"
    r"|h(?:t(?:t(?:p(?:s(?::(?:/(?:/\S*)?)?)?|:(?:/(?:/\S*)?)?)?)?)?)?$|[*_`]+$|\s+$"
    r"|(?:^|\n)[ \t]*(?:#{1,6}|[-*•·]|\d{1,2}[.)、]?)?[ \t]*$",
    re.IGNORECASE,
)
_THINKING = re.compile(r"<think(?:ing)?>(?!.*</think(?:ing)?>)", re.DOTALL | re.IGNORECASE)
_CUT_MARK = re.compile(r"\s*[\[［【]\s*\d*$")
_SPACES = re.compile(r"[ \t]{2,}")
_CLOSED = re.compile(r"[。!?！？;；.][”’」』\"')）】]*$")


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence of a reply and the ids it names, only those there are, in order.

    `before` is what parts it from the sentence before it; `closed` says that it ends as a sentence does.
    """

    text: str
    ids: tuple[int, ...]
    before: str = ""
    closed: bool = True


class Reply:
    """Takes pieces of a reply in, gives its whole sentences out. Ids outside `known` are dropped, marks are no text."""

    def __init__(self, known: Collection[int]) -> None:
        self._known = frozenset(known)
        self._raw = ""
        self._text = ""
        self._marks: list[tuple[int, int]] = []  # (offset in _text, id)
        self._started = False
        self._last = ""  # character taken last

    @property
    def pending(self) -> str:
        """The sentence being written."""
        return self._text.strip()

    def feed(self, piece: str) -> list[Written]:
        """The sentences that this piece shows to be whole."""
        self._raw += piece
        ready = self._ready()
        self._take(self._raw[:ready])
        self._raw = self._raw[ready:]
        return self._whole(final=False)

    def finish(self) -> list[Written]:
        """What is left; the last sentence may not be closed."""
        thinking = _THINKING.search(self._raw)
        left = self._raw[: thinking.start()] if thinking else self._raw
        self._take(_CUT_MARK.sub("", left))
        self._raw = ""
        return self._whole(final=True)

    def _ready(self) -> int:
        """How much of the raw text can hold no beginning of something special."""
        thinking = _THINKING.search(self._raw)
        if thinking:
            return thinking.start()
        begun = _OPEN.search(self._raw)
        ready = begun.start() if begun else len(self._raw)
        for match in _SPECIAL.finditer(self._raw):
            if match.start() < ready <= match.end():
                return match.start() if match.end() == len(self._raw) else match.end()
        return ready

    def _take(self, raw: str) -> None:
        at = 0
        for match in _SPECIAL.finditer(raw):
            if match["bullet"] and match.start() == 0 and self._last not in ("", "\n"):
                continue  # the raw text was cut here, no line begins
            self._text += raw[at : match.start()]
            at = match.end()
            listed = match["bracketed"] or match["parenthesised"]
            if listed:
                self._marks += [(len(self._text), id) for id in _ids(listed) if id in self._known]
            elif match["label"]:
                self._text += match["label"]
        self._text += raw[at:]
        self._last = raw[-1:] or self._last

    def _whole(self, *, final: bool) -> list[Written]:
        text, spans = self._text, list(sentences(self._text))
        found: list[Written] = []
        at = 0
        for start, end in spans:
            after = text[end:]
            if not final and not after.strip() and "\n" not in after:
                break
            next_start = len(text) - len(after.lstrip())
            # A mark stands behind its sentence; only at the very beginning may it stand before.
            ids = [id for offset, id in self._marks if (offset > start or not self._started) and offset <= next_start]
            gap = text[at:start]
            before = "\n" if "\n" in gap else " " if text[start].isascii() and gap else ""
            sentence = _SPACES.sub(" ", text[start:end])
            closed = bool(_CLOSED.search(sentence)) or "\n" in after
            found.append(Written(sentence, tuple(dict.fromkeys(ids)), before if self._started else "", closed))
            self._marks = [(offset, id) for offset, id in self._marks if offset > next_start]
            self._started = True
            at = end
        self._text = text[at:]
        self._marks = [(offset - at, id) for offset, id in self._marks]
        return found


def _ids(listed: str) -> list[int]:
    """ "1, 3-5" -> 1, 3, 4, 5."""
    found: list[int] = []
    for part in re.split(r"[,，、;；]", listed):
        numbers = [int(n) for n in re.findall(r"\d+", part)]
        found += range(numbers[0], numbers[-1] + 1) if len(numbers) == 2 else numbers
    return found
