"""Names in an English sentence, and whether a text, in English or Chinese, holds them.

In an English text a name has to stand as it is written, or as its abbreviation or what that stands for. In a Chinese
text it may stand in Latin letters (IBM), in pinyin (Yangpu for 杨浦) or as the lexicon has it (Tesla for 特斯拉); one
that can be linked in no such way cannot be checked, and is not held.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from embeddings.folding import fold
from embeddings.romanising import OTHER_READINGS, romanise, spellings
from embeddings.terms import STOPWORDS, stem
from rag.text.background import background
from rag.text.translating import SURE, lexicon

_WORD = re.compile(r"[^\W_㐀-鿿]+(?:[&.'’][^\W_㐀-鿿]+)*")
_NO_HAN = re.compile(r"[^㐀-鿿]+")
_HAN = re.compile(r"[㐀-鿿]")
_BETWEEN = re.compile(r"[ \-–/&]{1,3}|,? (?:of|and|for|the|&|de|in) (?:the )?")
"""What may stand between the words of one name."""
_BESIDE = re.compile(r"[ \-–&]{1,3}")
_OPENS = re.compile(r"(?:^|[.!?:;。：；“”\"'(（\[*•\n])\s*$")
# Written with a capital, and no name of their own.
_PLAIN_WORDS = (
    "district city county province municipality municipal government report work people congress committee party yuan "
    "rmb cny mayor head mr ms mrs dr no january february march april may june july august september october november "
    "december jan feb mar apr jun jul aug sep sept oct nov dec first second third fourth quarter monday tuesday "
    "wednesday thursday friday saturday sunday china chinese"
)
# First words that are no name, whatever follows them; function words apart.
_OPENING_WORDS = (
    "according after again all almost along already also although altogether among another any around because before "
    "below besides between beyond both compared currently despite due during each earlier every few finally following "
    "further furthermore given here however including indeed instead it's last later least meanwhile more moreover "
    "most nearly next now once one only other others out over overall per previously several similarly since some "
    "still there therefore though through throughout thus together total two three four five six seven eight nine ten "
    "under until up upon while within without yes yet yesterday today tomorrow"
)
_INSTITUTION_WORDS = (
    "university college school institute academy hospital clinic bank company group corporation museum library court "
    "theatre theater press airport station port road street avenue bridge park square hotel stadium fund exchange"
)
_PLAIN = frozenset(_PLAIN_WORDS.split())
_OPENING = frozenset(_OPENING_WORDS.split())
_INSTITUTIONS = frozenset(_INSTITUTION_WORDS.split())
_JOINING = frozenset(("of", "and", "for", "the", "de", "in", "on", "at", "to", "with", "by"))
# Whose people and language are not called after it by an ending.
_PEOPLES = (
    ("asian", "asia"),
    ("british", "britain", "uk"),
    ("chinese", "china"),
    ("danish", "denmark"),
    ("dutch", "netherlands"),
    ("english", "england"),
    ("french", "france"),
    ("greek", "greece"),
    ("indian", "india"),
    ("irish", "ireland"),
    ("japanese", "japan"),
    ("polish", "poland"),
    ("spanish", "spain"),
    ("swedish", "sweden"),
    ("swiss", "switzerland"),
    ("thai", "thailand"),
    ("turkish", "turkey"),
    ("us", "american", "america", "usa"),
)
_ENDING = re.compile(r"(?:ian|ese|an|ish|i)$")
# Abbreviations of reports that the lexicon does not know.
_CALLED = {
    abbreviation: frozenset(chinese.split())
    for abbreviation, chinese in {
        "covid": "新冠 疫情",
        "cppcc": "政协",
        "fdi": "外资",
        "ict": "信息通信",
        "iot": "物联网",
        "ngo": "社会组织",
        "npc": "人大",
        "r&d": "研发 研究",
        "sme": "中小企业",
        "smes": "中小企业",
        "soe": "国企 国有企业",
        "soes": "国企 国有企业",
        "museum": "博物馆 纪念馆 展览馆 陈列馆",
        "us": "美国 美元 美方",
        "usd": "美元",
        "vr": "虚拟现实",
        "who": "世卫 世界卫生组织",
        "yangtze": "长江 长三角",
    }.items()
}
_OTHER_READINGS = str.maketrans(dict(OTHER_READINGS))
_PLACED = re.compile(r"\b[a-z][\w'-]* (?:in|of|with|from|to|for) ([A-Z][a-z]{2,})(?= [a-z]| in \d|[?.,]|$)")
_CLAUSE = re.compile(r"[，,。；;、：:（）()\n]")
_RARE = 5e-5
"""Share of ordinary passages below which a first word is taken for a name."""
_UNUSUAL = 5e-4
"""The same over a Chinese text, where what it is called in Chinese was looked for and not found."""
_MEANT = 0.1
"""How surely a translation has to stand for a word, that it is what the word is called."""
_OTHERWISE = 0.2
"""The same, that it is an English word although it could be pinyin."""
_SHORTEST_PINYIN = 5
"""Letters of a Chinese name in Latin ones; shorter ones are too often no pinyin at all."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a sentence: as written, and folded without a possessive s. `opens` where a sentence or a quote does."""

    written: str
    low: str
    start: int
    end: int
    opens: bool

    @property
    def capital(self) -> bool:
        return any(letter.isupper() for letter in self.written)

    @property
    def letters(self) -> bool:
        """An abbreviation: GDP, R&D, 5G."""
        return len(self.written) > 1 and self.written.upper() == self.written


def missing_names(sentence: str, text: str) -> list[str]:
    """The names of an English sentence that a text does not hold, folded, in order."""
    held = _held(text)
    return [
        word.low
        for name in _names(sentence)
        if not held.as_abbreviation(name)
        for word in name
        if not held.word(word.low, name) and (len(name) > 1 or not word.opens or held.would_be_named(word, sentence))
    ]


def places_named(sentence: str) -> list[str]:
    """Names in an English sentence that a Chinese text has in one way only, folded: Chinese ones ("xuhui", "jing'an"),
    and after a preposition those that are well known ("in Japan")."""
    chinese = [word.low for name in _names(sentence) for word in name if _is_pinyin(_letters(word.low))]
    placed = [fold(name) for name in _PLACED.findall(sentence)]
    return [*chinese, *(name for name in placed if name not in _PLAIN and well_known(name))]


@lru_cache(maxsize=512)
def well_known(low: str) -> Sequence[str]:
    """What a folded name is surely written as in Chinese, the surest first; none where it is not well known."""
    return [term for term, worth in lexicon().translations([low])[0].items() if worth >= SURE]


def holds_place(text: str, name: str) -> bool:
    """Whether a folded text, in English or Chinese, has such a name; one that is well known as it is known: 静安 for
    Jing'an, and not 环境安全."""
    if name in text or _letters(name) in text:
        return True
    known = well_known(name)
    return any(term in text for term in known) if known else _links(name, text)


@lru_cache(maxsize=512)
def _words(sentence: str) -> tuple[_Word, ...]:
    found = []
    for match in _WORD.finditer(sentence):
        written = re.sub(r"['’]s?$", "", match[0])
        opens = bool(_OPENS.search(sentence, 0, match.start()) if match.start() else True)
        found.append(_Word(written, fold(written), match.start(), match.start() + len(written), opens))
    return tuple(found)


@lru_cache(maxsize=512)
def _names(sentence: str) -> tuple[tuple[_Word, ...], ...]:
    """Words with a capital, those of one name together; what is plain is left out."""
    runs: list[list[_Word]] = []
    before: _Word | None = None
    for word in _words(sentence):
        if not word.capital or len(word.low) < 2:
            continue
        if word.opens and not word.letters and _only_opens(word.low):
            continue
        # "Residents of Yangpu" is no name: a first word belongs to one that follows at once.
        joined = _BESIDE if before is not None and before.opens else _BETWEEN
        if before is not None and not word.opens and joined.fullmatch(sentence, before.end, word.start):
            runs[-1].append(word)
        else:
            runs.append([word])
        before = word
    kept = (tuple(word for word in run if word.low not in _PLAIN) for run in runs)
    return tuple(run for run in kept if run)


def _only_opens(low: str) -> bool:
    return low in STOPWORDS or low in _OPENING or low.endswith("ly")


@lru_cache(maxsize=512)
def _held(text: str) -> "_Text":
    return _Text(text)


class _Text:
    """A text that names are looked for in."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._sequence = [word.low for word in _words(text)]
        self._words = frozenset(self._sequence) | frozenset(map(stem, self._sequence))
        self._chinese = bool(_HAN.search(text))

    @cached_property
    def _folded(self) -> str:
        return fold(self._text)

    def as_abbreviation(self, name: Sequence[_Word]) -> bool:
        """Does it hold WHO where World Health Organization is said, or the other way round?"""
        if len(name) == 1:
            return name[0].letters and self._spells(name[0].low)
        return len(name) > 2 and "".join(word.low[0] for word in name) in self._words

    def _spells(self, letters: str) -> bool:
        """Do words of it, one after the other, begin with these letters? Little words may stand between them."""
        bare = [ch for ch in letters if ch.isalpha()]
        content = [word for word in self._sequence if word not in _JOINING]
        return len(bare) > 1 and any(
            [word[0] for word in content[i : i + len(bare)]] == bare for i in range(len(content) - len(bare) + 1)
        )

    def word(self, low: str, name: Sequence[_Word]) -> bool:
        parts = re.split(r"[&.]", low) if len(low) > 3 else [low]
        if low in self._words or stem(low) in self._words or all(part in self._words for part in parts):
            return True
        if any(_of_one_people(low, other) for other in self._words):
            return True
        return self._chinese and self._in_chinese(low, name)

    def _in_chinese(self, low: str, name: Sequence[_Word]) -> bool:
        others = [word.low for word in name if word.low != low]
        if not others:
            return _links(low, self._folded)
        beside = [clause for clause in self._clauses if any(_links(other, clause) for other in others)]
        if low in _INSTITUTIONS:  # 同济医院 is no Tongji University, whatever university stands elsewhere
            return any(_links(low, clause) for clause in beside or [self._folded])
        together = "".join(_letters(word.low) for word in name)
        return (
            _links(low, self._folded)
            or _links(together, self._folded)
            # 金融 and 财经 for Finance; of Goldman Sachs the lexicon knows one half.
            or (not _rare(low) and any(set("".join(_meant(low))) & set(clause) for clause in beside))
            or (not _meant(low) and any(_rare(other) and _links(other, self._folded) for other in others))
        )

    @cached_property
    def _clauses(self) -> Sequence[str]:
        return _CLAUSE.split(self._folded)

    def would_be_named(self, word: _Word, sentence: str) -> bool:
        """Is a first word that does not stand here a name, rather than written with a capital because it is first?"""
        rare = _share(word.low) < (_UNUSUAL if self._chinese else _RARE)
        return word.letters or rare or _is_pinyin(word.low) or self._says_of_another(word, sentence)

    def _says_of_another(self, word: _Word, sentence: str) -> bool:
        """Is what follows a first word said, here, of a name that the sentence does not have?"""
        said = _words(sentence)
        place = said.index(word)
        following = [other.low for other in said[place + 1 : place + 3]]
        named = {other.low for other in said}
        return len(following) == 2 and any(
            [other.low for other in here[1:]] == following and here[0].capital and here[0].low not in named
            for here in self._threes
            if not _only_opens(here[0].low)
        )

    @cached_property
    def _threes(self) -> Sequence[tuple[_Word, _Word, _Word]]:
        words = _words(self._text)
        return list(zip(words, words[1:], words[2:], strict=False))


def _of_one_people(one: str, other: str) -> bool:
    """German and Germany, Dutch and the Netherlands."""
    related = any(one in people and other in people for people in _PEOPLES)
    return related or _lives_in(one, other) or _lives_in(other, one)


def _lives_in(people: str, place: str) -> bool:
    stem = _ENDING.sub("", people)
    named = stem != people and place.startswith(stem) and place[len(stem) :] in ("", "a", "ia", "y", "e")
    return (named or place == people + "y") and len(stem) > 3 and not spellings(people)


@lru_cache(maxsize=4096)
def _links(low: str, chinese: str) -> bool:
    """Does a Chinese text hold a word in pinyin, or what it is called in Chinese?"""
    plain = _letters(low)
    if len(plain) >= _SHORTEST_PINYIN and any(plain in way for way in _in_pinyin(chinese)):
        return True
    return any(term in chinese for term in _meant(low))


@lru_cache(maxsize=512)
def _in_pinyin(chinese: str) -> tuple[str, str]:
    """Its characters in Latin letters, ü as u, with their commonest reading and with their other one."""
    bare = _NO_HAN.sub(" ", chinese)
    other = bare.translate(_OTHER_READINGS)
    return romanise(bare).replace("v", "u"), romanise(other).replace("v", "u")


@lru_cache(maxsize=4096)
def _meant(low: str) -> frozenset[str]:
    """What a word is called in Chinese."""
    if low in _CALLED:
        return _CALLED[low]
    for term in dict.fromkeys((low, stem(low))):
        if found := lexicon().translations([term])[0]:
            return frozenset(chinese for chinese, worth in found.items() if worth >= _MEANT)
    return frozenset()


def _letters(low: str) -> str:
    return re.sub(r"[^a-z]", "", low)


def _rare(low: str) -> bool:
    return _share(low) < _RARE


@lru_cache(maxsize=4096)
def _share(low: str) -> float:
    return float(background().share([stem(low)])[0])


def _is_pinyin(low: str) -> bool:
    """Is a Latin word a Chinese name, and no English word that only looks like one?"""
    if len(low) < _SHORTEST_PINYIN or not spellings(low):
        return False
    meant = [term for term, worth in lexicon().translations([low])[0].items() if worth > _OTHERWISE]
    return not meant or any(low in _in_pinyin(term) for term in meant)
