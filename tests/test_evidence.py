"""The one verification: every number, unit, year and name of a sentence stands in its span."""

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.answers.evidence import verify
from rag.text.sentences import sentences

CORPUS = Path(__file__).parents[1] / "data" / "corpus"
SPAN = "一般公共预算收入197亿元,增长8.3%。全区新增企业总部31家,旧改完成征收1.29万户"


@pytest.mark.parametrize(
    "sentence",
    [
        "一般公共预算收入197亿元",
        "一般公共预算收入１９７亿元，增长百分之八点三",
        "旧改征收12900户",
        "新增31家总部",
        "Revenue was 19.7 billion yuan, up 8.3%.",
    ],
)
def test_the_same_fact_in_another_form_is_held(sentence: str) -> None:
    assert verify(sentence, SPAN).missing == ()


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("一般公共预算收入191亿元", "191亿元"),
        ("一般公共预算收入197万元", "197万元"),
        ("增长8.3个百分点", "8.3个百分点"),
        ("新增31户", "31户"),
        ("2022年收入197亿元", "2022年"),
        ("按“南北联动”计划收入197亿元", "南北联动"),
        ("GDP为197亿元", "gdp"),
    ],
)
def test_what_the_span_does_not_hold_is_named(sentence: str, missing: str) -> None:
    assert verify(sentence, SPAN).missing == (missing,)


@pytest.mark.parametrize(
    "sentence", ["建成了社区服务站", "街道和社区共197亿元", "在各区新建医院", "进社区", "旧改的园区"]
)
def test_a_common_noun_is_no_name(sentence: str) -> None:
    assert verify(sentence, SPAN).missing == ()


@pytest.mark.parametrize("name", ["杨浦区", "和平区", "太和县", "瑞金医院", "福社区", "新江湾城街道"])
def test_a_name_has_to_stand_in_the_span(name: str) -> None:
    assert not verify(f"在{name}新增31家", SPAN).verified


def test_a_year_may_stand_in_the_innermost_heading_that_names_one() -> None:
    above = ("2024年政府工作报告", "一、2023年工作回顾")
    assert verify("2023年收入197亿元", SPAN, context=above).verified
    assert verify("2024年收入197亿元", SPAN, context=above).missing == ("2024年",)


def test_a_number_may_not_stand_in_a_heading() -> None:
    assert verify("完成12项", "全部完成", context=("12项重点工作",)).missing == ("12项",)


def corpus_sentences() -> list[str]:
    """Sentences of the sample corpus that hold a figure or a year, in a fixed order."""
    found: list[str] = []
    for path in sorted(CORPUS.glob("*.md")):
        text = re.sub(r"\A---\n.*?\n---\n", "", path.read_text(encoding="utf-8"), flags=re.S)
        found += [text[a:b] for a, b in sentences(text) if re.search(r"\d", text[a:b]) and text[a] != "#"]
    random.Random(7).shuffle(found)
    return found


def changed(sentence: str, choose: random.Random) -> Iterator[str]:
    """The sentence with one digit, one year or one unit made another."""
    digits = list(re.finditer(r"\d", sentence))
    place = choose.choice(digits).start()
    yield sentence[:place] + str((int(sentence[place]) + choose.randint(1, 9)) % 10) + sentence[place + 1 :]
    years = list(re.finditer(r"20\d\d(?=年)", sentence))
    if years:
        year = choose.choice(years)
        yield sentence[: year.start()] + str(int(year.group()) + choose.choice((-3, -1, 1, 2))) + sentence[year.end() :]
    units = list(re.finditer(r"(?<=\d)(?:亿|万|户|家|项|个|套|台|平方米|公里|%|张|人)", sentence))
    if units:
        unit = choose.choice(units)
        other = choose.choice([u for u in ("亿", "万", "户", "辆", "吨", "公里", "%") if u != unit.group()])
        yield sentence[: unit.start()] + other + sentence[unit.end() :]


def test_five_hundred_changed_sentences_are_all_rejected_and_the_true_ones_pass() -> None:
    choose = random.Random(11)
    true = corpus_sentences()
    false = [(wrong, right) for right in true for wrong in changed(right, choose)][:500]
    assert len(false) == 500
    accepted = [wrong for wrong, right in false if verify(wrong, right).verified]
    assert accepted == []
    rejected = [sentence for sentence in true[:500] if not verify(in_other_forms(sentence), sentence).verified]
    assert len(rejected) <= 10, rejected


def in_other_forms(sentence: str) -> str:
    """The same sentence with full-width digits, years in Chinese figures, and thousands grouped."""
    sentence = re.sub(r"20\d\d(?=年)", lambda m: "".join("〇一二三四五六七八九"[int(c)] for c in m.group()), sentence)
    sentence = re.sub(r"(?<![\d.])(?!(?:19|20)\d\d(?!\d))(\d{1,3})(\d{3})(?![\d.])", r"\1,\2", sentence)
    return sentence.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
