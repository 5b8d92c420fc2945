"""A first question set out of the documents themselves, for a person to check in a spreadsheet.

Drafts are made by pattern from figures, dates, names and glossary entries, each with the sentence it was taken from.
They are meant to be read: strike out the silly ones, reword the stiff ones, keep the rest.
"""

import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from evals.rows import Evidence, Row, language
from rag.errors import BadQuestions, ReadError
from rag.reading import SUFFIXES, read_path, split
from rag.text.sentences import sentences
from rag.types import Document, Paragraph

PER_DOCUMENT = 20

_SCALE = r"(?:万亿|[百千万亿]{1,2})?"
_UNIT = r"(?:个?百分点|平方公里|平方米|公里|人次|户次|%|[一-龥])"
_VALUE = rf"(?:约|近|超过?)?\d[\d,.]*{_SCALE}{_UNIT}(?:以上|左右)?"
_END = r"(?=[,,。;;、()()\s]|$)"
_PHRASE = r"(?<![\d.])(?P<measure>(?![百千万亿])[一-龥][一-龥A-Za-z“”]{2,17}?)"
_MEASURE = re.compile(rf"{_PHRASE}(?:达到?|累计|共计|合计|总计|超过|突破|为|完成|实现)(?P<value>{_VALUE}){_END}")
_CHANGE = re.compile(
    rf"{_PHRASE},?(?P<verb>(?:同比|可比)?(?:增长|下降|提高|减少|上升))(?:了)?(?P<value>{_VALUE}){_END}"
)
_COUNT = re.compile(
    r"(?P<verb>新增|建成|新建|完成|改造|引进|开工|举办|开展|帮助|培育|认定|推出|创建|安置|签约|竣工|解决)(?:了)?"
    rf"(?P<thing>(?:(?![的不是])[一-龥A-Za-z“”]){{2,12}}?)"
    rf"(?P<value>\d[\d,.]*{_SCALE}(?P<unit>[个家座所处项条户名场套台次辆部间幢张])){_END}"
)
_DATE = re.compile(r"(?P<value>\d{4}年\d{1,2}月(?:\d{1,2}日)?)(?!\d),?(?P<event>[一-龥A-Za-z0-9“”《》]{6,40})")
_BODY = r"[一-龥、]{2,12}?(?:局|委|办|公司|集团|街道|中心|部门|大学|医院)"
_LED_BY = re.compile(rf"(?P<thing>[一-龥A-Za-z“”]{{4,20}}?)由(?P<value>{_BODY})(?:牵头|负责|承办|主办|承担|建设|运营)")
_CALLED = re.compile(
    r"(?P<thing>[一-龥A-Za-z0-9]{4,20}?)(?:命名为|称为|取名|简称|统称)[“《](?P<value>[^”》]{2,20})[”》]"
)
_ENTRY = re.compile(r"^(?:\d{1,3}[..、]\s*)?(?P<term>[^::。,,\n]{2,40})[::](?P<value>[^。;;\n]{6,120})")
_GLOSSARY = re.compile(r"名词|术语|词语|解释|注释|附注")
_NUMBER_EN = (
    r"\d[\d,.]* ?(?:(?:million|billion|trillion)(?: (?:yuan|US dollars|square metres))?"
    r"|%|percent|per cent|yuan|hectares|square metres|square kilometres)"
)
_MEASURE_EN = re.compile(
    rf"(?P<measure>[A-Z][^.,;:]{{8,70}}?) (?P<verb>reached|was|were|came to|stood at|totalled|grew by|rose by|fell by)"
    rf" (?P<value>{_NUMBER_EN})(?=[\s,.;]|$)"
)
_COUNT_EN = re.compile(
    r"\b(?P<verb>added|opened|built|completed|renovated|created|trained|held|issued|planted|rebuilt|attracted|recognised)"
    r" (?P<value>\d[\d,]*(?: million)?) (?P<thing>[a-z][A-Za-z&' -]{4,60}?)"
    r"(?=[,.;]| and | in | at | by | with | for |$)"
)
_MEANS_EN = re.compile(
    r"(?P<term>[A-Z][\w\"“”' -]{1,40}?) (?:means|stands for|refers to|is short for) "
    r"(?P<value>[^.,;]{6,90}?)(?= and \S+ means|[.,;]|$)"
)

_LEADING = re.compile(
    r"^(?:其中|全年|全区|预计|力争|目标|同时|累计|共|已|并|要|使|区内|当年|年内|今年|去年|截至|年末|年底|底|末|和|及|与|的|了|在|将|年)+"
)
_TRAILING = re.compile(r"(?:是|要|预计|计划|都|目标|分别|将|就|已|共|达|的|约|比上年|较上年|同比)+$")
_NOT_EVENT = re.compile(r"[至到底末前起以和在与、日\d]")
_YEAR = re.compile(r"(?:19|20)\d\d(?=年)|(?<!\d)(?:19|20)\d\d(?!\d)")
_PLACE = re.compile(r"[一-龥]{2,3}?[区县](?![一-龥]?域)")


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence where it stands, and how a question should call what and when it is about."""

    text: str
    subject: str
    year: str
    in_glossary: bool

    @property
    def about(self) -> str:
        return f"{self.year}年{self.subject}" if self.year else self.subject


@dataclass(frozen=True, slots=True)
class _Idea:
    """A question taken from a sentence."""

    type: str
    question: str
    answers: tuple[str, ...]
    evidence: str


def draft(documents: Iterable[Document], *, per_document: int = PER_DOCUMENT, seed: int = 0) -> list[Row]:
    """Rows from each document, the kinds by turns, in the order of the text; one in ten asks what is not there.

    The same documents and seed give the same rows.

    Raises:
        BadQuestions: no document has anything to ask about.
    """
    rows: list[Row] = []
    for document in documents:
        chance = random.Random(f"{seed} {document.id}")
        ideas = _ideas(document)
        chosen = _by_turns(ideas, per_document, chance)
        figures = [idea for idea in ideas if idea.type == "numeric" and _YEAR.search(idea.question)]
        for number, idea in enumerate(chosen, 1):
            rows.append(_row(document, idea, number))
            if number % 10 == 0 and figures:
                rows.append(_unanswerable(document, chance.choice(figures), number))
    if not rows:
        raise BadQuestions("nothing to ask about was found; drafts need figures, dates, names or glossary entries")
    return rows


def draft_folder(
    folder: Path,
    *,
    per_document: int = PER_DOCUMENT,
    seed: int = 0,
    unread: Callable[[Path, ReadError], None] | None = None,
) -> list[Row]:
    """Rows from every readable file below `folder`; `unread` is told of the others.

    Wire-up: `youju eval draft DIR [--out FILE]` writes a spreadsheet with `rows.write_csv` (or `write_jsonl` for a
    .jsonl name); document ids are those `youju index DIR` gives.

    Raises:
        BadQuestions: there is no such folder, or nothing in it to ask about.
    """
    if not folder.is_dir():
        raise BadQuestions(f"{folder}: a folder of documents is expected")
    documents = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix.lower() in SUFFIXES):
        try:
            documents.append(read_path(path, root=folder))
        except ReadError as error:
            if unread:
                unread(path, error)
    return draft(documents, per_document=per_document, seed=seed)


def from_feedback(question: str, answer: str, number: int) -> Row:
    """A question someone was not satisfied with, as a row still to be filled in: its right answers and evidence.

    `answer` is what was given, and helps to tell what was asked for. Whoever fills the row in decides whether it can
    be answered at all. Wire-up: each 👎 of the feedback book through this, then `rows.write_csv`.
    """
    asked = " ".join(question.split())
    kind = "numeric" if re.search(r"多少|几|how (?:many|much)", f"{asked} {answer}", re.IGNORECASE) else "entity"
    return Row(f"feedback-{number}", asked, language(asked), kind, (), ())


def _ideas(document: Document) -> list[_Idea]:
    subject = _subject(document)
    english = (document.attributes.get("language") or language(document.text)) == "en"
    finders = _ENGLISH if english else _CHINESE
    found: dict[str, _Idea] = {}
    for paragraph in split(document):
        for sentence in _sentences(paragraph, subject):
            for finder in finders:
                for idea in finder(sentence):
                    found.setdefault(idea.question, idea)
    return list(found.values())


def _sentences(paragraph: Paragraph, subject: str) -> Iterator[_Sentence]:
    """With the year a sentence names, or else the last one named before it in its section path and paragraph."""
    year = ""
    in_glossary = any(_GLOSSARY.search(heading) for heading in paragraph.section)
    for heading in paragraph.section:
        year = next(iter(_YEAR.findall(heading)), year)
    for start, end in sentences(paragraph.text):
        text = paragraph.text[start:end]
        years = _YEAR.findall(text)
        year = years[0] if years else year
        yield _Sentence(text, subject, year if len(set(years)) <= 1 else "", in_glossary)


def _subject(document: Document) -> str:
    """The district the title or issuer names; else the title."""
    for text in (document.title, document.attributes.get("issuer", "")):
        named = _PLACE.search(re.sub(r"^.*(?:省|市)|[0-9年]", "", text))
        if named:
            return named.group()
    return f"《{document.title}》中" if document.title else ""


def _measures(sentence: _Sentence) -> Iterator[_Idea]:
    for match in _MEASURE.finditer(sentence.text):
        measure = _tidy(match["measure"], sentence)
        if measure:
            yield _Idea("numeric", f"{sentence.about}{measure}是多少?", (match["value"],), sentence.text)


def _changes(sentence: _Sentence) -> Iterator[_Idea]:
    for match in _CHANGE.finditer(sentence.text):
        measure = _tidy(match["measure"], sentence)
        if measure:
            yield _Idea("numeric", f"{sentence.about}{measure}{match['verb']}多少?", (match["value"],), sentence.text)


def _counts(sentence: _Sentence) -> Iterator[_Idea]:
    for match in _COUNT.finditer(sentence.text):
        question = f"{sentence.about}{match['verb']}了多少{match['unit']}{match['thing']}?"
        yield _Idea("numeric", question, (match["value"],), sentence.text)


def _dates(sentence: _Sentence) -> Iterator[_Idea]:
    for match in _DATE.finditer(sentence.text):
        event = match["event"]
        if not _NOT_EVENT.match(event):
            about = "" if sentence.subject.removesuffix("区") in event else sentence.subject
            yield _Idea("date", f"{about}{event}是在什么时候?", (match["value"],), sentence.text)


def _names(sentence: _Sentence) -> Iterator[_Idea]:
    for pattern, ask in ((_LED_BY, "由哪个单位负责?"), (_CALLED, "叫什么名字?")):
        for match in pattern.finditer(sentence.text):
            thing = _tidy(match["thing"], sentence)
            if thing:
                yield _Idea("entity", f"{sentence.subject}{thing}{ask}", (match["value"],), sentence.text)


def _entries(sentence: _Sentence) -> Iterator[_Idea]:
    match = _ENTRY.match(sentence.text)
    if match and (sentence.in_glossary or match["term"].startswith("“")):
        yield _Idea("definition", f"什么是{match['term'].strip()}?", (match["value"].strip(),), sentence.text)


def _measures_en(sentence: _Sentence) -> Iterator[_Idea]:
    for match in _MEASURE_EN.finditer(sentence.text):
        measure, verb = match["measure"], match["verb"]
        named = measure.split()[0].removesuffix("'s") in sentence.subject or measure[1].isupper()
        measure = measure if named else measure[0].lower() + measure[1:]
        asked = f"{verb} {measure}" if verb in {"was", "were"} else f"did {measure} {_INFINITIVES[verb]}"
        in_year = f" in {sentence.year}" if sentence.year and sentence.year not in measure else ""
        yield _Idea("numeric", f"What {asked}{in_year}?", (match["value"],), sentence.text)


def _counts_en(sentence: _Sentence) -> Iterator[_Idea]:
    for match in _COUNT_EN.finditer(sentence.text):
        in_year = f" in {sentence.year}" if sentence.year else ""
        question = f"How many {match['thing']} were {match['verb']}{in_year}?"
        yield _Idea("numeric", question, (match["value"],), sentence.text)


_INFINITIVES = {
    "reached": "reach",
    "came to": "come to",
    "stood at": "stand at",
    "totalled": "total",
    "grew by": "grow by",
    "rose by": "rise by",
    "fell by": "fall by",
}


def _means_en(sentence: _Sentence) -> Iterator[_Idea]:
    for match in _MEANS_EN.finditer(sentence.text):
        yield _Idea("definition", f"What does {match['term'].strip()} mean?", (match["value"],), sentence.text)


_Finder = Callable[[_Sentence], Iterator[_Idea]]
_CHINESE: Sequence[_Finder] = (_entries, _counts, _changes, _measures, _dates, _names)
_ENGLISH: Sequence[_Finder] = (_means_en, _counts_en, _measures_en)


def _tidy(measure: str, sentence: _Sentence) -> str:
    """Without the words a clause begins with and a subject the question names anyway; "" when too little is left."""
    bare = _LEADING.sub("", measure.removeprefix(sentence.subject))
    bare = _LEADING.sub("", bare.removeprefix(sentence.subject.removesuffix("区")).removeprefix("区"))
    bare = _TRAILING.sub("", bare)
    unpaired = bare.count("“") != bare.count("”")
    return bare if len(bare) >= 3 and not unpaired else ""


def _by_turns(ideas: Sequence[_Idea], limit: int, chance: random.Random) -> list[_Idea]:
    """At most `limit`, a type at a time while it lasts, chosen by chance, back in the order of the text."""
    place = {idea.question: i for i, idea in enumerate(ideas)}
    kinds: dict[str, list[_Idea]] = {}
    for idea in ideas:
        kinds.setdefault(idea.type, []).append(idea)
    for of_kind in kinds.values():
        chance.shuffle(of_kind)
    turns = [idea for turn in zip_longest(*kinds.values()) for idea in turn if idea is not None]
    return sorted(turns[:limit], key=lambda idea: place[idea.question])


def _row(document: Document, idea: _Idea, number: int) -> Row:
    return Row(
        id=f"{document.id}-{number:03d}",
        question=idea.question,
        lang=language(idea.question),
        type=idea.type,
        answers=idea.answers,
        evidence=(Evidence(document.id, idea.evidence),),
    )


def _unanswerable(document: Document, idea: _Idea, number: int) -> Row:
    """The same figure asked of a year the document never speaks of."""
    latest = max(int(year) for year in _YEAR.findall(document.text))
    question = _YEAR.sub(str(latest + 7), idea.question)
    row = _row(document, idea, number)
    return replace(row, id=f"{row.id}-none", question=question, type="unanswerable", answers=(), evidence=())
