"""Follow-ups made whole over a catalog of three districts, two of them with a report in English as well."""

import pytest

from rag import Document
from rag.questions.followup import resolve
from rag.questions.question import Kind
from rag.questions.subjects import Catalog

TITLES = {
    "yangpu": "上海市杨浦区2024年政府工作报告",
    "hongkou": "上海市虹口区2024年政府工作报告",
    "huangpu": "黄浦区2024年政府工作报告",
    "yangpu-en": "Yangpu District 2024 report",
    "hongkou-en": "Hongkou District 2024 report",
}
BEDS = "杨浦区2023年新增养老床位多少张?"
BEDS_EN = "How many beds did Yangpu add in 2023?"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.from_documents([Document(id, title, title) for id, title in TITLES.items()])


def whole(catalog: Catalog, *turns: str, answer: str = "537张。") -> str:
    """The last of these turns, resolved after the others."""
    *before, question = turns
    return resolve(question, [(asked, answer) for asked in before], catalog).text


@pytest.mark.parametrize(
    ("question", "resolved"),
    [
        ("那虹口呢?", "虹口2023年新增养老床位多少张?"),
        ("那虹口區呢？", "虹口區2023年新增养老床位多少张?"),
        ("上海市虹口区呢?", "上海市虹口区2023年新增养老床位多少张?"),
        ("那静安区呢?", "静安区2023年新增养老床位多少张?"),
        ("换成虹口呢?", "虹口2023年新增养老床位多少张?"),
        ("虹口和黄浦呢?", "虹口和黄浦2023年新增养老床位多少张?"),
        ("2021年呢?", "杨浦区2021年新增养老床位多少张?"),
        ("虹口2021年呢?", "虹口2021年新增养老床位多少张?"),
        ("再前一年?", "杨浦区2022年新增养老床位多少张?"),
        ("下一年的目标是多少?", "杨浦区2024年新增养老床位，目标是多少?"),
        ("2020年呢?计划加多少张", "杨浦区2020年新增养老床位，计划加多少张?"),
    ],
)
def test_a_subject_or_a_period_takes_the_place_of_the_one_before(catalog, question, resolved):
    assert whole(catalog, BEDS, question) == resolved


@pytest.mark.parametrize(
    ("question", "resolved"),
    [
        ("社区食堂呢?", "杨浦区2023年新增养老床位，社区食堂?"),
        ("同比增长多少？", "杨浦区2023年新增养老床位，同比增长多少？"),
        ("比上一年增长了多少?", "杨浦区2023年新增养老床位，比上一年增长了多少?"),
        ("跟去年相比多了还是少了?", "杨浦区2023年新增养老床位，跟去年相比多了还是少了?"),
        ("它的总数是多少?", "杨浦区2023年新增养老床位，总数是多少?"),
        ("其中认知障碍的有几张?", "杨浦区2023年新增养老床位，其中认知障碍的有几张?"),
        ("它在上海排第几?", "杨浦区2023年新增养老床位，在上海排第几?"),
        ("比2022年多了多少?", "杨浦区2023年新增养老床位，比2022年多了多少?"),
        ("改造的数量是多少?", "杨浦区2023年新增养老床位，改造的数量是多少?"),
        ("为什么?", "杨浦区2023年新增养老床位，为什么?"),
        ("养老床位在哪些街道?", "杨浦区2023年新增，养老床位在哪些街道?"),
    ],
)
def test_few_words_of_its_own_keep_the_topic(catalog, question, resolved):
    assert whole(catalog, BEDS, question) == resolved


def test_what_names_its_own_thing_leaves_the_topic(catalog):
    assert whole(catalog, BEDS, "那巴黎的人口是多少?") == "杨浦区2023年巴黎的人口是多少?"


def test_words_enough_to_stand_alone_take_subject_and_period_only(catalog):
    assert whole(catalog, BEDS, "有哪些社区公园24小时开放?") == "杨浦区2023年有哪些社区公园24小时开放?"
    assert whole(catalog, BEDS, "该区有多少家医院?") == "杨浦区2023年有多少家医院?"


@pytest.mark.parametrize(
    ("question", "resolved"),
    [
        ("What is the population of Paris?", "What is the population of Paris?"),
        ("And in Jing'an?", "How many beds were added in Jing'an in 2023?"),
        ("What about Xuhui District?", "How many beds were added in Xuhui District in 2023?"),
        ("And in March?", "In March? (How many beds were added in Yangpu in 2023?)"),
    ],
)
def test_a_place_no_document_is_about_is_not_the_one_before(catalog, question, resolved):
    assert whole(catalog, "How many beds were added in Yangpu in 2023?", question) == resolved


def test_numbered_things_take_each_others_place(catalog):
    assert whole(catalog, "杨浦智慧城市一期装了多少传感器?", "二期呢?") == "杨浦智慧城市二期装了多少传感器?"
    assert whole(catalog, "89街坊签约率多少?", "那134街坊是多少?") == "134街坊签约率多少?"


def test_turns_add_up(catalog):
    assert whole(catalog, BEDS, "那虹口呢?", "2022年呢?") == "虹口2022年新增养老床位多少张?"
    assert whole(catalog, BEDS, "社区食堂呢?", "那虹口呢?") == "虹口2023年新增养老床位，社区食堂?"
    assert whole(catalog, BEDS, "社区食堂呢?", "服务站呢?") == "杨浦区2023年新增养老床位，服务站?"
    assert whole(catalog, BEDS, "谢谢", "那虹口呢?") == "虹口2023年新增养老床位多少张?"


def test_a_city_over_many_titles_is_not_carried_for_the_district(catalog):
    before = "杨浦2023年是上海第一个试点的区吗?"
    assert whole(catalog, before, "有哪些社区公园24小时开放?") == "杨浦2023年有哪些社区公园24小时开放?"
    assert whole(catalog, "上海市杨浦区2023年收入是多少?", "那虹口区呢?") == "虹口区2023年收入是多少?"


def test_a_subject_may_come_from_the_answer(catalog):
    resolved = whole(catalog, "国歌展示馆在哪里?", "它接待了多少人?", answer="在杨浦区。")
    assert resolved == "杨浦区国歌展示馆，接待了多少人?"


@pytest.mark.parametrize(
    ("question", "resolved"),
    [
        ("What about Hongkou?", "How many beds did Hongkou add in 2023?"),
        ("What about 2020?", "How many beds did Yangpu add in 2020?"),
        ("And the year before?", "How many beds did Yangpu add in 2022?"),
        ("And how many jobs?", "How many jobs in Yangpu in 2023?"),
        ("How many hospitals does it have?", "How many hospitals does Yangpu have in 2023?"),
        ("And canteens?", "Canteens? (How many beds did Yangpu add in 2023?)"),
    ],
)
def test_english(catalog, question, resolved):
    assert whole(catalog, BEDS_EN, question) == resolved


@pytest.mark.parametrize(
    "question",
    [
        "虹口区2023年固定资产投资是多少?",
        "虹口有多少公园?",
        "什么是“五边颐养”?",
        "哪个区的固定资产投资增速最高?",
        "“王者荣耀”职业联赛主场项目落户哪个区?",
        "谢谢",
        "Where is the science reception hall of Hongkou?",
    ],
)
def test_a_question_that_says_all_of_it_is_left_alone(catalog, question):
    assert whole(catalog, BEDS, question) == question
    assert whole(catalog, question) == question


def test_the_kind_of_answer_is_the_one_asked_for(catalog):
    history = [(BEDS, "537张。")]
    swapped, measure, asked = (resolve(q, history, catalog) for q in ("那虹口呢?", "社区食堂呢?", "它们在哪里?"))
    assert (swapped.asked, swapped.kind, swapped.unit) == ("那虹口呢?", Kind.NUMERIC, "张")
    assert (measure.kind, measure.unit) == (Kind.NUMERIC, "")
    assert asked.kind is Kind.PLACE
