"""Paragraphs that all say the same of another name and year, for a question to pick the one it means.

In a large body many passages are as near in meaning as the one asked for; only a rare name or a year tells them apart.
No public source of passages is large enough to show it. Every name is put together by chance.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True, slots=True)
class Alike:
    """A paragraph, a question that it alone answers, and the answer in it."""

    text: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Writing:
    """How they are told in one language: templates take name, measure, year, value and other (another name)."""

    names: Sequence[str]
    measures: Sequence[tuple[str, str]]
    tellings: Sequence[str]
    endings: Sequence[str]
    questions: Sequence[str]


CHINESE = Writing(
    names=[
        "".join(part)
        for part in product("霍仲裴阮邵苗葛庞滕尹", "砚川舟岚嵩泽陇沅麓汀", ("大学", "医院", "乡", "集团"))
    ],
    measures=[
        ("研究人员", "名"), ("门诊人次", "万"), ("营业收入", "亿元"), ("用电量", "万千瓦时"), ("绿地面积", "公顷"),
        ("发表论文", "篇"), ("对外捐赠", "万元"), ("接待参观者", "人"), ("借出图书", "册"), ("处理投诉", "起"),
    ],
    tellings=[
        "{year}年，{name}{measure}为{value}，超出年初的打算。",
        "据年报，{name}在{year}年的{measure}共计{value}。",
        "{name}公布了{year}年的数字：{measure}{value}，与同行大体相当。",
        "到{year}年底，{name}的{measure}已有{value}。",
    ],
    endings=[
        "同期{other}也公布了自己的情况。", "管理层说，明年会再核对一次口径。", "与{other}的合作仍在继续。",
        "这一项由专人统计，按季度上报。", "其余各项见附表。",
    ],
    questions=[
        "{year}年{name}的{measure}是多少？", "{name}{year}年{measure}有多少", "{name}在{year}年{measure}达到多少？",
    ],
)  # fmt: skip

ENGLISH = Writing(
    names=[
        " ".join((first + second, kind))
        for first, second, kind in product(
            ("Har", "Wel", "Brock", "Ash", "Thorn", "Mar", "Kel", "Dun", "Lang", "Stan"),
            ("ley", "combe", "wick", "ford", "mere", "stead", "by", "worth", "grove", "holt"),
            ("University", "Hospital", "Council", "Trust"),
        )
    ],
    measures=[
        ("research staff", "people"), ("outpatient visits", "visits"), ("operating income", "million"),
        ("electricity use", "megawatt hours"), ("green space", "hectares"), ("published papers", "papers"),
        ("donations made", "thousand"), ("visitor numbers", "visitors"), ("books lent", "books"),
        ("complaints handled", "cases"),
    ],
    tellings=[
        "In {year}, {measure} at {name} came to {value}, more than was planned.",
        "The annual report of {name} puts {measure} for {year} at {value}.",
        "{name} has released its figures for {year}: {measure} stood at {value}, much like those of its peers.",
        "By the end of {year} {name} counted {measure} of {value}.",
    ],
    endings=[
        "{other} released its own account in the same week.", "The definition will be checked again next year.",
        "Work together with {other} goes on.", "The count is kept by one office and sent in each quarter.",
        "All other items are in the annex.",
    ],
    questions=[
        "What were the {measure} of {name} in {year}?", "{name} {measure} {year}",
        "How high were {measure} at {name} in {year}?",
    ],
)  # fmt: skip

YEARS = range(2014, 2024)


def paragraphs(writing: Writing, count: int, *, seed: int = 0) -> Iterator[Alike]:
    """At most one of each name, measure and year, in an order by chance."""
    chance = random.Random(seed)
    keys = list(product(writing.names, writing.measures, YEARS))
    for name, (measure, unit), year in chance.sample(keys, min(count, len(keys))):
        gap = " " if unit.isascii() else ""
        value = f"{chance.randint(11, 9999)}{gap}{unit}"
        told = {"name": name, "measure": measure, "year": year, "value": value, "other": chance.choice(writing.names)}
        text, ending, question = (
            chance.choice(part).format_map(told) for part in (writing.tellings, writing.endings, writing.questions)
        )
        yield Alike(text + gap + ending, question, value)
