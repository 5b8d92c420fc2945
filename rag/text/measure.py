"""What a question asks the value of: 咖啡馆 of 有多少家咖啡馆, "households" of "how many households moved"; and the
unit the value would be given in. Rules over the wording; all text is folded."""

import re
from collections.abc import Sequence
from functools import cache

from embeddings.terms import words

_ASKED_ZH = re.compile(
    r"多少|百分之几|第几|几个百分点|几成|几(?=[^月号日时点])|多[大长高重远]|"
    r"哪(?:[一几两三四五六七八九十]?(?=[个家位所座条项种类款])[个家位所座条项种类款]|[些年天])?|什么|谁"
)
_COUNTERS = "款个家户套名位条项张件次亩吨辆台部所座栋处种类倍届级层场人册只批期门支间幢艘株棵枚岁起班趟架根盏"
_NO_COUNTER = (
    "项目|项链|部门|部队|部分|部长|部委|部件|场馆|场地|场所|场景|门店|门诊|门票|家庭|家长|家具|家电|家园|户外|户籍|户型|人才|人员|人口|人民|"
    "人均|人流|人群|人工|名称|名单|名额|名人(?!才|员)|名师|名牌|位置|层次|期间|期限|种植|种子|次数|所得|类型|级别|批发|台账|台阶|台风|座谈|座位|支部|"
    "支出|支持|条件|条例|间隔|套餐|处罚|处理|处置|年轻|年货|年份|月份|天然|日常|公里程|米面|岁月|倍数|起点|起诉|只能|区域"
)
_COUNTER = re.compile(
    r"^(?:个?百分点|平方米|平方公里|公里|公顷|人次|艘次|万|亿|[余多])*"
    rf"(?:平方米|平方公里|公里|公顷|人次|(?!{_NO_COUNTER})[{_COUNTERS}元年月天日米钱])?"
)
"""What a thing is counted by, behind what asks; no character that begins its name: 人 of 人才."""
_TAIL = re.compile(r"[,，。;；?？!！:：()（）]")
_ITS_PLAN = re.compile(r"^(?:新的?)?(?:安排|打算|计划|进展|动作)$")
"""What is asked of a thing named before: 杨浦大剧院有什么安排."""
_FILLER = re.compile(
    r"(?:(?:计划|打算|准备|安排)?(?:做|干|搞)[些了]?|大概|大约|一共|总共|加起来|加一起|加一块儿?|分别|各自?|到底|究竟|具体|确切|相差|差|最[高低多少大小快慢长短]的?|是指|指的?是?|是|为|有|达到?|约|共|了|就|能|要|会|将|完成|(?:新[建增设开添办]|建成|兴建)(?=了?$)|的)+$"
)
_IS = re.compile("^(?:是|叫做?)(?=[一-龥a-z“])")
_SIZE_OF = re.compile("^(?:面积|规模|体量)的")
_SUPERLATIVE = re.compile("最[高低多少大小快慢长短]$")
_GENERIC = re.compile(
    r"^(?:增速|增幅|增长率?|同比|比例|比重|占比|数量|总量|总额|金额|规模|面积|人数|数|个数|目标|比率?|涨幅|降幅)+$"
)
_NAMED_LAST = re.compile(r",([一-龥]{2,}?)的?[呢?]*$")
"""What is asked of a topic without a word that asks: "加装电梯完工,签约数?"."""
_YEARS = re.compile(r"(?:19|20)\d\d年?(?:至|到|-|—)?|今年|去年|全年|年底|[一二三四]季度|上半年|下半年")
LONGEST = 10

_ASKED_EN = re.compile(
    r"\bhow much money\b|\bhow (?:many|much|large|big|high|long|far|old|tall|wide|deep|heavy)\b|"
    r"\bwhat (?:percentage|percent|share|proportion|number|amount|rate|total)(?: of)?\b|"
    r"\bby how much\b|\b(?:which|what|who)\b"
)
_SUBJECT_EN = re.compile(
    r"\bwhat (?:did|do|does|will|would|is|are) (?:the |an? )?(.{2,60}?) "
    r"(?:cost|weigh|add up to|come to|amount to|total|bring in|turn over|earn|fetch|mean|refer to|stand for)\b"
)
"""What is asked about by a verb: "fines" of "what did the fines handed out add up to"."""
_MEANT_BY = re.compile(r"\bwhat is meant by (?:the |an? )?(?:term |phrase |word |expression )?(.{2,60})")
_PARTICIPLE = re.compile(r"(?<=[a-z] )[a-z]+ed\b")
_SKIPPED_EN = re.compile(r"^(?:(?:was|were|is|are|the|a|an|new|of|total|number|amount)\s+)+")
_DOING = (
    "works?|lives?|attends?|speaks?|uses?|takes?|gets?|got|came|comes?|went|goes|visits?|receives?|makes?|joins?|owns?|needs?|wants?|"
    "pays?|belongs?|exists?|moved|opened|closed|completed|finished|planned|installed|added|built|created|opened|set up|"
    "received|registered|employed|stands?|benefit(?:ed)?|took|won|gave"
)
"""What is done by or to the things that are counted: "nurses work", "lifts completed"."""
_STOP_EN = re.compile(
    r"\b(?:did|does|do|was|were|is|are|has|have|had|will|would|can|in|at|by|for|to|on|from|under|during|as|that|which)\b"
    rf"|[,.;:?!]|(?<=[a-z] )(?:{_DOING})\b"
)

_MONEY = re.compile(
    r"多少钱|多少资金|多少(?:差价|房款|首付|押金|租金|房租|补偿款?|赔偿款?|奖金|罚款|资助|补贴|学费)|(?:多少|几)个?[千百十]?[亿万]的|(?:耗资|斥资|花费|花销|开销|总投资)[^,?占比]{0,4}(?:多少|几)|花了?多少(?!时[间候]|个?(?:小时|[月天周年])|人|力气|精力)|投[入资]了?多少|经费|预算(?!收入的)|补贴|奖金|"
    r"几个亿|(?:多少|几)[十百千]?亿(?=[??。,，]|$)|(?:几[百千万]?|多少)块钱|[价票费租补罚付赔卖收贵薪][^,?]{0,8}(?:几[百千万]?|多少)块(?=[??。,，]|$)|造价|租金|房租|房价|单价|票价|售价|年薪|月薪|工资|薪[水酬资]|"
    r"\bhow much (?:money|funding)|\b(?:what|how much) (?:did|does|do|will|would) .{1,120}\b(?:cost|earn)\b|"
    r"\bhow much (?:is|are|was|were) the (?:[\w'-]+ ){0,3}?"
    r"(?:charge|fee|fine|rent|price|prize|ticket|deposit|allowance|salary|subsidy|box office|turnover)s?\b|"
    r"(?<!\bby )\bhow much .{0,40}\b(?:spend|spent|cost|invest|invested|pay|paid|raised?)\b|"
    r"\bhow much (?:did|does|do|will|would) .{1,60}\b(?:get|gain|receive|make|collect|save|borrow|owe)\b"
    r"(?= (?:for|from|out of|by)\b|[?]|$)|"
    r"\bwhat(?:'s| is| was| were| are)? (?:(?!of|share|percent|proportion)[\w'-]+ ){0,5}"
    r"(?:cost|price|rent|fees?|salary|wages?|bill|fine|income|budget|worth)\b|"
    r"\b(?:in|how many(?: million| billion)?) (?:yuan|(?:us )?dollars?|rmb)\b|"
    r"\bwhat (?:did|do|does|will|would) .{0,60}\b(?:fine|tax|loan|grant|subsid|payment|donation|penalt|order|contract|"
    r"deal)\w*\b.{0,60}\b(?:add up to|come to|amount to|total)\b|"
    r"\bwhat (?:did|do|does|will|would) .{1,80}\b(?:bring in|turn over|fetch)\b"
)
_SHARE = re.compile(
    r"百分之(?:几|多少)|百分比|(?:几|(?<!以)多少)个?(?:百分)?点(?![钟开关之以前后零])|占比|比例|比重|增长率|增速|增幅|涨幅|降幅|"
    r"增[长速幅],?的?(?:预期)?目标|率是?多少|率有多高|(?<![效频功汇税费])率(?:如何|怎么?样|呢)?[??]?$|涨了多少|增长了?多少|下降了?多少|"
    r"\bper ?cent|\bpercentage|"
    r"\b(?:growth|unemployment|vacancy|occupancy|employment|birth|interest|response|completion) rate|"
    r"\bwhat (?:share|proportion|rate|interest)\b|\bat what (?:\w+ )?rate|"
    r"\bhow (?:much|fast) .{0,40}\b(?:grow|grew|rise|rose|fall|fell|increase)|"
    r"\bby how much .{0,90}\b(?:grow|grew|rise|rose|fall|fell|increase|decrease|drop|decline)"
)
_AREA = re.compile(r"面积|占地|\bfloor area|\bhow many (?:square|hectares)|\bhow much (?:land|space|green)")
LENGTHWISE = (
    r"\bhow far\b|\bhow long (?:is|are|was|were|will|would) (?:the |its |this |that )?(?:[\w'-]+ ){0,4}?"
    r"(?:road|street|line|route|track|tramway|railway|river|canal|pipe|bridge|tunnel|wall|fence|coast|path|trail)s?"
    r"(?: be)?(?=$|[?.,]| (?:of|in|on|from|to|between|along|across|that|which)\b)"
)
"""What asks in English how long something is, and not how long it takes."""
SUMMED = (
    r"\bwhat (?:did|do|does|will|would) .{1,80}\b(?:add up to|come to|amount to|total|bring in|turn over|take in|earn|"
    r"fetch)\b"
)
"""What asks in English for a sum without a word for it: "what did the repairs come to"."""
_LENGTH = re.compile(
    r"(?<![期假片影剧会课》]有)(?<![期假片影剧会课》])多长(?!时间)|多远|几公里|多少公里|里程|(?:[全总]长|长度)(?:是|有|为)?[??]?$|"
    rf"{LENGTHWISE}|\bhow many kilomet|"
    r"\bhow (?:tall|wide|deep|thick)\b|\bwhat (?:is|was|'s) the (?:length|height|width|depth)\b"
)
_WEIGHT = re.compile(r"多重|重量是?多少|\bhow heavy\b|\bhow much .{0,40}\bweigh|\bwhat (?:is|was) the weight\b")
_UNITS_EN = {
    word: unit
    for unit, words in {
        "户": "households families",
        "人": "people residents workers students talents staff tourists visitors passengers patients "
        "officers teachers engineers employees athletes pupils children women doctors volunteers "
        "guests seekers",
        "吨": "tonnes",
        "层": "storeys floors",
        "对": "couples",
        "千瓦": "megawatts",
        "棵": "trees",
        "册": "books",
        "个": "seats sites countries",
        "人次": "visits",
        "张": "beds",
        "家": "compan firms enterprises banks",
        "项": "projects measures",
        "件": "cases",
        "套": "flats apartments homes",
        "条": "streets roads",
        "台": "lifts",
        "所": "schools",
    }.items()
    for word in words.split()
}  # fmt: skip
_COUNTING_EN = re.compile(r"\b(?:how many|more(?! than)|most|fewer(?! than)|fewest)\b")
_COUNTED_EN = tuple(
    (
        re.compile(rf"{_COUNTING_EN.pattern} (?:(?!(?:from|of|in|by|for|to|on|at|with|about)\b)[\w-]+ ){{0,2}}{word}"),
        unit,
    )
    for word, unit in _UNITS_EN.items()
)
_COUNTED = re.compile(
    rf"(?:多少|(?<!哪)几)个?(?:亿|万|千|百)*[美欧日港]?(百分点|平方米|平方公里|公里|公顷|人次|艘次|块(?=[一-龥])(?!钱)|(?!{_NO_COUNTER})[{_COUNTERS}元钱](?!亿))"
)
_PEOPLE = re.compile(
    r"(?:多少|几)[万余]*(?!家|个|户|套)[㐀-鿿]{0,4}(?:[求志消亲患]\w者|职工|员工|教师|老师|医生|护士|学生|居民|老人|观众|游客|"
    r"旅客|乘客|病人|党员|干部|民警|选手|人口)"
)
_NUMBER_OF = re.compile("(户|人)数[^,。;]{0,8}(?:多少|几)")
_HOMES = re.compile("(?:多少|几)[百千万]*(?:户|个)?人家")
_VALUE = re.compile(
    r"(?:收入|产值|投资|投资额|总额|金额|资金|税收|利润|营收|票房|成交额|销售额|产出|[^浪免]费|贷款|罚款|善款|借款|债务|税款)$|"
    r"\b(?:revenue|investment|turnover|sales)\b"
)
_ALIKE: dict[str, tuple[str, ...]] = {
    "元": (
        "元", "圆", "yuan", "rmb", "dollar", "euro", "pound", "usd", "eur", "gbp", "crown", "franc", "rupee", " yen",
        "peso", " marks", "florin", "guilder", "dinar", "krona", "kronor", "krone", "taler", "livre", "baht",
        "shilling", "卢布", "英镑", "马克", "法郎", "卢比", "比索", "克朗", "里拉", "泰铢",
    ),
    "%": ("%", "百分点", "倍", "成", "percent"), "百分点": ("百分点", "%", "percentage point"),
    "面积": ("平方", "平米", "km2", "m2", "公顷", "亩", "square", "hectare"),
    "长度": ("公里", "米", "metre", "meter", "mile", "feet", "foot", "inch", "km", "cm", "mm"),
    "重量": ("吨", "克", "斤", "kg", "tonne", "tons", "pound", "gram", " g"),
    "人": ("人", "名", "位", "例", "people", "resident", "worker", "student"), "人次": ("人次", "人", "visit"),
    "名": ("人", "名", "位"), "位": ("人", "名", "位"), "户": ("户", "家", "household", "famil"),
    "家": ("家", "户", "个", "compan", "firm", "enterprise"), "所": ("所", "家", "个", "school"),
    "个": ("个", "家", "项", "处", "所", "条", "种", "座", "类", "批"), "项": ("项", "个", "条", "project", "件"),
    "条": ("条", "项", "个", "艘"), "处": ("处", "个"), "座": ("座", "个"), "件": ("件", "项", "个", "起", "case"),
    "吨": ("吨", "公斤", "千克", "tonne"), "层": ("层", "楼", "store", "floor"), "对": ("对", "couple"),
    "千瓦": ("瓦", "watt"),
    "起": ("起", "件", "宗", "case"),
    "块": ("块", "枚", "金", "银", "铜", "个", "座", "片", "处"), "枚": ("枚", "块", "金", "银", "铜"),
    "棵": ("棵", "株", "tree"), "株": ("株", "棵", "tree"), "册": ("册", "本", "book"), "幢": ("幢", "栋", "座", "楼"),
    "栋": ("栋", "幢", "座", "楼"), "套": ("套", "户", "flat", "apartment"), "台": ("台", "部"),
    "部": ("部", "台"), "只": ("只", "个", "羽", "头", "匹"),
    "场": ("场", "次"), "次": ("次", "场"), "趟": ("趟", "次", "班"), "班": ("班", "趟", "次"), "架": ("架", "台"),
    "支": ("支", "个", "只", "队"), "根": ("根", "个", "条"), "盏": ("盏", "个"),
    "张": ("张", "件", "份", "bed"), "种": ("种", "个", "类"), "类": ("类", "个", "种"),
}  # fmt: skip
"""What a figure may be written in that is asked for in a unit."""

MEASURED = frozenset(("元", "%", "百分点", "面积", "长度", "重量"))
"""Units that an English text writes beside a figure too; any other it has in the name of what is counted."""

_SHARES = frozenset(("%", "百分点"))
_FRACTION = re.compile(
    "[一二两三四五六七八九十]+分之[一二两三四五六七八九十]+|(?<![组完促形建])[一二两三四五六七八九]成(?![员为立果功])|一半|半数|过半"
)
_SPELLED = re.compile(
    "(?<![第初一二三四五六七八九十])(?P<number>[数几上近超达][十百千万亿]+|[两三四五六七八九十]{1,3}|[一二](?=[金银铜]))[余多]?(?!位数)"
)
"""From two on: 一个 counts nothing, but 一金二银."""
_SUM = re.compile(r"[\d.]+\s?[千百]?亿(?=[,;。)、以左]|项目|$)")

_CELL_ENDS = ("", ",", ";", "。")
_CURRENCIES = tuple("$£€¥")


def unit_of(folded: str) -> str:
    """What a numeric question counts in: "户" of "多少户", "%" of "百分之几", "元", "面积", "长度"; "" when it does not
    say."""
    if _SHARE.search(folded):
        return "%"
    if _HOMES.search(folded):
        return "户"
    counted = list(_COUNTED.finditer(folded))
    if counted:
        match = next((m for m in reversed(counted) if m.group().startswith("多少")), counted[0])
        return "元" if match.group(1) == "钱" else match.group(1)
    if number := _NUMBER_OF.search(folded):
        return number[1]
    for pattern, unit in _COUNTED_EN if _COUNTING_EN.search(folded) else ():
        if pattern.search(folded):
            return unit
    for unit, pattern in (("元", _MONEY), ("人", _PEOPLE), ("面积", _AREA), ("长度", _LENGTH), ("重量", _WEIGHT)):
        if pattern.search(folded):
            return unit
    return "元" if _VALUE.search(head_of(folded, "zh" if "多少" in folded else "en")) else ""


def in_unit(unit: str, folded: str, start: int, end: int) -> bool:
    """Whether the figure written at start:end, with what follows it, is in the unit asked for or one like it."""
    if folded[start - 1 : start] == ":" and folded[end : end + 1] in _CELL_ENDS:
        return True  # a cell of a table: its unit, if any, stands in the heading of its column
    if unit == "元" and _SUM.match(folded, start):
        return True  # 3.25亿 of nothing said
    if unit == "元" and folded[:start].rstrip()[-1:] in _CURRENCIES:
        return True
    near, far = _forms(unit)
    beside, further = folded[start : end + 3], folded[start : end + 26]
    return any(form in beside for form in near) or any(form in further for form in far)


def spelled_in_unit(unit: str, folded: str) -> Sequence[tuple[int, int]]:
    """Where a Chinese text tells so many of a unit, or a unit like it, in words: 两处, 数十人, 三分之一."""
    if unit in MEASURED:
        return [found.span() for found in _FRACTION.finditer(folded)] if unit in _SHARES else []
    near, _ = _forms(unit)
    return [
        found.span("number")
        for found in _SPELLED.finditer(folded)
        if any(folded.startswith(form, found.end()) for form in near)
    ]


@cache
def _forms(unit: str) -> tuple[Sequence[str], Sequence[str]]:
    """What a unit may be written as: right behind the figure, and, in words, some way behind it."""
    forms = _ALIKE.get(unit, (unit,))
    words = [form for form in forms if form.isascii() and form != "%"]
    return [form for form in forms if form not in words], words


def head_of(folded: str, language: str, names: re.Pattern[str] | None = None) -> str:
    """The words that name what is asked for, without the names of subjects and years; "" where none is found."""
    text = _YEARS.sub(" ", names.sub(" ", folded) if names else folded)
    return _english_head(text) if language == "en" else _chinese_head(text)


def named_beside(folded: str) -> str:
    """What a Chinese question names beside its topic without a word that asks, 签约数 of "加装电梯完工,签约数?"; ""
    where that is nothing of its own, as a goal or a growth is."""
    named = None if _ASKED_ZH.search(folded) else _NAMED_LAST.search(folded)
    return named[1] if named and not _GENERIC.match(named[1]) else ""


def _chinese_head(text: str) -> str:
    matches = list(_ASKED_ZH.finditer(text))
    if not matches:
        return named_beside(text)[-LONGEST:]
    match = matches[-1] if len(matches) > 1 and matches[-1].group() == "多少" else matches[0]
    after = _TAIL.split(_COUNTER.sub("", text[match.end() :], count=1), maxsplit=1)[0].strip(" 的了呢吗啊呀")
    after = _IS.sub("", _SUPERLATIVE.sub("", _SIZE_OF.sub("", after)))
    if len(after) >= 2 and not _ITS_PLAN.match(after):
        return after[:LONGEST]
    before = _FILLER.sub("", _TAIL.split(text[: match.start()])[-1].strip())
    pieces = [piece for piece in re.split(r"[的 ]", before) if piece]
    if not pieces:
        return ""
    head = pieces[-1].strip('“”"')
    if _GENERIC.match(head) or len(head) < 2:
        head = "".join(pieces[-2:])
    return _end_of(head)


def _end_of(head: str) -> str:
    """The last words of a head, LONGEST characters at most."""
    first = max(len(head) - LONGEST, 0)
    known = [(at, at + len(word)) for word in words(head) if (at := head.find(word)) >= 0] if first else []
    return head[next((at for at in range(first, len(head) - 1) if not any(a < at < b for a, b in known)), first) :]


def _english_head(text: str) -> str:
    if meant := _MEANT_BY.search(text):
        return _STOP_EN.split(meant[1], maxsplit=1)[0].strip(" \"“”'")
    if subject := _SUBJECT_EN.search(text):
        return _PARTICIPLE.split(_STOP_EN.split(subject[1], maxsplit=1)[0], maxsplit=1)[0].strip(" \"“”'")
    match = _ASKED_EN.search(text)
    if match is None:
        return ""
    rest = _SKIPPED_EN.sub("", text[match.end() :].strip())
    stop = _STOP_EN.search(rest)
    return (rest[: stop.start()] if stop else rest).strip()
