"""What a question takes for granted, and whether the place found bears it out: that something ended or was put off,
that a figure rose or fell, that there was a reason. Rules over the wording of folded text."""

import re
from collections.abc import Sequence

from embeddings.folding import fold
from rag.questions.measures import of_another_measure
from rag.questions.question import Aspect, Kind, Question, without_quoted
from rag.text.facts import SPELLED, without_dates

_ENDS = (
    r"取消|取缔|停[止办建工产播业]|关闭|关停|撤[销走离]|中止|终止|废除|放弃|搁置|叫停|退出|解散|倒闭|推迟|延期(?!多)|延后|暂停|"
    r"改了?名|搬[走离]"
)
_ENDED_ASKED = re.compile(
    rf"{_ENDS}|为(?:什么|何|啥)[^,?]{{0,6}}(?:关[门张了]|歇业)|\b(?:why|when|who|after|did|was|were|has|had|been)\b.{{0,80}}"
    r"(?<!-)\b(?:cancel(?:l?ed)?|close[d]?|shut|stop(?:ped)?|suspend(?:ed)?|abolish(?:ed)?|halt(?:ed)?|scrap(?:ped)?|"
    r"abandon(?:ed)?|call(?:ed)? off|postponed?|delay(?:ed)?|withdr[ae]w|quit|resign(?:ed)?|ban(?:ned)?)\b"
    r"(?! (?:management|loop|to\b|in on))|"
    r"\bhow many (?:[\w'-]+ ){1,4}?(?:closed|shut|failed|went bankrupt|were scrapped)\b(?! (?:management|loop))|"
    r"\b(?:why|when) (?:did|has|have|will|would|does|do|is|was) (?:[\w'-]+ ){1,6}?"
    r"(?:leav(?:e|ing)|left|pull(?:ed)? out|move[d]? (?:out|away))\b"
)
_ENDED_TOLD = re.compile(
    rf"{_ENDS}|撤|停[用运播]|[改移挪顺]到|延[后期]|推[迟后]|关[停闭掉门]|废[除止]|缓|退[市场租还]|延误|延迟|滞后|不再|清退|腾退|拆除|更名|搬|离开|迁出|外迁|辞|禁|淘汰|调整|疏解|\b(?:cancel|clos|shut|stop|suspend|abolish|halt|scrap|abandon|"
    r"g[ai]ve(?:n|s)? up|forb[ia]d|prohibit|outlaw|"
    r"call\w* off|postpon|delay|no longer|end(?:ed)?\b|fail|bankrupt|withdr|quit|resign|leav|left|"
    r"moved? (?:out|away)|bann?|not (?:re)?open)"
)
_FALL_ASKED = re.compile(
    r"下降了?|减少了?|降低了?|下滑了?|回落|降幅|跌了|少了多少|往下[掉降走]|走低|变[差少低坏]|恶化|比[^,?]{1,8}[少低]了|\b(?:f[ae]ll(?:en)?|dropp?(?:ed)?|declined?|decreased?|shrank|shrunk)\b"
)
_FALL_TOLD = re.compile(r"[降减跌滑缩少落]|\b(?:f[ae]ll|drop|declin|decreas|shr[aiu]nk|lower|reduc|cut|less|fewer)")
_RISE_ASKED = re.compile(
    r"增长了?|增加了?|上升了?|上涨|涨了|增幅|多了多少|\b(?:r[io]sen?|gr[eo]w[n]?|increased?|climb(?:ed)?|gained?)\b"
)
_RISE_TOLD = re.compile(r"[增升涨提扩新]|\b(?:ris|rose|gr[eo]w|increas|climb|gain|higher|more|new|up\b)")
_GROUNDS = re.compile(
    r"因|由于|所以|为[了此]|为[^,。;]{1,24}[而由]|(?:^|[,;。:])\s*为(?![期首主例准])[^,。;]{2,20}[,]|怕|惧|唯恐|随着|用于|带来|造就|(?<![命指法政司条禁号])令|(?:^|[,;。])\s*故(?![事宫居乡意障])|以便|以免|从而|使得?|导致|造成|影响(?!力)|鉴于|出于|旨在|目的|契机|理由|得益|归功|在于|根据|按照|针对|面对|应对|适应|满足|"
    r"考虑|要求|需要|需求|便于|方便|帮助|吸引|解决|破解|缓解|避免|防止|促进|推动|确保|保障|决心|致(?:使|[^,。;]{0,6}[死伤亡])|这就是为什么|助力|支撑|作用|意义|"
    r"不[足够均平高强佳到明再能]|难|缺|短板|薄弱|困|压力|问题|挑战|瓶颈|滞后|尚|仍|未|没有|有待|落后|复杂|[最首偏]|太(?![平阳湖原仓空极])|"
    r"\b(?:because|due to|since|so that|so as|in order|owing|thanks|caus|reason|result|help|lack|short|need|aim|to|as|"
    r"for|after)\b|: "
)
_REASON_GIVEN = re.compile(
    r"原因|理由|因为|由于|得益于|归功于|缘于|源于|出于|鉴于|为了|因(?![此而素子地应])|在于|"
    r"\b(?:because|due to|owing to|thanks to|reasons?)\b"
)
"""What says outright that a reason follows."""
_OUTCOME = re.compile(
    r"实际(?!使用|利用|控制|管理)|到头来|真[把的]?(?=[添建办装做完修增开])|最终|最后|到底[完建]|真正|"
    r"\bactual|\bin the end\b|\beventually\b"
)
_NO_OUTCOME = re.compile(r"意向|拟(?!定|订)|预计|有望")
"""What says of a figure that it is none yet."""
_TARGET = re.compile(r"(?:预期|年度|增长|主要)?目标(?:值|数)?(?:是|为|定|达|有|[??]?$)|原定|计划(?:数|值)(?:是|为)")
_TARGET_TOLD = re.compile(
    r"目标|计划|预期|预计|力争|争取|要|将|确保|拟|安排|达|左右|以上|不低于|不超过|"
    r"\bplan|\btarget|\bgoal|\bwill\b|\bto be\b"
)
_CHANGE_ASKED = re.compile(
    r"(?:同比|环比|比(?:上年|头一年|上一年|前一年|去年))[^,?]{0,6}(?:多|增|涨|升|降|减|跌|少|大|高)了?(?:多少|几|百分之)|"
    r"(?:增长|增加|上升|下降|减少|提高|提升|降低|上涨|下跌)了?(?:多少|几|百分之)|(?:增幅|降幅|涨幅|跌幅|增速)(?:是|为|有|达)?多"
)
_CHANGE_TOLD = re.compile(
    r"[增升涨提扩降减跌滑缩少多高低翻倍]|[上下]调|上一?年|去年|前一年|同期|\+|持平|"
    r"\b(?:r[io]s|rose|grew|grow|up|fell|fall|down|cut|more|less)"
)
_PLANNED = re.compile(r"目标|计划|原定|预期|打算|要求|本来|原先|\bsupposed|\bmeant to|\bplan|\btarget")
_NUMBER = re.compile(
    r"[\d一二两三四五六七八九十百千万亿双半首唯]|\b(?:one|an?|first|only|no|none|half|third|quarter|fifth|dozen)\b|"
    rf"{SPELLED.pattern}"
)
_TASK = re.compile(
    r"(?:^|[,。;:!])(?:请|麻烦)?你?(?:帮我|给我|替我|帮忙|帮)?(?:写|拟|起草|编写?|生成|画|作|翻译|润色|改写|仿写)(?:一|个|篇|份|首|段|下|成|出)|"
    r"(?:翻译|改写|转换)[成为]|^(?:please )?(?:write|draft|compose|translate|draw|generate)\b"
)
_OVERRULED = re.compile(
    r"(?:忽略|无视|忘[记掉了]|不用管|不要管|别管)[^,。;]{0,4}(?:之前|以上|前面|上面|上述|先前|所有|一切)[^,。;]{0,6}"
    r"(?:说明|指令|指示|提示词?|要求|规则|设定)|"
    r"\b(?:ignore|disregard|forget) (?:all |any |of |the |your )*(?:previous|above|prior|earlier|preceding|system)\b"
)
"""What tells whoever answers to forget what they were told, and asks the documents nothing."""
_ERRAND = re.compile(
    r"^(?:请|麻烦|能不能|可不可以|能否)?你?(?:帮我|给我|替我|帮忙|帮|代我|为我)(?:一下)?"
    r"(?:预约|预订|预定|订|抢|买|报名?|办|投诉|联系|打|叫|约|填|交|申请|缴|领|寄|发|排|挂|转|充|取|退|举报|安排|提醒)"
    r"(?!.*(?:[吗呢?]|什么|怎么|哪|谁|多少|几))"
)
"""What only somebody could do who acts for the asker."""
_SOON = re.compile(
    r"(?:明天(?!皇|启)|后天|大后天|今晚|明晚|今早|明早|下周[一二三四五六日天末]|这个?周末|下个?星期[一二三四五六日天])(?!广场|计划|之星|学)"
)
"""Days told from the day of asking, of which no document speaks."""
_OPINION = re.compile("^(?:那么?|请问)?你们?(?:个人|自己)?(?:觉得|认为|怎么看|喜欢|看好|推荐)")
_DENIED_ASKED = re.compile(
    r"(?<!有)(?:没有?|未)能?(?:够)?(?:完成|达到|实现|建成|通过|落实|做到|解决|开工|开通|启用|获得|入选|增长|增加|提高)"
)
_UNDONE_ASKED = re.compile(
    r"(?<!有)(?:没有?|未)(?:办[理结完好]?|处理|答复|回应|整改|交付|兑现|发放|到位|参加|[修装拆做]完?)(?=[的了呢吗??]|$)"
)
"""What is counted that was left undone; why it was is asked of a sentence that need not say so."""
_NOT_SO = re.compile(r"没能|没有能|未能|一直没|还没|迟迟|(?:为什么|为何|为啥|怎么)[^,?]{0,12}[没未]")
"""What asks why something is not so."""
_DENIED_TOLD = re.compile(r"[未没不尚无缺]|(?<!克)难|有待|仍需|差距")
_EACH_ASKED = re.compile(
    r"平均|人均|户均|均价|每一?个?[户人家月天日平套张场]|\b(?:on average|average (?=[a-z])(?!of\b)|"
    r"apiece|per (?:head|person|capita|household)\b)"
)
_EACH_TOLD = re.compile(
    r"[均每/]|日(?=供|处理|接待|产|运送)|(?:元|人|次)一?[户人月天日]|\b(?:average|averag\w+|median|mean|per|each|an?)\b"
)
_YEARS_ASKED = re.compile("几年|哪年")
_ITEM = re.compile(r"^\s*\d{1,2}[.、](?!\d)")


def sets_a_task(question: Question) -> bool:
    """Whether a question wants something written, translated, drawn or done, what was said before forgotten, an
    opinion, or what a day near that of asking will bring, which no document answers."""
    return (
        (question.kind is Kind.OTHER and bool(_TASK.search(question.folded)))
        or bool(_OVERRULED.search(without_quoted(question.folded)))
        or bool(_OPINION.search(fold(question.asked)))
        or bool(_ERRAND.search(question.folded))
        or bool(_SOON.search(without_quoted(question.folded)))
    )


def gives_reason(folded: str) -> bool:
    """Whether a text says outright that it gives a reason."""
    return bool(_REASON_GIVEN.search(folded))


def refuted(question: Question, sentence: str, near: Sequence[str], *, aspect: Aspect | None = None) -> bool:
    """Whether a sentence, with what stands `near` it, cannot answer what the question takes for granted: an end or a
    delay nobody tells of; a fall where the sentence tells of a rise alone, or the other way round; an outcome where it
    tells of a plan, its `aspect`; a number where there is none, an average where there is but a sum, a rate where there
    is but its rise; what was not done where the sentence denies nothing; a reason where nothing gives grounds, names a
    want or a purpose."""
    asked = question.folded
    around = " ".join([*near, sentence])
    outcome = _OUTCOME.search(asked) and not _PLANNED.search(asked)
    if outcome and (aspect is Aspect.PLAN or _NO_OUTCOME.search(sentence)):
        return True
    if aspect is Aspect.DONE and _TARGET.search(asked) and not _TARGET_TOLD.search(around):
        return True
    if _CHANGE_ASKED.search(asked) and not _CHANGE_TOLD.search(sentence):
        return True
    if question.kind is Kind.NUMERIC and not _tells_a_number(asked, sentence, around):
        return True
    if of_another_measure(asked, sentence, around):
        return True
    if _DENIED_ASKED.search(asked) and not _DENIED_TOLD.search(sentence):
        return True
    if question.kind is not Kind.REASON and _UNDONE_ASKED.search(asked) and not _DENIED_TOLD.search(sentence):
        return True
    why_not = question.kind is Kind.REASON and _NOT_SO.search(asked)
    if why_not and not (_DENIED_TOLD.search(sentence) or gives_reason(sentence)):
        return True
    if _ENDED_ASKED.search(asked) and not _ENDED_TOLD.search(around):
        return True
    if question.kind is Kind.REASON and not _GROUNDS.search(around):
        return True
    falls, rises = bool(_FALL_ASKED.search(asked)), bool(_RISE_ASKED.search(asked))
    if falls == rises:
        return False
    other, told = (_RISE_TOLD, _FALL_TOLD) if falls else (_FALL_TOLD, _RISE_TOLD)
    return bool(other.search(sentence)) and not told.search(sentence)


def _tells_a_number(asked: str, sentence: str, around: str) -> bool:
    """Whether a sentence has a number, dates apart, and what stands around it an average where that is asked for."""
    told = _ITEM.sub("", sentence)
    if not _NUMBER.search(told if _YEARS_ASKED.search(asked) else without_dates(told)):
        return False
    return not _EACH_ASKED.search(asked) or bool(_EACH_TOLD.search(around))
