"""The words by which a follow-up points back at what was asked before: 它, 那里, 前者, 该区, "there", "of those"."""

import re

from embeddings.folding import fold
from rag.questions import periods
from rag.questions.question import Kind, bare, understand
from rag.questions.said import LEAD, Said, mention, narrowest, points_back, tidy, without_ends
from rag.questions.subjects import Catalog

_ELLIPTIC = re.compile(
    r"呢[?。]?$|^(?:它|他们?|她们?|其(?![他它余])|这(?!么)|该|此|同期|同比|环比|期间|届时|当[天时])|它们?|[他她]们|前者|后者|该[区市省县镇乡校院局厂司企项]|"
    r"(?:(?<![一-龥])|[靠用凭拿因为对从把])[这那][个些项里家批类种]|上述|刚才|前面[提说]|"
    r"\b(?:it|its|they|their|them|those|these|the former|the latter)\b|\bthere[?.]*$|"
    r"\b(?:of|by) (?:that|this)\b|\b(?:did|does|do|is|was|will|has) (?:that|this)\b"
)
_OF_THE_TOPIC = re.compile(
    r"^它|^其|^这(?![里儿边])|^同比|^环比|^期间|^届时|^当[天时]|^那[天次种类些批位家个块]|"
    r"^(?:一共|总共|合计|加起来|累计)|[他她]们|[靠用凭拿因为对从把][这那][个些项批类种]|其中|里面?有|当中|"
    r"\b(?:them|they|those|these|their|its)\b|\b(?:of|by) (?:it|that|this)\b|"
    r"\b(?:did|does|do|is|was|will|has) (?:that|this)\b|"
    r"\bit (?:grow|rise|fall|increase|decrease|drop|decline|change|grown|risen|fallen|increased|go up|go down)\b"
)
_THERE_ZH = re.compile(r"^(?:在)?(?:[那这][里儿边]|[那这]个?地方|此[地处])的?")
_THERE_EN = re.compile(r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bbeen )(?<!\bbe )\bthere[?.]*$")
_THAT_PLACE = re.compile(r"该[区市省县镇乡]")
_PRONOUN_ZH = re.compile(r"^(?:它们?|(?:前|后)者)的?|^其(?![中他它余])的?")
_PRONOUN_EN = re.compile(r"\b(?:it|they|the district|the city|the former|the latter)\b(?!')")
_ONE = re.compile(r"^(?:它(?!们)|其(?![中他它余]))|该[区市省县镇乡]|前者|后者|\b(?:it|its|the former|the latter)\b")
_FIRST, _LAST = re.compile(r"前者|\bthe former\b"), re.compile(r"后者|\bthe latter\b")
_MEASURE_ZH = re.compile(
    r"(?:增速|增幅|增长率?|同比|比例|比重|占比|数量|总[量数额]|金额|规模|人数|个数|目标|比率?|涨幅|降幅|增加|下降|减少|实际|计划|预期|结果)+|[一-龥]{1,2}了|"
    r"在?(?:哪一?[条个座幢]?)?(?:马?路|大?街|楼)上?|地址|位置|地点|"
    r"(?:(?:新|净)?增加?|减少|(?:新?认|评)定|累计)了?几?[个家户套名位条项张件处所]?|"
    r"(?:在?(?:全[市省国区]|中心城区))?(?:排名?|位列|位居|名列)(?:在?第?几|老几|如何|怎么样)?"
)
_MEASURES_EN = (
    "growth rate target goal number total amount share proportion percentage increase rise decrease figure outcome "
    "year-on-year annual planned actual result"
)
_MEASURE_EN = frozenset(_MEASURES_EN.split())
"""What is said of anything measured, and names nothing by itself; a bare verb neither: 完成了 of "完成了多少?"."""
_SO_MANY = r"[\d一二两三四五六七八九十几]+[个家处项条位种]"
_THE_OTHERS = re.compile(
    r"(?:那么?)?(?:还有(?:别的|其他的?|另外的?|哪些|什么|哪几[个家处项])?(?:吗|呢|没有)?|"
    rf"(?:别的|其[他它余]的?|剩下的?|另外的?)(?:{_SO_MANY})?(?:是哪些|是什么|有哪些)?呢?)[?。]?"
)
_WHICH_ONE = re.compile(r"(?:(?:的?[那这](?:一?[种类些个批块]|部分))|的)呢?[\s?。]*$")
_ONE_OF_THEM = re.compile(r"(?:的?[那这](?:一?[种类些个批块]|部分)|的)$")


def elliptic(said: Said) -> bool:
    """Whether its words show that it goes on from what was said before."""
    folded = fold(said.text).strip()
    patterns = (LEAD, _ELLIPTIC, periods.HELD_AGAINST, periods.BEFORE, periods.AFTER, periods.SAME)
    return points_back(folded) or any(pattern.search(folded) for pattern in patterns)


def of_the_topic(said: Said) -> bool:
    """Whether it asks of the very thing, or the very things, that the question before asked about."""
    return _OF_THE_TOPIC.search(fold(without_ends(said.text) if said.chinese else said.text)) is not None


def at_the_thing(said: Said) -> bool:
    """Whether it says 那里, "there": at the thing asked about, if that is a place, else in the place it is in."""
    folded = fold(without_ends(said.text))
    return (_THERE_ZH if said.chinese else _THERE_EN).search(folded) is not None


def that_place(said: Said, *, of: str = "") -> str:
    """What it says with the place it calls 该区 named; "" when it calls none so."""
    return _THAT_PLACE.sub(of, said.own) if _THAT_PLACE.search(said.own) else ""


def generic(said: Said) -> bool:
    """Whether it but names a measure of what the question before was about."""
    content = bare(fold(said.own))
    if said.chinese:
        return bool(_MEASURE_ZH.fullmatch(re.sub(r"[\s的是为]|多少|[?？]", "", fold(said.own))))
    return all(word in _MEASURE_EN for word in re.findall(r"[a-z-]+", content))


def the_others(said: Said) -> bool:
    """Whether it but asks for the others of what was told: "还有别的吗?", "另外两个呢?"."""
    return _THE_OTHERS.fullmatch(fold(said.text).strip()) is not None


def without_pointer(own: str) -> str:
    """Without the word at its beginning that points at the topic or the place."""
    return _THERE_ZH.sub("", _PRONOUN_ZH.sub("", own), count=1)


def in_place_of_pronouns(own: str, subject: str) -> str:
    """With the subject named where a pronoun stands for it."""
    return _PRONOUN_EN.sub(subject, own) if subject else own


def of_a_subject(said: Said) -> bool:
    """Whether the thing it asks of may as well be whom the question before was about: "它有多少家医院?"."""
    return re.search(r"^(?:它(?!们)|其(?![中他它余]))", fold(without_ends(said.text))) is not None


def without_which(said: Said, catalog: Catalog) -> Said:
    """Without 前者, "the latter", once it is known which that is."""
    return Said.of(tidy(re.sub(r"前者的?|后者的?|\b[Tt]he (?:former|latter)(?:'s)?\b", " ", said.text)), catalog)


def of_two(said: Said) -> bool:
    """Whether several subjects are named, none of which lies in another."""
    return len(narrowest(said.named)) > 1


def of_one(said: Said, earlier: Said, heard: str, catalog: Catalog) -> str:
    """The question before about but one of its subjects, where 它 or 前者 means one; "" when it does not, or none is
    meant more than another: 它 is the one that the answer named."""
    folded = fold(without_ends(said.text))
    if not of_two(earlier) or not _ONE.search(folded):
        return ""
    told = narrowest(earlier.named)
    places = sorted((periods.spans(earlier.text, mention([subject], catalog))[0], subject.name) for subject in told)
    answered = {subject.name for subject in catalog.named_in(fold(heard))}
    if _FIRST.search(folded) or _LAST.search(folded):
        (start, end), _ = places[0 if _FIRST.search(folded) else -1]
    else:
        meant = [span for span, name in places if name in answered]
        if len(meant) != 1:
            return ""
        start, end = meant[0]
    text = earlier.text
    for place, (a, b) in reversed(list(enumerate(earlier.subjects))):
        text = f"{text[:a]}{'' if place else earlier.text[start:end]}{text[b:]}"
    return tidy(text)


def narrowing(said: Said) -> str:
    """Which of the things asked about before are meant, where it says but that: "在建的呢?", "长在墙上的那种呢?"."""
    if not said.chinese or not said.size or of_the_topic(said) or not _WHICH_ONE.search(fold(said.text)):
        return ""
    return _ONE_OF_THEM.sub("", said.own) if understand(said.own).kind is Kind.OTHER and not generic(said) else ""
