"""What is asked for in a unit, and how a Chinese text tells it."""

import pytest

from rag.text.facts import quantities
from rag.text.measure import head_of, in_unit, spelled_in_unit, unit_of


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("成人的骨头有几块?", ""),
        ("门票要卖几块?", "元"),
        ("票价几块钱?", "元"),
        ("停过多少趟船?", "趟"),
        ("by how much should the general public budget revenue of the harbour grow in 2025?", "%"),
        ("how many suggestions from people's deputies were handled?", ""),
        ("how many young people came?", "人"),
        ("修路花了多少时间?", ""),
        ("修路花了多少?", "元"),
        ("超过多少百分比的学生来自外地?", "%"),
        ("多少人家搬了新屋?", "户"),
        ("托班能多出几个名额?", "个"),
        ("参加的有多少名学生?", "名"),
        ("这条堤有多长?", "长度"),
        ("过渡期有多长?", ""),
    ],
)
def test_the_unit_asked_for(question: str, unit: str) -> None:
    assert unit_of(question) == unit


@pytest.mark.parametrize(
    ("unit", "sentence", "told"),
    [
        ("处", "对两处藏身处进行打击", ["两"]),
        ("人", "大火造成数十人失踪,三人获救", ["数十", "三"]),
        ("人", "第三人民医院", []),
        ("名", "采购额连续六年两位数增长", []),
        ("人", "线上线下参与超千万人次", ["超千万"]),
        ("个", "新建一个口袋公园", []),
        ("%", "发电量增加了近三分之一", ["三分之一"]),
        ("%", "八成居民同意", ["八成"]),
        ("%", "推进三组成员轮换", []),
        ("元", "捐款三百元", []),
    ],
)
def test_a_number_in_words_is_one_of_the_unit_asked_for(unit: str, sentence: str, told: list[str]) -> None:
    assert [sentence[start:end] for start, end in spelled_in_unit(unit, sentence)] == told


@pytest.mark.parametrize(
    ("question", "head"),
    [
        ("有多少人才公寓?", "人才公寓"),
        ("常住多少人口?", "人口"),
        ("引进多少名人才?", "人才"),
        ("有哪两个项目要建成?", "项目要建成"),
        ("去哪个部门办登记?", "部门办登记"),
        ("办了多少场推介会?", "推介会"),
        ("总投资加起来多少?", "总投资"),
        ("什么是棱柱?", "棱柱"),
        ("什么叫做云送达?", "云送达"),
        ("在科技创新上觉得自己差在哪儿?", "创新上觉得自己差在"),
    ],
)
def test_what_a_thing_is_counted_by_is_none_of_its_name(question: str, head: str) -> None:
    assert head_of(question, "zh") == head


@pytest.mark.parametrize(
    ("unit", "sentence", "told"),
    [
        ("户", "登记民宿214家", True),
        ("只", "年屠宰能力2600万羽", True),
        ("只", "新建泊位3处", False),
        ("张", "处置工单11108件", True),
        ("条", "损失战船9艘", True),
        ("条", "新增床位9张", False),
        ("人", "溶栓463例", True),
        ("元", "parents pay 85 marks a month", True),
        ("元", "the school has 85 pupils", False),
    ],
)
def test_a_figure_may_be_written_in_a_unit_like_the_one_asked_for(unit: str, sentence: str, told: bool) -> None:
    (figure,) = quantities(sentence)
    assert in_unit(unit, sentence, figure.start, figure.end) is told
