"""What must stand in a sentence for it to answer, beyond the words it shares with the question: the very thing asked
for (月薪 of 平均月薪), the numbers the question names, the stretch of the year it speaks of."""

import re
from collections.abc import Mapping, Sequence

from embeddings.terms import words
from rag.questions import light, scope
from rag.questions.measures import clauses_on
from rag.questions.naming import name_missing
from rag.questions.question import Kind
from rag.search.asking import Asking
from rag.text import literal
from rag.text.facts import OF_DATES
from rag.text.matching import Matchable, Terms
from rag.text.measure import MEASURED, in_unit
from rag.text.neighbours import contrasted, stands_in_place, tellable
from rag.text.paraphrasing import paraphrases
from rag.text.thesaurus import Others, thesaurus
from rag.text.translating import lexicon

_GENERIC = frozenset("rate ratio growth increase number amount level share percentage size figure value".split())
"""English words that say what is measured of a thing: "growth rate" of "GDP growth rate"."""
_UNITS = frozenset("tonne ton litre liter metre meter kilometre kilometer mile hectare acre square lane pair".split())
"""English words for what a thing is measured in: "tonnes of mussels" are mussels."""
_NO_THINGS = frozenset("time kind sort type good item piece case way people person".split())
"""English words for what is counted that Chinese has no word of its own for."""
_MEASURED = frozenset("gdp population salary wage price rent profit unemployment temperature tonnage mortality".split())
"""English words for what has figures of its own: one of anything else is none of it."""
PARTLY = 0.8
"""What half of a longer word counts: 求职 for 求职者."""
LONG = 4
"""Characters from which a name is not likely to stand in a clause by chance."""
_DEED = re.compile(
    r"(?:由|被|请的?是?|[跟与和同]|是)?(?:谁|何人|何单位|哪(?:一?[位家个]|些)[一-龥]{0,4}?(?:领导|干部|公司|企业|单位|机构|集团|部门|团队)?)"
    r"(?:来|去|给|负责|当的?|担任)?((?:施工|承建|设计|监理|主持|陪同|出资|出钱|投资|起草|编写|编制|作曲|作词|谱曲|演唱|指挥|主讲|颁奖|"
    r"开发|研发|研制|运营|管理|经营|承办|主办|协办|赞助|捐赠|供货|中标|代理|审计|评估|检测|验收|批准|审批|签署|揭牌|剪彩|致辞|翻译|"
    r"拍摄|制作|出版|印刷|发布|牵头|装修|改造|装饰)(?:出资|装修|施工)?)"
)
"""What is asked to have been done by somebody."""
_SUFFERED = re.compile(
    "(?:空置|闲置|砍掉|砍伐|拆除|关闭|关停|裁员|裁撤|注销|倒闭|流失|浪费|损失|丢失|遗失|报废|退租|搬走|撤销|撤回|撤诉|停业|歇业|辞职|离职|跳槽|退学|辍学|"
    "违约|烂尾|逾期|出院|治愈|痊愈|死亡|病故|去世)(?=了?(?:多少|几)|的[一-龥]{0,6}(?:有|是|共)?(?:多少|几))|"
    "(?<=被)(?:退回|退还|驳回|拒绝|否决|投诉|举报|处罚|起诉|开除|免职|撤职|查封|没收|扣押|拘留|逮捕|通报|批评|追究|问责|淘汰|取消|除名|召回|下架|摘牌|约谈|点名|警告|曝光|罚款)"
)
"""What befell somebody or something that is asked about."""
_LOST = re.compile(
    "(?:多少|几)[一-龥]{1,9}?(离开|离职|辞职|倒闭|流失|退出|关闭|关门|搬走|破产|失业|落榜|退学|被罚|被抓|被开除)"
    "了?[??]?$"
)
"""The same at the end of a question: 有多少人才离开."""
_NAME = re.compile("[^了的也就让被得把给着过]{2,4}")
_SHUT = re.compile("关(?=[了掉]?(?:多少|几))")
_SHUT_TOLD = re.compile("关[闭停张门掉了]|[停歇]业|停办|撤|倒闭|清退|退出|腾退|取缔|淘汰")
_COUNTED = re.compile("[\\d万亿余多][个家户套名位条项张件台部所座栋处种类场册只批支间幢棵枚起]?$")
_SAID_OF = re.compile(
    "[了的让被把给着过来去能会有是在已都均可应需想要将]|提前|找|办|达到|完成|获|参加|得到|拿|做|评|建成|通过|实现|开工|竣工|入选|报名"
)
_COUNTERS = frozenset("个家项所条座处种类件场名位")
_OF_THINGS = re.compile("[\\d.]+[余多]?[个家项所条座处种类件场名位](?:以上)?(?![至到为了的和与及以是在被])[一-龥]{2}")
_THERE_ARE = re.compile("(?:一共|总共|现在|共)?有(?:几|多少)[个家项所条座处种类件场名位]")
_SO_MANY = re.compile("多少$")
_HOW_MANY = re.compile("(?:多少|几)[一-龥]{0,2}$")
_CODE = re.compile(r"(?<![a-z\d.])(?:(?!x\d)[a-z]{1,4}\d[\d.]{0,3}[a-z]?|\d{1,2}[agd])(?![a-z\d+-])")
ASKS = re.compile(
    r"多少|百分之几|第几|几(?=[^月号日时点])|多[大长高重远久]|哪一?[个家位所座条项种类些年天里儿]?|什么|何[人时处地]?|啥|谁|几"
)
BEFORE, BEHIND = 8, 9
"""Characters before and behind what asks that are next to it."""
_SHARES = frozenset(("", "%", "百分点"))
_COUNT = re.compile(r"\d+(?:\.\d+)?")
_RANK = re.compile("第几")
_LETTERS = re.compile(r"[a-z][a-z\d]*(?:[.-][a-z\d]+)*")
_CLAUSE_END = re.compile("[,;。]")
_FIGURE = re.compile(
    r"\d|[一二两三四五六七八九十百千万]+[个家户套名人位项条张件次场所座处成倍金银种类起年月天周批期届级层本册部块]|分之"
)


def features(asking: Asking, sentence: Matchable, around: str, *, across: bool) -> Mapping[str, float]:
    """Of a sentence and what stands, folded, around it (title, headings, the sentence before): `tail` and
    `tail_sentence`, 0 to 1, how surely the thing asked for stands in both or in the sentence; `letters_missing`, the
    share of what a Chinese question has in Latin letters (PM10) that stands in neither; `name_missing` of
    `rag.questions.naming`; all of `rag.questions.scope`. `across`: the sentence is in the other language."""
    text = f"{around} {sentence.folded}"
    tail = tail_of(asking.head)

    def stands(told: str) -> float:
        return _stands_across(tail, told) if across else _stands(tail, told, asking.asked.alike)

    return {
        "tail": stands(text),
        "tail_sentence": stands(sentence.folded),
        "letters_missing": _letters_missing(asking, text),
        "name_missing": name_missing(asking.question, sentence.folded),
        **scope.features(asking.question, sentence, text),
    }


def contrasts(asking: Asking, sentence: str, around: str) -> Mapping[str, float]:
    """Of a Chinese question and a folded sentence: `contrast`, whether the sentence has a word that stands beside one
    of the question's in its field and is not it, 柴油车 for 汽油车; `contrast_asked`, whether that is one of those next
    to what asks."""
    asked = asking.question.folded
    alike, text = asking.asked.alike, f"{around} {sentence}"
    found = [
        word
        for word in contrasted(asked, sentence, around)
        if not any(way in text for way in tellable(word, alike.get(word, ()), text))
    ]
    asks = next(reversed(list(ASKS.finditer(asked))), None)
    near = asked[max(asks.start() - BEFORE, 0) : asks.end() + BEHIND] if asks else ""
    return {"contrast": float(bool(found)), "contrast_asked": float(any(word in near for word in found))}


def neighbour_in_place(asking: Asking, sentence: str, around: str) -> bool:
    """Whether a folded sentence tells of a neighbour of a word of a Chinese question in that word's very place, and
    neither it nor what stands around it has the word: 篮球特色学校 for 游泳特色学校."""
    asked = asking.question.folded
    if asking.question.language != "zh":
        return False
    return any(stands_in_place(word, asked, sentence) for word in contrasted(asked, sentence, around))


def told_by(asking: Asking, near: Terms, text: str) -> Terms:
    """Of the terms in and near a sentence, without those that are part of a neighbour's name in the folded `text`."""
    apart = {
        way
        for word, ways in asking.asked.alike.items()
        for way in set(ways) - set(tellable(word, ways, text))
        if way not in asking.asked.words
    }
    return near - apart if apart else near


def told_without_figure(asking: Asking, sentence: Matchable) -> bool:
    """Whether a clause of a sentence names all of what a Chinese question wants a number of, a long name, and neither
    it nor any after it has a figure."""
    question = asking.question
    head = words(asking.head) if question.language == "zh" and question.kind is Kind.NUMERIC else ()
    if sum(map(len, head)) < LONG or _RANK.search(question.folded):
        return False
    clauses = _CLAUSE_END.split(sentence.folded)
    naming = next((i for i, clause in enumerate(clauses) if all(word in clause for word in head)), None)
    return naming is not None and not any(_FIGURE.search(clause) for clause in clauses[naming:])


def told_as_share(asking: Asking, sentence: Matchable) -> bool:
    """Whether a Chinese question asks how many of something there are, and each clause of a sentence that names it
    tells a share alone: 刑事警情下降15.3%."""
    question = asking.question
    if question.language != "zh" or question.kind is not Kind.NUMERIC:
        return False
    if question.unit in _SHARES and not literal.stands(asking.head, question.folded, before=_SO_MANY):
        return False
    if len(asking.head) < LONG:
        return False
    told = clauses_on(asking.head, sentence.folded)
    return bool(told) and all("%" in each and len(_COUNT.findall(each)) == each.count("%") for each in told)


def deed_missing(asking: Asking, text: str) -> bool:
    """Whether a Chinese question asks by whom something was done, 由谁施工, and a folded text has neither the deed nor
    another word for it."""
    found = _DEED.search(asking.question.folded) if asking.question.language == "zh" else None
    deeds = [word for word in words(found[1]) if len(word) > 1 and word not in light.CHINESE] if found else []
    return bool(deeds) and all(_stands([word], text, asking.asked.alike) == 0.0 for word in deeds)


def suffered_nothing(asking: Asking, text: str) -> bool:
    """Whether a Chinese question asks of what something befell, 被退回的, 空置了多少, and a folded text has neither the
    word nor another for it."""
    if asking.question.language != "zh":
        return False
    if _SHUT.search(asking.question.folded) and not _SHUT_TOLD.search(text):
        return True
    done = [*_SUFFERED.findall(asking.question.folded), *_LOST.findall(asking.question.folded)]
    return any(_stands([word], text, asking.asked.alike) == 0.0 for word in done)


def abbreviation_missing(asking: Asking, text: str) -> bool:
    """Whether a Chinese question asks the value of what has a well-known name in Latin letters, CPI, and a folded text
    has neither it nor what it stands for."""
    if asking.question.language != "zh" or asking.question.kind is not Kind.NUMERIC:
        return False
    known = thesaurus()
    named = [word for word in _LETTERS.findall(asking.question.folded) if word in known]
    return bool(named) and not any(way in text for word in named for way in (word, *known[word]))


def thing_unheard(asking: Asking, text: str) -> bool:
    """Whether a Chinese question asks how many there are of a thing it has a short name for, 多少座位, and a folded
    text has neither the name nor another for it."""
    question = asking.question
    if question.language != "zh" or question.kind is not Kind.NUMERIC or not _NAME.fullmatch(asking.head):
        return False
    if not literal.stands(asking.head, question.folded, before=_HOW_MANY):
        return False
    return _stands(tail_of(asking.head), text, asking.asked.alike) == 0.0


def counts_another(asking: Asking, sentence: Matchable, around: str) -> bool:
    """Whether a Chinese question asks for a number of things, and a sentence and what stands around it have no word for
    them, and each of its figures in that unit counts something else by name: 16项任务 for 就业岗位."""
    question = asking.question
    if question.language != "zh" or question.kind is not Kind.NUMERIC or question.unit not in _COUNTERS:
        return False
    phrase = _SAID_OF.split(asking.head, maxsplit=1)[0]
    asked = literal.stands(asking.head, question.folded, before=_HOW_MANY)
    asked = asked or literal.stands(asking.head, question.folded, behind=_THERE_ARE)
    thing = _thing(phrase) if asked else ""
    others = [way for way in asking.asked.alike.get(thing, ()) if way not in phrase]
    if not thing or any(way in around for way in (thing[-2:], *others)):
        return False
    counted = [
        figure for figure in sentence.figures if in_unit(question.unit, sentence.folded, figure.start, figure.end)
    ]
    return bool(counted) and all(_OF_THINGS.match(sentence.folded, figure.start) for figure in counted)


def _thing(phrase: str) -> str:
    """The last word of those that name what is counted; "" where that, or the first, is but a character."""
    named = words(phrase)
    return named[-1] if named and min(len(named[0]), len(named[-1])) > 1 else ""


def uncounted(asking: Asking, sentence: Matchable) -> bool:
    """Whether an English question asks how many, and a Chinese sentence has no figure, or no word for what is counted
    and none but figures that count something else by name, or measure: 225个重点项目, 775亿元 for jobs."""
    if "how many " not in asking.question.folded:
        return False
    if not _FIGURE.search(sentence.folded):
        return True
    things = [group for group in asking.asked.groups if group.head]
    if not things or any(way in sentence.folded for group in things for way in (group.word, *group.terms)):
        return False
    if any(group.word in _NO_THINGS for group in things):
        return False
    counted = [figure for figure in sentence.figures if figure.unit not in OF_DATES]
    return bool(counted) and all(
        figure.unit in MEASURED or _OF_THINGS.match(sentence.folded, figure.start) for figure in counted
    )


def code_missing(asking: Asking, text: str) -> bool:
    """Whether a question names something by letters and a figure, 6G, PM10, that a folded text has not, nor what it is
    called in words."""
    asked = asking.question.folded
    codes = _CODE.findall(asked) if asked.count("?") < 2 else []  # of several questions one may be answered
    told = text.replace(" ", "")
    return any(not any(way in told for way in (code, *thesaurus().get(code, ()))) for code in codes)


def things_missing(asking: Asking, near: Terms) -> bool:
    """Whether an English question asks how many, and nothing that stands for the things counted is among the terms in
    and near a Chinese sentence."""
    things = [group for group in asking.asked.groups if group.head] if "how many " in asking.question.folded else []
    known = bool(things) and not any(group.word in _NO_THINGS for group in things)
    return known and not any(group.credit(near) for group in things)


def counted_by_name(asking: Asking, sentence: Matchable) -> bool:
    """Whether an English question asks how many, and a Chinese sentence has a figure right before a word for what is
    counted: 22个小区 of compounds."""
    if "how many " not in asking.question.folded:
        return False
    ways = {term for group in asking.asked.groups if group.head for term in group.terms if len(term) > 1}
    return any(literal.stands(way, sentence.folded, before=_COUNTED) for way in ways)


def unmeasured(asking: Asking, text: str, *, across: bool) -> bool:
    """Whether an English question asks for a figure of what a text, folded, does not speak of: the GDP. `across`: the
    text is Chinese."""
    named = set(words(asking.head or asking.question.bare)) & _MEASURED
    if across:
        return bool(named) and not any(_stands_across([word], text) for word in named)
    ways = [way for others in paraphrases(list(named)) for way in others]
    return bool(named) and not any(word in text for word in (*named, *ways))


def tail_of(head: str) -> Sequence[str]:
    """The words a folded head ends in, which name the thing: 月薪 of 平均月薪, "cost" of "cost of the tunnel"."""
    if not head:
        return ()
    if head[-1] < "㐀":
        first, _, of = head.partition(" of ")
        named = words(first)
        if of and _UNITS.issuperset(named):
            named = words(of)
        return [word for word in named if word not in _GENERIC][-1:] or named[-1:]
    return [word for word in words(head) if head.endswith(word)] or [head[-2:]]


def _stands(tail: Sequence[str], text: str, alike: Others) -> float:
    """1 where one of the words stands in a text or there is none, else as surely as another word for one does."""
    if not tail or any(word in text for word in tail):
        return 1.0
    if any(len(word) > 2 and word[:2] in text for word in tail):
        return PARTLY
    both = [*zip(tail, paraphrases(tail), strict=True), *((word, alike.get(word, {})) for word in tail)]
    told = (ways[way] for word, ways in both for way in tellable(word, ways, text) if way in text)
    return max(told, default=0.0)


def _letters_missing(asking: Asking, text: str) -> float:
    if asking.question.language != "zh":
        return 0.0
    named = {
        word for word in _LETTERS.findall(asking.question.bare) if not any(word == s.name for s in asking.subjects)
    }
    missing = [
        word for word in named if word not in text and not any(o in text for o in asking.asked.alike.get(word, ()))
    ]
    return len(missing) / len(named) if named else 0.0


def _stands_across(tail: Sequence[str], text: str) -> float:
    """As `_stands`, of a text in the other language: the surest translation that stands there, beside the surest."""
    if not tail:
        return 1.0
    ways = [way for found in lexicon().translations(tail) for way in found.items()]
    if not ways:
        return float(any(word in text for word in tail))
    surest = max(worth for _, worth in ways)
    return max((worth / surest for other, worth in ways if other in text), default=0.0)
