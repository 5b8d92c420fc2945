"""A question that asks about several subjects or periods, taken apart into questions that each ask about one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from embeddings.folding import fold
from embeddings.romanising import romanise
from rag.questions.followup import of_the_same, resolve
from rag.questions.question import Aspect, Kind, Question, aspect_of, bare, understand
from rag.questions.subjects import Catalog, Subject
from rag.text.measure import head_of

_JOINERS = re.compile(r"[和与跟、及]|以及|还有|\band\b|\bversus\b|\bvs\b|相比|比(?!例|重|率|赛)|分别")
_EVERY = r"(?:各个?|[两三四五六七八九十\d]+个?|哪[个些几]?[个家]?)"
_ALL = re.compile(rf"{_EVERY}(区|市|省|县|镇|街道|公司|部门)")
_MOST_OF = re.compile(r"最[高低多少大小快慢]的?是?")
_PLANNED = re.compile(
    r"目标|计划|原定|预期|打算|安排|[年当原]初[一-龥]{0,2}(?:[说讲定提]|要|想)|承诺|\bplanned\b|\btargets?\b|\bsupposed to\b|\bmeant to\b"
)
_ACTUAL = re.compile(
    r"实际|最后|最终|完成了|达到|结果|办成|[办做建修]成了|(?:去年|上一?年)[办做建修]完|[办做建修]完了|年底又[做办完建修]|(?<![征验招吸查没])收了|\bactual|\bachieved|\breached|\bin the end"
)
_FINISHED = re.compile("[办做建修][完成好]")
_YEAR = re.compile(r"(?:19|20)\d\d")
_YEAR_BEFORE = re.compile("(?:[与和跟同比较])?(?:上一?年度?|前一年度?|去年)的?")
_NEAR = 8
_YEARS = re.compile(r"((?:19|20)\d\d年?)")
_PLAN_WORDS = re.compile(r"目标|计划|原定|预期|打算|安排|[年当原]初[一-龥]{0,2}(?:[说讲定提]好?[的了]?要?|要|想)|承诺")
_DONE_WORDS = re.compile(r"实际|最后|最终|结果|完成了?|(?:年底)?又?[办做建修][成完]了?|年底")
_ASPECT = re.compile(f"{_PLAN_WORDS.pattern}|{_DONE_WORDS.pattern}")
_BEGINS_WITH_YEAR = re.compile(r"[\s而那么到和]*(?:19|20)\d\d")
_CLAUSE = re.compile(r"[^,，;；:：?？。]+")
_GENERIC = re.compile(
    r"增加|新增|增长|减少|下降|完成|实际|计划|目标|预期|安排|户数|数量|个数|总数|人数|比例|几份|两份|报告|文件|当年|那年|那一年|"
    r"还有|另外|以及|其中|[的有了做定原要又再年]|\b(?:increase|rise|plan|actual|target|goal|aim|objective|number|figure|report|document|year|set|the|what|complete|finish|build|deliver|do|make|intend|hope|expect|it|they|them)(?:s|es|ed|d|ned|ing)?\b"
)
"""What says nothing of the topic."""
_ASKING = re.compile("[哪谁几啥咋何吗嘛怎么]|什么|多[少大长高久远重]")
_EACH_OF = re.compile(
    r"(?P<things>[^,，?？:：;；]+?)(?P<asks>(?:分别|各自?)(?!类|项|区|级|种|方)[^,，?？]{0,6}?(?:多少|几)[^,，?？]*)[?？]?"
)
_AND = re.compile("[、和与跟及]|以及")
_SHORTEST = 2
_FORMER = re.compile(
    r"(.{2,16}?)[和与跟、](.{2,12}?)((?:都|各|分别|均)[^，,：:]*)?[，,：:]前者(.+?)[，,；;？?]后者(.+)"
)
_ENDS, _STOPS = re.compile("[?？;；]"), re.compile("[?？;；,，]")
_MOST = 4
_NAMES_IT = 3
"""Characters from which the name of what a clause asks for needs no topic from the clause before."""
_LEAST = 4
"""Characters of content below which a clause leans on its neighbours for what it is about."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing asked: the question for it, and what tells it from its siblings ("" when there is but one)."""

    question: Question
    label: str
    documents: frozenset[str] | None = None
    asks: str = ""
    """The part of the sentence that asks it, where one sentence asks several things of one subject."""
    against: bool = False
    """Whether a plan is asked for and an outcome beside it, or the other way round."""


def parts(question: Question, catalog: Catalog) -> Sequence[Part]:
    """One part for a plain question; several when it names several subjects, years, or both plan and outcome."""
    subjects = _apart(catalog.named_in(question.folded)) or _of_kind(question, catalog)
    years = sorted(question.years, key=lambda year: question.folded.find(str(year))) if len(question.years) > 1 else []
    if len(subjects) > 1:
        return [
            Part(
                _only(question, catalog, subject, subjects, year, years),
                _label(question, subject, year),
                subject.documents,
            )
            for subject, year in _pair(subjects, years)[:_MOST]
        ]
    if len(years) > 1:
        folded = _of_its_own(question.folded)
        each = [replace(question, folded=folded.get(year, question.folded)) for year in years[:_MOST]]
        return [
            Part(_only(own, catalog, None, (), year, years), str(year)) for own, year in zip(each, years, strict=False)
        ]
    if _PLANNED.search(question.folded) and _ACTUAL.search(question.folded):
        labels = ("计划", "实际") if question.language == "zh" else ("Plan", "Outcome")
        aspects = (Aspect.PLAN, Aspect.DONE)
        earlier = _year_before(question)
        return [
            Part(_either(question, a), label, against=True)
            if a is not earlier
            else Part(_either(_a_year_earlier(question), a), label, against=True)
            for a, label in zip(aspects, labels, strict=True)
        ]
    return [Part(question, "")]


def in_turn(question: Question, catalog: Catalog) -> Sequence[Part]:
    """The questions that one Chinese sentence asks one after the other, each made whole from those before it:
    "区长是谁?哪天作的报告?"; none where it asks but one thing, or a clause of it asks nothing."""
    text = _named_out(question.text, catalog)
    for mark in (_ENDS, _STOPS) if question.language == "zh" else ():
        asked = [clause.strip() for clause in mark.split(text) if clause.strip()]
        if len(asked) > 1 and all(_asks(clause, whether=mark is _ENDS) for clause in asked):
            whole: list[Question] = []
            for clause in asked[:_MOST]:
                before = whole[-1].text if whole else ""
                if whole and len(head_of(fold(clause), question.language)) >= _NAMES_IT:
                    whole.append(of_the_same(f"{clause}?", before, catalog))
                else:
                    whole.append(resolve(f"{clause}?", [(before, "")] if before else [], catalog))
            return [
                Part(replace(each, asked=question.asked), "", asks=clause)
                for each, clause in zip(whole, asked, strict=False)
            ]
    return []


def side_by_side(question: Question, catalog: Catalog) -> Sequence[Part]:
    """The questions that a Chinese one asks of several things with one word, each of the subject and period of the
    first: "东江2023年财政收入和固定资产投资分别是多少?"; none where it asks of one."""
    found = _EACH_OF.fullmatch(question.text.strip()) if question.language == "zh" else None
    if found is None:
        return []
    things = _AND.split(found["things"])
    of, tail, asked = things[-1].partition("的")
    things[-1] = of
    if not 1 < len(things) <= _MOST or any(len(thing) < _SHORTEST for thing in things):
        return []
    first, *others = (f"{thing}{tail}{asked}{found['asks']}?" for thing in things)
    whole = [understand(first), *(of_the_same(other, first, catalog) for other in others)]
    return [
        Part(replace(each, asked=question.asked), "", asks=thing) for each, thing in zip(whole, things, strict=True)
    ]


def _named_out(text: str, catalog: Catalog) -> str:
    """With the names that 前者 and 后者 stand for, the second of the same place as the first: "东江的水厂和医院都在
    扩建：前者…，后者…" as "东江的水厂都在扩建…，东江医院都在扩建…"."""
    found = _FORMER.match(text)
    if found is None:
        return text
    former, latter, common, first, second = found.groups(default="")
    named = catalog.named_in(fold(former))
    if named and not catalog.named_in(fold(latter)):
        latter = named[0].name + latter
    return f"{former}{common}{first}，{latter}{common}{second}"


def _asks(clause: str, *, whether: bool) -> bool:
    """Whether a clause asks something by a word of its own; `whether` it may also ask if something is so."""
    others = (Kind.OTHER, Kind.COMPARISON) if whether else (Kind.OTHER, Kind.COMPARISON, Kind.YES_NO)
    return bool(_ASKING.search(clause)) and understand(clause).kind not in others


def _apart(subjects: Sequence[Subject]) -> list[Subject]:
    """Those that share no document with one before: 上海 of the same report as 虹口 is no second subject."""
    kept: list[Subject] = []
    for subject in sorted(subjects, key=lambda s: len(s.documents)):
        if not any(subject.documents & other.documents for other in kept):
            kept.append(subject)
    return sorted(kept, key=subjects.index)


def _of_kind(question: Question, catalog: Catalog) -> list[Subject]:
    """Every subject of a kind when the question compares all of it: "三个区", "哪个区…最高"."""
    match = _ALL.search(question.folded)
    if match is None or question.kind not in (Kind.COMPARISON, Kind.LIST, Kind.NUMERIC):
        return []
    every = _apart(sorted({s for s in catalog.forms.values() if s.suffix == match[1]}, key=lambda s: s.name))
    return every if len(every) <= _MOST else []


def _pair(subjects: Sequence[Subject], years: Sequence[int]) -> list[tuple[Subject, int | None]]:
    """Each subject with its year: in turn when there are as many of both ("虹口2023年和黄浦2024年"), else every one."""
    if len(years) == len(subjects):
        return list(zip(subjects, years, strict=True))
    if not years:
        return [(subject, None) for subject in subjects]
    return [(subject, year) for subject in subjects for year in years]


def _only(
    question: Question,
    catalog: Catalog,
    subject: Subject | None,
    subjects: Sequence[Subject],
    year: int | None,
    years: Sequence[int],
) -> Question:
    """The question about one subject and year: clauses about another are left out, names and years of others struck."""
    clauses = _clauses_about(question.folded, catalog, subject, subjects, year, years)
    text = " ".join(clauses)
    for other in subjects:
        if other is not subject:
            named = rf"{re.escape(other.name)}{other.suffix}?|{romanise(other.name)}"
            text = re.sub(rf"(?:{named})(?:\([^()]*\))?", " ", text)  # 杨浦(2023年): what is said in brackets is of it
    for other_year in years:
        if other_year != year:
            text = re.sub(rf"{other_year}年?", " ", text)
    if subject is not None and subject.suffix:
        text = _MOST_OF.sub("多少", re.sub(rf"{_EVERY}(?:{subject.suffix})(?:[里中内]|当中)?", " ", text))
    if subject is not None and subject not in catalog.named_in(text):
        text = f"{subject.name}{subject.suffix} {text}"
    if year is not None and str(year) not in text:
        text = f"{year}年 {text}"
    part = understand(_JOINERS.sub(" ", text))
    part = replace(part, asked=question.asked, language=question.language, completed=question.completed)
    asks_itself = part.kind is not Kind.OTHER and len(clauses) < len(_CLAUSE.findall(question.folded))
    if asks_itself:
        return part
    if question.kind is not Kind.COMPARISON:
        return replace(part, kind=question.kind, unit=question.unit)
    # Things are held against each other as they are, unless as they are meant to be.
    return replace(part, kind=question.kind, unit=question.unit or part.unit, aspect=part.aspect or Aspect.DONE)


def _clauses_about(
    folded: str,
    catalog: Catalog,
    subject: Subject | None,
    subjects: Sequence[Subject],
    year: int | None,
    years: Sequence[int],
) -> list[str]:
    """Clauses that name this subject or year, or none at all; every clause where that leaves too little to go by. What
    stands before the first year, 大剧院 of "大剧院2020年…,2021年…", is said of a clause that begins with its year."""

    def about_another(clause: str) -> bool:
        named = catalog.named_in(clause)
        theirs = any(s in named for s in subjects if s is not subject) and subject not in named
        then = any(str(y) in clause for y in years if y != year) and str(year) not in clause
        return theirs or then

    clauses = _CLAUSE.findall(folded)
    kept = [clause for clause in clauses if not about_another(clause)]
    if year is not None and kept and kept[0] != clauses[0] and _BEGINS_WITH_YEAR.match(kept[0]):
        kept[0] = _YEAR.split(clauses[0], maxsplit=1)[0] + kept[0]
    content = _GENERIC.sub("", bare(re.sub(r"20\d\d年?", " ", " ".join(kept))))
    for s in subjects:
        content = content.replace(s.name + s.suffix, "").replace(s.name, "")
    return kept if len(content.replace(" ", "")) >= _LEAST else clauses


def _of_its_own(folded: str) -> dict[int, str]:
    """The question for each year where it says of one what was planned and of another what was done: what it says of
    the others so is left out, "2024年财政收入增速和2023年实际增速" for 2023."""
    pieces = _YEARS.split(folded)
    said = pieces[2::2]
    if len({aspect for each in said if (aspect := aspect_of(each))}) < 2:
        return {}
    return {
        int(pieces[i][:4]): "".join(
            piece if j in (0, i, i + 1) or j % 2 else _ASPECT.sub(" ", piece) for j, piece in enumerate(pieces)
        )
        for i in range(1, len(pieces), 2)
    }


def _either(question: Question, aspect: Aspect) -> Question:
    """The question about the plan, or about the outcome, without the words that ask for the other."""
    text = (_DONE_WORDS if aspect is Aspect.PLAN else _PLAN_WORDS).sub(" ", question.folded)
    part = replace(question, folded=text, bare=bare(text) or text)
    return replace(part, aspect=aspect)


def _year_before(question: Question) -> Aspect | None:
    """Whether what was planned or what was done is asked of the year before the one named: 跟上一年实际增速比."""
    found = _YEAR_BEFORE.search(question.folded) if len(question.years) == 1 else None
    if found is None:
        return None
    said = question.folded[found.end() : found.end() + _NEAR]
    if _ACTUAL.search(said) or _FINISHED.match(said):
        return Aspect.DONE
    return Aspect.PLAN if _PLANNED.search(said) else None


def _a_year_earlier(question: Question) -> Question:
    year = next(iter(question.years))
    text = _YEAR_BEFORE.sub("", question.folded).replace(str(year), str(year - 1))
    return replace(question, folded=text, bare=bare(text) or text, years=frozenset({year - 1}))


def _label(question: Question, subject: Subject, year: int | None) -> str:
    if question.language == "zh":
        return f"{subject.name}{subject.suffix}" + (f"{year}年" if year else "")
    return romanise(subject.name).capitalize() + (f" {year}" if year else "")
