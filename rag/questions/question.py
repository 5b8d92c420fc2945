"""What a question asks for: kind, language, periods, and the terms that carry it.

Rules over the wording, nothing about any one body of documents. All matching is on folded text.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from embeddings.folding import fold
from rag.text.facts import years
from rag.text.measure import LENGTHWISE, SUMMED, unit_of


class Kind(StrEnum):
    """The kind of thing that would answer."""

    NUMERIC = "numeric"
    DATE = "date"
    PERSON = "person"
    PLACE = "place"
    LIST = "list"
    DEFINITION = "definition"
    REASON = "reason"
    MANNER = "manner"
    COMPARISON = "comparison"
    YES_NO = "yes_no"
    ENTITY = "entity"
    OTHER = "other"


class Aspect(StrEnum):
    """Whether what was done is asked for, or what is planned."""

    DONE = "done"
    PLAN = "plan"


LONG_KINDS = frozenset({Kind.LIST, Kind.DEFINITION, Kind.REASON, Kind.MANNER, Kind.COMPARISON})
"""Kinds whose answer may take 360 characters; the others are held to 120."""

_UNIT = r"(?P<unit>[个家户套人名位条项张件次亩吨辆台所座栋处种类元%％倍年月天日届级层公平万亿百分点里米]{1,4})?"
_KINDS_ZH: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (Kind.COMPARISON, r"哪个.{0,8}(?:更|最)|(?:谁|哪一?[个家区年类种项所座条]).{0,12}(?:更|最)|(?:谁|哪一?[个家区年类种项所座条]).{0,12}(?<!多)[高低多少大小快慢](?:一?[些点])?[??]?$|[高多大快]还是[低少小慢]|最(?:[高低多少大小快慢长短贵]|便宜)的[一-龥]{0,10}?(?:哪一?[个家区县类项种所座位]|谁)|相比|对比|比较|差多少|多了还是少|升还是降|增加还是减少|更多还是更少|少了吗|多了吗|[和与跟同].{1,24}(?:差在哪|差别|区别|有(?:什么|啥|何)不同|不一样)|变好还是变[差坏]|孰[高低多少大小强优]|[一-龥]的?(?:多|少|高|低|快|慢)还是[^?]{1,12}的?(?:多|少|高|低|快|慢)"),
        (Kind.REASON, r"为什么|为何|为啥|原因(?![^?]{0,10}属于[哪什])|缘故|缘由|因为什么|凭什么|怎么会|干[嘛吗](?=.)|图的?是?[什个啥]|出于什么|目的(?:是|何在)|(?:问题|难处?|难点|毛病|不足|短板|差距|症结|根源|瓶颈)[出就卡]?在哪"),
        (Kind.DATE, r"什么时候|什么时间|何时|哪一?[天年月日]|民国几年|几月|几号(?![线楼街院门房地])|哪个月|几时|哪年|啥时候|日期|时间是|多久|多长时间|截止到?什么|(?:起止|截止|期限)(?:时间|日期)?[??]?$|(?<![两三四五六七八九])几点(?=[钟开关上下到结打半之以前后]|[??]?$)"),
        (Kind.LIST, r"几.{2,30}[,，][^,，]{0,8}(?:哪几|哪些)"),
        (Kind.NUMERIC, r"多少|第几|(?<!哪)几[个家户套人名位条项张件次亩吨辆台所座栋处种类元倍年月天日届级层公成分万亿千百块枚岁米场批期门支间幢艘株棵只册部口对轮起样架班趟根盏]|百分之几|几何(?=[??,，。]|$)|几点[几零]|几成|多大|多长|多高|多重|多远|占比|比例是|增速是|增幅是|金额是|数量|总量|总额"),
        (Kind.LIST, r"(?:存在|还?有)(?:着|了)?(?:什么|啥)样?的?(?:问题|困难|不足|短板|挑战|弱项|成效|亮点|优势)|有(?:什么|啥)(?:新|主要)|哪些|哪几|包括什么|分别是什么|包含什么|有什么内容|列出|列举|分别叫|各有什么|都有什么|都有谁|哪[两三四五六七八九十俩]|都(?:有|是)些?啥|(?:[两三四五六七八九十]|\d+)[个家所项条位类大座种](?!月|百分点)[^,，?？]{0,12}?(?:叫(?:啥|什么)|(?:是|对应)些?(?:啥|什么)|是(?=[??]?$))"),
        (Kind.PERSON, r"(?:领导|负责人|干部|[长员任师者人])们?(?:都|各|分别)*(?:名字)?叫(?:啥|什么)|谁|哪位|何人|哪个人|什么人|(?:[他她]|这位|那位|人)叫什么名字|姓甚"),
        (Kind.DEFINITION, r"什么是|什么叫|啥叫|何谓|(?:怎么|如何|怎样)理解|是什么意思|是指什么|指的?是?什么|指的是|(?:什么|啥)意思|的意思[??]?$|定义|含义|是(?:什么|个?啥)(?=[??,，]|$)|[”\"].{0,6}有(?:什么|啥)(?:讲究|说法|来历)|是个什么|什么性质的|(?:什么|啥)的?(?:缩写|简称)|[做干][什啥]么?用的?|解释一?下"),
        (Kind.PLACE, r"哪里|哪儿|什么地方|何处|何地|位于|在哪|哪个(?:地方|城市|国家|区|省|市|县|镇)"),
        (Kind.MANNER, r"怎么|怎样|靠(?:的?是)?(?:什么|啥)|如何|咋|什么方式|(?:什么|啥)(?:办法|法子)|有没有.{2,30}(?:措施|办法|法子)|什么措施|什么方法|通过什么"),
        (Kind.YES_NO, r"吗[??]?$|是否|是不是|有没有|能不能|可不可以|对不对|会不会"),
        (Kind.ENTITY, r"哪|什么|啥|叫|名称|名字"),
        (Kind.NUMERIC, r"[一-龥](?:[数率额量费]|人次|人口|浓度|面积|金额|费用|单价|配比|比例|[涨增降]幅|[全总]长|长度)(?: ?\d{4}年?)?[??]?$"),
    )
)  # fmt: skip
_MEASURES = (
    "(?:rate|ratio|cost|price|rent|fee|salary|wage|population|revenue|turnover|profit|budget|income|size|length|height|width|"
    "weight|capacity|density|tonnage|output|expectancy|concentration|investment|expenditure|spending|growth|share|"
    "proportion|percentage|bill|fine|"
    "gdp|gross domestic product)s?"
)
_KINDS_EN: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (Kind.COMPARISON, r"\bcompare|\bcompared|\bhigher\b|\blower\b|\bmore or (?:less|fewer)|\bgreater\b|\bdifference between|\bwhich .{0,30}\b(?:more|most|highest|largest|fastest)\b"),
        (Kind.REASON, r"\bwhy\b|\breasons?\b|\bhow come\b|\bwhat (?:caused|made|led|prompted|drove|drives|forced|motivated|(?:is|was) (?:driving|behind|prompting)|(?:lies|lay) behind)\b"),
        (Kind.NUMERIC, rf"{LENGTHWISE}"),
        (Kind.DATE, r"^(?:by |since |until |from )?when\b|\bwhen (?:did|do|does|was|were|is|are|will|would|can|could|should|had|has|have|exactly)\b|(?:and|or|,) when\b|\bwhat (?:date|year|month|day|time)|\bwhich (?:date|year|month|day)|\bon what (?:date|day)|\bby what (?:date|year)|\bin what (?:year|month)|\bhow long\b"),
        (Kind.NUMERIC, r"\bhow (?:many|much|large|big|small|high|far|old|fast|tall|wide|deep|thick|heavy|loud|hot|cold|often)\b|\bwhat (?:percentage|percent|share|proportion|interest|number|amount|rate|total|area|was the (?:number|total))|\bby how\b|\bpercentage points?\b|\bwhat (?:did|does|do|will|would) .{1,120}\b(?:cost|weigh)\b|"
        rf"{SUMMED}|"
        rf"\bwhat(?:'s| is| was| were| are| will be) (?:(?!of\b)[\w'-]+ ){{0,6}}?(?:{_MEASURES})\b|\bwhat (?:{_MEASURES})\b|"
        rf"^(?!.*\b(?:what|which|who|whose|where|when|why|how|is|are|was|were|did|does|do)\b).*\b(?:{_MEASURES}|number|amount|total|percentage)\b"),
        (Kind.LIST, r"\bwhat (?:\w+ )?(?:problems|weaknesses|shortcomings|difficulties|challenges|measures|steps|strengths)\b|\bwhat are\b|\bwhich (?:two|three|four|five|six|seven|eight|nine|ten)\b|\blist\b|\bname the\b|\bwhat (?:two|three|four|five|six|seven|eight|nine|ten)\b|\bwhich (?!\w*(?:ss|us)\b)[a-z]+s\b(?! is)"),
        (Kind.PERSON, r"\bwho(?:se|m)?\b|\bwhat (?:person|name of the person)|"
        r"\bnames? of (?:the |all )?(?:[\w-]+ ){0,2}?(?:head|mayor|director|secretary|chair\w*|principal|president|manager|deput\w+|official|doctor|nurse|cadre)s?\b"),
        (Kind.DEFINITION, r"\bwhat (?:is|are|does|do|did) .{1,90}\b(?:mean|meant|refer to|stand for)\b|\bdefine\b|\bmeaning of\b|\bdefinition\b|^(?:please )?explain (?!why\b|how\b)|"
        r"\bmeant by\b|^what(?:'s| is) (?:an? |the )?[\"“'‘][^\"”]{2,60}[\"”'’](?: (?:scheme|system|programme|program|project|"
        r"model|mechanism|service|campaign|reform|policy|method|platform|initiative|brand|market))?(?:$|\?| (?:in|of|at)\b)"),
        (Kind.PLACE, r"\bwhere\b|\b(?:what|which) (?:city|country|district|place|location|street|town|state)"),
        (Kind.MANNER, r"\bhow (?:does|do|did|will|is|are|was|were|can|has|have|to)\b|\bin what way\b|^(?:please )?explain how\b"),
        (Kind.YES_NO, r"^(?:is|are|was|were|do|does|did|has|have|had|will|can|could|should)\b"),
        (Kind.ENTITY, r"\bwhat\b|\bwhich\b"),
    )
)  # fmt: skip
_AS_WHAT = re.compile(
    r"(?P<made>[称之改换列评判视译变选置作誉叫定设格][成做]?|[更改命取易]名|(?<=[一-龥][义容果额数例间点据题称]))为(?:什么|何|啥)"
    r"(?=[??。,，]?$|名[称字]?|级别?|样|等级|单位|颜色|类)"
)
"""为什么 that asks what something was called or made: 更名为什么, 意义为何."""
_ASKING_ZH = re.compile(
    r"(?:(?:怎么|怎样|如何)(?:安排|打算|计划|做|办|搞)的?|(?:有|做了|有了)?(?:什么|哪些|啥)新?的?(?:安排|打算|计划|进展|动作)|"
    r"(?:计划|打算|准备|安排)?(?:做|干|搞)[些了]?(?:什么|哪些|啥)|(?:进展|进度)(?:怎么样|怎样|如何|咋样))(?=$|[ ,，。?？])|"
    r"[比较](?:上一?|前一|去)年(?:度|同期)?|去年(?!底)|今年(?!底)|(?:搞|弄|花|办|干|做)?了(?=多少|几|哪|什么|些)|(?:搞|弄|花)(?=多少|几)|"
    r"请问一?下?|想问一?下?|我?想知道|告诉我|请?介绍一?下|帮我|查一?下|说一?说|麻烦|你好|您好|谢谢|"
    r"(?:都|各|分别)?是(?=什么(?!意思)|哪|谁|多少|几|怎|啥)|什么叫做?|啥叫做?|何谓|(?:怎么|如何|怎样)理解|是什么意思|什么意思|是指什么|指的?是?什么|(?:到底)?(?:属于|是)?(?:一?个)?什么性质的?(?:东西|机构|组织|单位)?|请?解释一?下|是?(?:什么|啥)的?(?:缩写|简称)|[做干](?:什么|啥)用的?|多[大长高重远宽深](?=的|面积)|什么时候|什么时间|什么原因|什么地方|什么样的?|什么|是多少|有多少|多少(?:个?百分[比点]|钱)?|百分之(?:几|多少)|第几|"
    r"为什么|为何|为啥|靠(?:什么|啥)|干[嘛吗](?=.)|图的?是?(?:什么|啥|个啥)|怎么样|怎么|怎样|如何|咋样?|何时|何处|何地|哪一?[个家位些里儿年天月日几种类项区条所座]?|谁|啥|"
    r"几(?=[个家户套人名位条项张件次亩吨辆台所座栋处种类元倍年月天日届级层公成分万亿千百块枚岁米点场批期门支间幢艘株棵只册部口对轮起根盏])|几何(?=[??,，。]|$)|分别|各自?(?=是|有)|一共|总共|加起来|加一起|加一块儿?|到底|究竟|大概|大约|"
    r"是否|是不是|有没有|能不能|会不会|还是|吗|呢|吧|啊|呀|了(?=$|[,，。?？])|的话|"
    r"是(?=$|[,，。?？])|叫(?=$|[,，。?？])|[?？!！。,，、;；:：()（）\[\]{}]"
)
_PREAMBLE = re.compile(
    r"^我[^,:?。]{1,30}[,。](?:我?想|需要|要)?(?:在文[里中])?(?:引用|核实|核对|确认|请教|了解|问|查|用)一?下?[:,]"
)
"""What somebody says of why they ask: "我在写一份材料,想引用一下:"."""
_NAMED_HOW = re.compile(
    r"的?(?:中文|英文|官方|正式)?(?:全称|全名|简称|缩写|名字|名称)(?=(?:是|叫)(?:什么|啥)|[??]?$)|(?:叫|是|起了?)个?(?:什么|啥)(?:名字|名称|名儿?)"
)
"""What asks how something is called."""
_ASKING_EN = frozenset(
    "a an the of in on at to for by from with as and or is are was were be been being do does did has have had "
    "will would can could should may might must shall what which who whom whose when where why how many much "
    "there that this these those it its their they them he she his her i me my you your we our us please tell "
    "about into over under between during than then so such not no if any some all each both other more most s t "
    "name list give".split()
)
_AS_MUCH = re.compile(
    r"\bhow much money\b|\b(?:what|which) (?:percentage|percent|share|proportion|total|number|amount)(?: number| amount)?(?: of)?\b"
)
_PLAN = re.compile(
    r"计划|打算|预计|准备|安排|拟|目标|将要?|规划|下一步|(?<![主需重只])要(?:建|完成|达到|给|新增|改造|修|装)|年初[一-龥]{0,2}[定说提]|力争|预期|争取|未来|接下来|会(?=[建开新增])|"
    r"\bplan(?:s|ned|ning)?\b|\btargets?\b|\bgoals?\b|\bintends?\b|\baims?\b|\bwill\b|\bexpected\b|\bset for\b|\bgoing to\b"
)
_DONE = re.compile(
    r"完成了?|实际|达到了|实现了|已经?|最后|最终|做了|办了|新增了|建成|累计|上了|回顾|成效|[一-龥]了(?=多少|几|百分之|什么|哪)|"
    r"\b(?:installed|added|built|opened|spent|received|gave|increased|created|paid|raised)\b|\bdid\b|\bactual(?:ly)?\b|\bachieved?\b|\bcompleted?\b|\bwas\b|\bwere\b|\brose\b|\bgrew\b|\bhad\b"
)
_AGAINST = re.compile(
    r"(?:[比较]|[与和跟同](?=\d+年相?比))((?:19|20)\d\d)年(?:度|同期|相比|又|还|再|进一步)*(?=[增提上升下降减高低多少涨跌快慢变])"
)
_YEAR_WANTED = re.compile("哪一?年|什么时候|何时|几几年")
_SHORT_YEAR = re.compile(r"(?<![a-z\d.近过用了达满整第长有历约超])([12]\d)年(?![来间以内里前后多半历])")
"""A year as it is said: 22年和23年."""
_REPORT = re.compile(
    r"((?:19|20)\d\d)年?(?:\d{1,2}月份?)?度?的?(?:[一-龥]{0,8}工作)?报告(?!期|会)"
    r"(?P<says>[里中上](?:面)?[说讲写]?|[说讲写]|提到?|显示|(?=,))?|"
    r"\b((?:19|20)\d\d) (?:(?!annual\b)[a-z-]+ ){0,4}?report\b|\breport (?:of|for|from) ((?:19|20)\d\d)\b"
)
_BY_REPORT = re.compile(
    r"(?:按照?|根据|依据|据)[^,。]{0,10}$|\b(?:in|per|from|by|under|according to|as of) (?:the |its |their |[\w-]+'s? )*$"
)
_SPOKEN = re.compile("去年|上一?年|前一年|今年|本年")
"""A year told by the one in which a report speaks."""
_THIS_YEAR = ("今年", "本年")
_ANY_YEAR = re.compile(r"(?:19|20)\d\d")
_WHEN = re.compile(r"\d{4}|年|\byear")
_QUOTED = re.compile(r"[“\"「『][^”\"」』]{1,20}[”\"」』]")
_HAN, _LATIN = re.compile("[一-鿿]+"), re.compile("[a-z]+")

OTHER = "other"
"""Language of what is in neither Chinese nor Latin letters."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question understood. `asked` is what was typed, `text` what it means once resolved, `folded` the form matching
    sees, `bare` that without its asking words ("多少", "how many")."""

    asked: str
    text: str
    language: str
    kind: Kind
    years: frozenset[int]
    aspect: Aspect | None
    unit: str
    folded: str
    bare: str
    completed: bool = False
    """Whether the question before was needed to tell what this one means."""
    otherwise: "Question | None" = None
    """Another reading of what was typed, where the words leave open whether they lean on the topic before."""
    told: frozenset[Decimal] = frozenset()
    """The figures that the answer before told: a follow-up seldom asks for one of them again."""
    reported: frozenset[int] = frozenset()
    """Years of the reports that are meant, where they tell no period: "2024年政府工作报告里"."""

    @property
    def long(self) -> bool:
        return self.kind in LONG_KINDS

    @property
    def says_when(self) -> bool:
        """Whether what was typed speaks of a year itself, rather than taking one over from the question before."""
        return not self.completed or bool(_WHEN.search(fold(self.asked)))


def understand(text: str, *, asked: str | None = None) -> Question:
    """Read a question; `asked` is what was typed when `text` is its resolved form."""
    folded = _SHORT_YEAR.sub(r"20\1年", fold(text))
    language = language_of(folded)
    source = _source(folded)
    reported = frozenset(map(int, _ANY_YEAR.findall(source)[:1]))
    beside = folded.replace(source, " ") if source else folded
    if reported and not years(beside) and (spoken := _SPOKEN.search(beside)):
        beside = f"{beside} {min(reported) - (spoken[0] not in _THIS_YEAR)}年"
    return Question(
        asked or text,
        text,
        language,
        kind_of(folded, language),
        _years_asked(beside),
        aspect_of(without_quoted(folded)),
        unit_of(folded),
        folded,
        bare(beside) or bare(folded) or folded,
        completed=asked is not None and asked != text,
        reported=reported,
    )


def language_of(folded: str) -> str:
    """ "zh" as soon as a fair part is Chinese, "en" for Latin letters, else OTHER."""
    latin = sum(map(len, _LATIN.findall(folded)))
    if not latin:
        return "zh" if _HAN.search(folded) else OTHER
    chinese = sum(map(len, _HAN.findall(folded)))
    return "zh" if chinese * 4 >= latin else "en"


def kind_of(folded: str, language: str) -> Kind:
    """The first rule that fits, most telling first."""
    rules = _KINDS_ZH if language == "zh" else _KINDS_EN
    asked = _AS_WHAT.sub(r"\g<made>成什么", folded) if language == "zh" else folded
    return next((kind for kind, pattern in rules if pattern.search(asked)), Kind.OTHER)


def aspect_of(folded: str) -> Aspect | None:
    """None when the question leaves it open, or says both."""
    plan, done = _PLAN.search(folded), _DONE.search(folded)
    if bool(plan) == bool(done):
        return None
    return Aspect.PLAN if plan else Aspect.DONE


def _source(folded: str) -> str:
    """What names the report that a question wants the answer from, "2024年政府工作报告里", whose year tells which report it
    is: that tells of the year before as well. "" where it is the report itself that is asked about, or one of several
    years."""
    named = _REPORT.search(folded)
    if named is None:
        return ""
    before = folded[: named.start()]
    if before.endswith("(") and folded[named.end() :].startswith(")"):
        return named.group()
    if _ANY_YEAR.search(before):
        return ""
    return named.group() if named["says"] is not None or _BY_REPORT.search(before) else ""


def _years_asked(folded: str) -> frozenset[int]:
    """Years a question is about: not the one just before, that a figure is only held against ("2023年比2022年增长")."""
    named = frozenset(years(folded))
    asked = named - {int(year) for year in _AGAINST.findall(folded)}
    if not asked and _YEAR_WANTED.search(folded):
        return asked
    return asked if all(year + 1 in asked for year in named - asked) else named


def without_quoted(folded: str) -> str:
    """A folded text without what it puts in quotation marks, which is a name and says nothing itself."""
    return _QUOTED.sub(" ", folded)


def without_preamble(folded: str) -> str:
    """A folded question without what it says of why it is asked."""
    return _PREAMBLE.sub("", folded)


def bare(folded: str) -> str:
    """The question without its asking words; a space stands where they were, so that no bigram spans the gap."""
    text = _NAMED_HOW.sub(" ", _AS_MUCH.sub(" ", without_preamble(folded)))
    text = _ASKING_ZH.sub(" ", text)
    return " ".join(word for word in text.split() if word not in _ASKING_EN)
