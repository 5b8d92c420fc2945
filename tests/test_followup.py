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
        ("在全市排第几?", "杨浦区2023年新增养老床位，在全市排第几?"),
        ("排名呢?", "杨浦区2023年新增养老床位，排名?"),
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
        ("And canteens?", "How many canteens did Yangpu add in 2023?"),
        ("What about beds for the blind?", "How many beds for the blind did Yangpu add in 2023?"),
        ("And for the south?", "For the south? (How many beds did Yangpu add in 2023?)"),
        ("By how much did that grow?", "By how much did that grow? (How many beds did Yangpu add in 2023?)"),
        ("And the target for the next year?", "The target? (How many beds did Yangpu add in 2024?)"),
        ("How many trees were planted that year?", "How many trees were planted in Yangpu in 2023?"),
    ],
)
def test_english(catalog, question, resolved):
    assert whole(catalog, BEDS_EN, question) == resolved


@pytest.mark.parametrize(
    ("question", "year"),
    [
        ("接下来那一年呢?", 2024),
        ("下一年度呢?", 2024),
        ("第二年呢?", 2024),
        ("往后一年呢?", 2024),
        ("今年呢?", 2024),
        ("再往前一年呢?", 2022),
        ("去年呢?", 2022),
    ],
)
def test_a_year_is_told_by_the_one_asked_about(catalog, question, year):
    assert whole(catalog, BEDS, question) == f"杨浦区{year}年新增养老床位多少张?"


def test_a_year_of_speaking_takes_the_place_of_another(catalog):
    assert whole(catalog, "杨浦去年新增床位多少?", "今年呢?") == "杨浦今年新增床位多少?"
    assert whole(catalog, "杨浦新增床位多少?", "明年的呢?") == "杨浦明年新增床位多少?"
    told = "How many beds did Yangpu add last year?"
    assert whole(catalog, told, "And this year?") == "How many beds did Yangpu add this year?"


def test_this_year_is_another_one_where_a_plan_is_asked_for(catalog):
    assert whole(catalog, BEDS, "今年打算加几张?") == "杨浦区2024年新增养老床位，打算加几张?"
    planned = "杨浦区2023年计划新增养老床位多少张?"
    assert whole(catalog, planned, "今年打算在哪里加?") == "杨浦区2023年计划新增养老床位，打算在哪里加?"
    assert whole(catalog, BEDS, "当年改造了几处?") == "杨浦区2023年新增养老床位，改造了几处?"


def test_there_is_the_place_asked_about_or_the_one_it_is_in(catalog):
    resolved = resolve("那里展出过什么?", [("杨浦的陶瓷馆在什么地方?", "在江边。")], catalog)
    assert resolved.text == "杨浦的陶瓷馆，展出过什么?"
    assert resolved.otherwise is not None
    assert resolved.otherwise.text == "杨浦展出过什么?"
    resolved = resolve("What was shown there?", [("Where is the hall in Hongkou?", "By the river.")], catalog)
    assert resolved.text == "What was shown there? (Where is the hall in Hongkou?)"


@pytest.mark.parametrize(
    ("question", "resolved"),
    [
        ("专门给盲人的呢?", "杨浦区2023年专门给盲人的新增养老床位多少张?"),
        ("靠窗的那种呢?", "杨浦区2023年靠窗的新增养老床位多少张?"),
    ],
)
def test_which_of_them_narrows_what_is_counted(catalog, question, resolved):
    assert whole(catalog, BEDS, question) == resolved
    assert whole(catalog, BEDS, "双人间的呢?", question) == resolved


def test_a_topic_stays_while_turns_lean_on_it(catalog):
    turns = ("杨浦的夜校由谁牵头?", "它下设几个班?", "平时的杂务归谁管?")
    assert whole(catalog, *turns) == "杨浦的夜校由牵头，平时的杂务归谁管?"
    before = [("Who runs the night school in Yangpu?", "A board."), ("How many classes does it have?", "Nine.")]
    resolved = resolve("Which office handles the day-to-day chores?", before, catalog)
    assert resolved.otherwise is not None
    told = "Which office handles the day-to-day chores? (Who runs the night school in Yangpu?)"
    assert resolved.otherwise.text == told


def test_words_that_may_stand_alone_are_read_both_ways(catalog):
    resolved = resolve("食堂开了几家?", [(BEDS, "537张。")], catalog)
    assert resolved.text == "杨浦区2023年新增养老床位，食堂开了几家?"
    assert resolved.otherwise is not None
    assert resolved.otherwise.text == "杨浦区2023年食堂开了几家?"
    resolved = resolve("有哪些社区公园24小时开放?", [(BEDS, "537张。")], catalog)
    assert resolved.otherwise is not None
    assert resolved.otherwise.text == "杨浦区2023年新增养老床位，有哪些社区公园24小时开放?"
    assert resolve("同比增长多少?", [(BEDS, "537张。")], catalog).otherwise is None


@pytest.mark.parametrize(
    ("question", "resolved"),
    [
        ("前者有几家医院?", "杨浦2023年新增床位，有几家医院?"),
        ("后者呢?", "虹口2023年新增床位多少?"),
        ("它有几家医院?", "虹口2023年新增床位，有几家医院?"),
        ("那黄浦呢?", "黄浦2023年新增床位多少?"),
    ],
)
def test_after_a_comparison_one_is_meant(catalog, question, resolved):
    before = "杨浦和虹口2023年哪个区新增床位更多?"
    assert whole(catalog, before, question, answer="虹口更多。") == resolved


def test_a_place_that_no_document_is_about_gives_way(catalog):
    assert whole(catalog, "静安区2023年新增养老床位多少张?", "那杨浦呢?") == "杨浦2023年新增养老床位多少张?"


@pytest.mark.parametrize("question", ["虹口的增速是多少?", "虹口供应了多少?"])
def test_a_measure_or_a_bare_verb_is_no_question_of_its_own(catalog, question):
    assert "财政收入" in whole(catalog, "杨浦2023年财政收入是多少?", question)


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


@pytest.mark.parametrize(
    ("before", "question", "resolved"),
    [
        (BEDS, "不对,我要的是虹口的", "虹口2023年新增养老床位多少张?"),
        (BEDS, "不是2023年，我问的是2021年呢?", "杨浦区2021年新增养老床位多少张?"),
        ("杨浦区养老床位有多少张?", "不是总数,我问的是新增了几张", "杨浦区养老床位，新增了几张?"),
        ("杨浦区2023年计划新增养老床位多少张?", "实际呢?", "杨浦区2023年实际新增养老床位多少张?"),
        ("杨浦区2023年实际新增养老床位多少张?", "计划是多少?", "杨浦区2023年计划新增养老床位多少张?"),
        ("杨浦区2023年有哪些养老项目?", "还有别的吗?", "杨浦区2023年有哪些养老项目?"),
        (BEDS, "还有哪些?", "杨浦区2023年新增养老床位，有哪些?"),
        ("杨浦区哪家宾馆当了隔离点?", "在哪条路上?", "杨浦区宾馆当了隔离点，在哪条路上?"),
    ],
)
def test_corrections_outcomes_and_the_others(catalog, before, question, resolved):
    assert whole(catalog, before, question) == resolved


def test_the_level_of_a_district_is_no_part_of_its_name(catalog):
    told = whole(catalog, "黄浦区级财政收入增长多少?", "2025年的目标呢?")
    assert told == "黄浦2025年区级财政收入增长，目标?"
