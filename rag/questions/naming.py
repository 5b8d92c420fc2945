"""Whether a name of the kind asked for stands in a sentence: a company for "which company", a person for "who". Rules
over the endings of names; all text is folded."""

import re
from collections.abc import Collection

from rag.questions.question import Kind, Question
from rag.text.places import places_in

_HAN = "[㐀-鿿]"
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭"
    "廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_MORE_SURNAMES = "陶章庄倪严牛岳柴葛耿关焦左柳祁鲁霍翁颜柯阮庞樊殷施安洪翟裴欧甘温尚纪舒屈项祝涂闵蓝穆俞简饶曲骆盛聂冉"
_BY_ITSELF = rf"[:\s][{_SURNAMES}{_MORE_SURNAMES}]{_HAN}{{1,2}}(?!{_HAN})"
"""A name between white space or after a colon, as a line for an office or a duty gives it: "主持人：副市长　韩述平"."""
_LABEL = re.compile(rf"^\s*(?P<label>[^,。;!?]{{2,28}}?){_BY_ITSELF}")
_WHO_ACTS = re.compile("谁[来去会将要该可应](?!当|做|任|担|出任)")
"""What asks who does something, which an office tells as well as a name."""
_LEADS = re.compile("领导|负责人|一把手|头头")
_LEADER = re.compile("[市区县镇乡局校院馆厅处科会]长|书记|主任|主席|负责人|总经理|总裁")
_OFFICES = "(?:[市区县镇乡局校院馆厅处会部省站所组]长|主任|总监|总裁|经理|主席|书记|代表|发言人|负责人)"
_PERSON = re.compile(
    rf"{_BY_ITSELF}|"
    rf"(?:[长记任授士生师员手家裁理席监]|代表|(?:发言|负责|主持|创始|法|代理|传承|联系)人)\s*[{_SURNAMES}]{_HAN}{{1,2}}|[·‧]|"
    rf"{_OFFICES}\s*{_HAN}{{2,6}}?(?:\(|\d{{1,2}}[日号]|表示|指出|宣布|强调|透露|告诉|介绍|{_HAN}{{0,4}}[将校]\b)|"
    rf"{_OFFICES}(?:是|为|叫|:|由){_HAN}{{2,6}}|"
    rf"{_HAN}{{2,4}}(?:被[选任推]|当选|就任|出任|担任)|{_HAN}某(?![些个种类次一])|"
    rf"\b(?:mr|ms|mrs|dr|professor|director|mayor) (?!of\b|is\b|was\b|and\b|told\b|said\b)\w+|"
    rf"\w+ \w+, (?:the |its )?(?:\w+ ){{0,3}}?"
    rf"(?:head|mayor|director|secretary|chair\w*|president|principal|manager|chief)\b|"
    rf"\b(?:head|mayor|director|secretary|chair\w*|president|principal|manager|chief executive|officer)"
    rf"(?:[:,] ?| )(?:is |was )?"
    rf"(?!of\b|the\b|in\b|and\b|who\b|has\b|is\b|was\b)\w+ \w+[,.]|"
    rf"[{_SURNAMES}]{_HAN}{{1,2}}(?:[市区省县院局]长|书记|主任|等\d?人|演唱)|"
    rf"{_HAN}{{2}}(?:院士|教授|先生|女士)"
)
_BY = (
    rf"由{_HAN}{{2,8}}(?:合作|负责|牵头|承办|开发|设立|演唱|主办|组织|建设|出资|运营|编制|发布|制定|设计|施工|经营|提供)|"
    rf"[同与和]{_HAN}{{2,8}}合[作办建资]|\bby (?!\d)\w+|\bwith \w+"
)
"""Who did it, whatever the kind."""
_PLACES = ("县|旗|州", "区|县|省|市", "街道|镇")
"""Endings of places, which do nothing."""
_KINDS = tuple(
    (re.compile(asked), re.compile(rf"{_HAN}{{2}}(?:{han})|\w+ (?:{latin})\b{'' if han in _PLACES else f'|{_BY}'}"))
    for asked, han, latin in (
        (
            r"(?:哪一?[家个些]|什么)\w{0,4}(?:公司|企业|集团|开发商|设计院|事务所|银行|厂家)|哪一?[家个]\w{0,2}厂|"
            r"\b(?:which|what) (?:\w+ )?(?:compan|firm|contractor|developer|bank|studio|agency)|"
            r"\b(?:which|what) (?:\w+ )?(?:institut|investor|operator)|"
            r"\bwho (?:\w+ )?(?:designed|built|develop|operat|won|supplied|financed|invested|runs|constructed)",
            "公司|集团|企业|银行|厂|设计院|研究院|事务所|工作室|科技|股份|中心|学院|大学|协会|[局办委部]",
            "co|ltd|inc|group|company|corporation|bank|institute|university",
        ),
        (
            r"(?:哪一?[家个些]|什么)\w{0,4}(?:单位|机构)",
            "公司|集团|企业|银行|[院所会馆站社队团园场店厅堂校局办委部]|大学|中心|科技|股份|工作室",
            "institute|university|company|centre|center|office|bureau|museum|association",
        ),
        (
            r"(?:哪一?[所家个些]|什么)\w{0,3}(?:大学|学院|高校|学校|中学|小学|幼儿园)|"
            r"\b(?:which|what) (?:\w+ )?(?:universit|school|college|kindergarten)",
            "大学|学院|学校|中学|小学|[一二三四五六七八九十]中|附中|附小|幼儿园|校区|[军党警技]校|学堂|书院",
            "university|school|college",
        ),
        (r"(?:哪一?[家所个些]|什么)\w{0,3}医院|\b(?:which|what) (?:\w+ )?hospital", "医院|服务中心|院区", "hospital"),
        (
            r"(?:哪一?[条个些]|什么)\w{0,2}(?:路(?![子径数线])|街(?!坊|道))|"
            r"\b(?:which|what|whose) (?:\w+ )?(?:street|road|avenue)",
            "路|街|大道",
            "road|street|avenue",
        ),
        (
            r"(?:哪(?:一|几|[两三四五六七八九十])?[个些])县(?!市)",
            "县|旗|州",
            "county",
        ),
        (
            r"哪(?:一|几|[两三四五六七八九十])?[个些](?:区(?!域|间)|省|城市|县?市)|"
            r"\b(?:which|what) (?:\w+ )?(?:district|county|province|city)",
            "区|县|省|市",
            "district|county|province|city",
        ),
        (r"哪(?:一|几|[两三四五六七八九十])?[个些](?:街道|镇)|"
            r"\b(?:which|what) (?:\w+ )?(?:subdistrict|town)", "街道|镇", "subdistrict|town"),
    )
)  # fmt: skip
_OFFICE = re.compile(
    r"[区局院校馆市处会所县省]长|书记|主任|负责人|设计师|建筑师|教授|运动员|选手|经理|总裁|老师|学者|专家|院士|干部|医护|民警|谁设计|"
    r"冠军|亚军|季军|状元|得主|获奖者|导演|编剧|创始人|董事长|教练|队长|"
    r"\b(?:mayor|director|head|secretary|principal|architect|professor|chief|chair\w*|president|manager|designer|"
    r"athlete|student|winner|champion|coach|founder)\b|\bwho won\b"
)
_MAKER = re.compile("设计|建筑师|designe|architect|\\b(?:team|partner)|合作")
"""Who is told by what was done with or by them."""
_CITY = re.compile("哪(?:一|几|[两三四五六七八九十])?[个些](?:省|城市|县?市|区(?!域|间))")
_CITIES = re.compile("哪(?:些|几|[两三四五六七八九十])个?(?:城市|市|省)")
_ROW = re.compile(f"{_HAN}{{2,8}}、{_HAN}{{2,8}}(?:、|和|及|与){_HAN}{{2,8}}")
"""Several named side by side, as cities are without their kind."""
_HOLDER = re.compile(rf"(?=({_PERSON.pattern}|\bby (?!\d)\w+))")
"""Who holds an office, which is not told by whom anything was done with; one may begin within another."""
_WHO = re.compile(f"{_PERSON.pattern}|{_BY}")


def name_missing(question: Question, sentence: str) -> float:
    """1 where a name is asked for and the sentence has none of the kind but the question's own, -1 where it has one,
    0 where none is asked for."""
    asked = question.folded
    kinds = (name for wanted, name in _KINDS if wanted.search(asked))
    name = next(kinds, _WHO if question.kind is Kind.PERSON else None)
    if name is None:
        return 0.0
    named = any(found.group() not in asked for found in name.finditer(sentence)) or (
        bool(_CITY.search(asked)) and any(place not in asked for place in places_in(sentence))
    )
    return -1.0 if named else 1.0


def labels(question: Question, sentence: str, words: Collection[str]) -> bool:
    """Whether a line gives somebody's name for an office or a duty that one of these words of the question says, or for
    any office where whoever leads is asked for."""
    found = _LABEL.match(sentence)
    if found is None or question.kind is not Kind.PERSON:
        return False
    label = found["label"]
    return any(word in label for word in words) or bool(_LEADS.search(question.folded) and _LEADER.search(label))


def nothing_named(question: Question, near: str) -> bool:
    """Whether somebody is asked for by an office or a trade, or a company, a school, a street and the like by their
    kind, and none is named in a sentence and what stands beside it."""
    asked = question.folded
    somebody = question.kind is Kind.PERSON and bool(_OFFICE.search(asked)) and not _WHO_ACTS.search(asked)
    kinds = _KINDS[:-1]  # a subdistrict is often named without its kind
    something = question.kind not in (Kind.DEFINITION, Kind.COMPARISON) and any(
        wanted.search(asked) for wanted, _ in kinds
    )
    if somebody and not _MAKER.search(asked) and not any(m[1] not in asked for m in _HOLDER.finditer(near)):
        return True
    if not (somebody or something) or name_missing(question, near) != 1.0:
        return False
    return somebody or not (_CITIES.search(asked) and _ROW.search(near))
