"""Made-up report paragraphs, as many as are asked for: every word of them is ours, and every figure is chance.

Places and projects are put together from syllables, so that a large corpus has the long tail of names a real one has;
each paragraph states a figure of a place and year, which its question asks for.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from rag.types import Document

PER_DOCUMENT = 100
"""Paragraphs of a made document."""

_FIRST = "云青松柏丹金玉银湖江海溪泉石岭峰原川桥塘浦港湾洲堤林桃柳梅兰竹荷星月"
_SECOND = "安宁和平永泰昌盛兴隆文德仁义信达通顺华英秀丽清源康乐嘉祥瑞福临阳"
_KIND = ("区", "县", "市", "镇", "街道", "开发区", "新城")
_MEASURES = (
    ("一般公共预算收入", "亿元"), ("地区生产总值", "亿元"), ("社会消费品零售总额", "亿元"), ("进出口总额", "亿元"),
    ("固定资产投资", "亿元"), ("实际使用外资", "万美元"), ("新增就业岗位", "个"), ("新建口袋公园", "座"),
    ("加装电梯", "台"), ("新增养老床位", "张"), ("改造老旧小区", "万平方米"), ("疏通排水管网", "公里"),
    ("引进重点企业", "家"), ("高新技术企业", "家"), ("专利授权", "件"), ("培训技能人才", "人次"),
    ("新增停车泊位", "个"), ("新开公交线路", "条"), ("办理便民事项", "件"), ("空气质量优良天数", "天"),
    ("社区食堂", "家"), ("充电设施", "个"), ("图书馆藏书", "万册"), ("志愿者登记", "人"), ("修缮历史建筑", "幢"),
)  # fmt: skip
_FIELDS = (
    "集成电路", "生物医药", "人工智能", "航运服务", "绿色低碳", "文化创意", "数字贸易", "智能制造",
    "现代农业", "金融科技",
    "养老服务", "基础教育", "公共卫生", "城市更新", "水环境治理", "轨道交通", "基层治理",
    "营商环境", "体育健身", "应急管理",
)  # fmt: skip
_OPENINGS = (
    "{place}在{field}方面下了功夫,", "围绕{field},{place}列出任务清单逐项落实,", "这一年{place}把{field}作为重点,",
    "{place}继续推进{field}工作,", "针对{field}中的难题,{place}请专家会诊,", "{place}与邻近地区共同谋划{field},",
)  # fmt: skip
_DEEDS = (
    "由{body}牵头成立专班,每月通报一次进展", "{body}编制了实施细则并公开征求意见", "在{project}先行试点,成熟后再推开",
    "{project}如期完工,投入使用后运行平稳", "组织{body}上门走访,收集到意见{count}条", "把{project}纳入年度督查事项",
    "联合{body}开通线上窗口,平均等候时间缩短到{count}分钟", "{project}的前期手续已经办妥,计划下半年动工",
    "为{count}户家庭提供了一对一的帮助", "邀请{count}名居民代表全程监督", "拨付专项资金{count}万元用于{project}",
)  # fmt: skip
_CLOSINGS = (
    "下一步将补齐短板,把好的做法固定下来。", "不足之处是人手偏紧,服务半径还不够均衡。", "居民满意度比上一年有所提高。",
    "相关经验在全市作了交流。", "后续工作按计划分三个阶段实施。", "资金使用情况已向社会公开。",
)  # fmt: skip
_BODIES = (
    "发展改革委",
    "财政局",
    "商务委",
    "科委",
    "建设管理委",
    "民政局",
    "教育局",
    "卫生健康委",
    "绿化市容局",
    "数据局",
)
_WORKS = ("大厦", "产业园", "会客厅", "滨水步道", "服务中心", "实验学校", "体育馆", "文化广场", "泵站", "人才公寓")
_YEARS = tuple(range(2012, 2032))
_PLACES = tuple("".join(part) for part in product(_FIRST, _SECOND))


@dataclass(frozen=True, slots=True)
class Made:
    """A paragraph, and a question that this paragraph alone answers for its place, year and measure."""

    text: str
    question: str
    answer: str


def paragraphs(count: int, *, seed: int = 0) -> Iterator[Made]:
    """The same for the same seed; the first n are the same whatever the count. About 110 characters each."""
    chance = random.Random(seed)
    choice = chance.choice
    for _ in range(count):
        place = choice(_PLACES) + choice(_KIND)
        year, (measure, unit) = choice(_YEARS), choice(_MEASURES)
        value = f"{chance.randint(2, 9999) / choice((1, 1, 10, 100)):g}{unit}"
        opening = choice(_OPENINGS).format(place=place, field=choice(_FIELDS))
        deeds = ",".join(_deed(chance) for _ in range(chance.randint(1, 3)))
        change = f"比上年{choice(('增长', '提高', '下降'))}{chance.randint(1, 399) / 10:g}%"
        text = f"{year}年,{opening}全年{measure}达到{value},{change}。{deeds}。{choice(_CLOSINGS)}"
        yield Made(text, f"{year}年{place}的{measure}是多少?", value)


def _deed(chance: random.Random) -> str:
    project = chance.choice(_PLACES) + chance.choice(_WORKS)
    return chance.choice(_DEEDS).format(body=chance.choice(_BODIES), project=project, count=chance.randint(3, 980))


def documents(made: list[Made]) -> Iterator[Document]:
    """The paragraphs as reports of a hundred, one paragraph a line, under plain numbered headings."""
    for number, start in enumerate(range(0, len(made), PER_DOCUMENT)):
        text = "\n\n".join(part.text for part in made[start : start + PER_DOCUMENT])
        yield Document(f"made-{number:05d}", f"第{number}号工作报告", text)
