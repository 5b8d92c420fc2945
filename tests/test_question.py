"""What a question is taken to ask for: rules over the wording."""

import pytest

from rag.questions.question import Aspect, Kind, understand


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("什么叫桩基先行?", Kind.DEFINITION),
        ("“禾灯”二字有什么讲究?", Kind.DEFINITION),
        ("三师联创到底是个啥?", Kind.DEFINITION),
        ("展馆下午几点以后不让进?", Kind.DATE),
        ("撤离要在多长时间内完成?", Kind.DATE),
        ("防火期起止", Kind.DATE),
        ("青山县2023年底床位数", Kind.NUMERIC),
        ("体质测试合格比例 2019", Kind.NUMERIC),
        ("方案版本是几点零?", Kind.NUMERIC),
        ("两家仲裁机构叫啥?", Kind.LIST),
        ("能力模型的四个侧面对应什么?", Kind.LIST),
        ("作报告的区领导叫啥?", Kind.PERSON),
        ("有没有解决老人吃饭的措施?", Kind.MANNER),
        ("橙色和红色预警的关闭范围差在哪里?", Kind.COMPARISON),
        ("教育上差在哪里?", Kind.PLACE),
        ("食堂多还是餐厅多?", Kind.COMPARISON),
        ("桩基先行怎么理解?", Kind.DEFINITION),
        ("推进工作怎么开展?", Kind.MANNER),
        ("医院还存在什么问题?", Kind.LIST),
        ("办了几场推介会?", Kind.NUMERIC),
        ("有几千人跑完?", Kind.NUMERIC),
        ("地块是几号街坊?", Kind.OTHER),
        ("几号报到?", Kind.DATE),
        ("租金几何?", Kind.NUMERIC),
        ("每天几点开门?", Kind.DATE),
        ("长阳创谷要建哪几期?", Kind.LIST),
        ("新版有什么新功能?", Kind.LIST),
        ("增长压力大,原因在哪里?", Kind.REASON),
        ("干嘛要搬新址?", Kind.REASON),
        ("靠什么吸引外资?", Kind.MANNER),
        ("打造功能区图的是什么?", Kind.REASON),
        ("三个区里完工最多的是哪个区?", Kind.COMPARISON),
        ("三类服务业里哪一类增长最快?", Kind.COMPARISON),
        ("最早开放的是哪一年?", Kind.DATE),
        ("渔港公司2003年更名为什么?", Kind.ENTITY),
        ("原唱词改为什么？", Kind.ENTITY),
        ("条约的主要意义为何?", Kind.ENTITY),
        ("旧改为什么推迟?", Kind.REASON),
        ("公司为什么更名?", Kind.REASON),
        ("平原按形成原因属于哪种类型?", Kind.ENTITY),
        ("民国几年分区?", Kind.DATE),
        ("桩基先行的意思", Kind.DEFINITION),
        ("渡船每周几班?", Kind.NUMERIC),
        ("How long is the new railway line?", Kind.NUMERIC),
        ("How long will the railway line be closed?", Kind.DATE),
        ("What weaknesses does the report admit to?", Kind.LIST),
        ("What did the grants to the fishing villages come to?", Kind.NUMERIC),
        ("What is the share of homes with a lift?", Kind.NUMERIC),
        ("What interest do the farmers pay?", Kind.NUMERIC),
        ('Explain the "harbour pass" for anglers.', Kind.DEFINITION),
        ("Explain how the harbour was deepened.", Kind.MANNER),
        ('What is "slow water"?', Kind.DEFINITION),
        ("What is meant by slow water?", Kind.DEFINITION),
        ("What do the two letters on the harbour pass mean?", Kind.DEFINITION),
        ("What made the ferry company leave?", Kind.REASON),
    ],
)
def test_the_kind_asked_for(question: str, kind: Kind) -> None:
    assert understand(question).kind is kind


@pytest.mark.parametrize(
    ("question", "bare"),
    [
        ("QDLP是什么?", "qdlp"),
        ("目标是多少?", "目标"),
        ("去年搞了几场推介会?", "场推介会"),
        ("改善民生花了多少钱?", "改善民生"),
        ("比去年增长了多少?", "增长"),
    ],
)
def test_what_only_asks_is_left_out(question: str, bare: str) -> None:
    assert understand(question).bare == bare


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("2023年优良率比2022年提高多少?", {2023}),
        ("2023年收入与2022年相比增长多少?", {2023}),
        ("2023年收入与2020年相比如何?", {2020, 2023}),
        ("2024年计划的比2023年实际的少吗?", {2023, 2024}),
        ("收入比2022年增长多少?", {2022}),
    ],
)
def test_the_year_before_that_a_figure_is_held_against_is_not_asked_about(question: str, years: set[int]) -> None:
    assert understand(question).years == years


def test_two_figures_behind_letters_are_no_year() -> None:
    assert understand("东江区18年建了多少条路?").years == {2018}
    assert understand("东江区PM10年均浓度是多少?").years == frozenset()


def test_the_year_of_a_report_is_no_period() -> None:
    question = understand("东江区2024年政府工作报告里说新增床位多少张？")
    assert (question.years, question.reported) == (frozenset(), frozenset({2024}))
    assert "报告" not in question.bare and "床位" in question.bare
    both = understand("东江区2025年的报告中,2024年财政收入是多少？")
    assert (both.years, both.reported) == (frozenset({2024}), frozenset({2025}))
    english = understand("How many patents did Dongjiang hold according to its 2024 report?")
    assert (english.years, english.reported) == (frozenset(), frozenset({2024}))
    # An annual report tells of its own year, and so does a reporting period; a report may be what is asked about.
    for text in (
        "What did the 2023 annual report say of debt?",
        "东江区2023年报告期内收入多少？",
        "When was the 2023 Dongjiang work report delivered?",
        "东江区2023年政府工作报告是谁作的？",
    ):
        assert (understand(text).years, understand(text).reported) == (frozenset({2023}), frozenset())


def test_how_a_thing_is_called_is_no_word_of_the_matter() -> None:
    assert understand("QFLP的中文全称是什么?").bare == "qflp"
    assert understand("殷行街道的新招叫什么名字?").kind is Kind.ENTITY
    assert understand("新任校长叫什么名字?").kind is Kind.PERSON


def test_what_is_said_of_why_one_asks_is_no_word_of_the_matter() -> None:
    why = understand("我在写一份材料,想引用一下:东江区的财政收入是多少?")
    assert why.bare == understand("东江区的财政收入是多少?").bare


@pytest.mark.parametrize(
    ("question", "aspect"),
    [
        ("东江固投涨了百分之几?", Aspect.DONE),
        ("东江拿了几块奖牌?", Aspect.DONE),
        ("东江固投要涨百分之几?", None),
        ("东江固投计划涨百分之几?", Aspect.PLAN),
        ("How many lifts were installed?", Aspect.DONE),
    ],
)
def test_what_has_happened_is_no_plan(question: str, aspect: Aspect | None) -> None:
    assert understand(question).aspect is aspect


@pytest.mark.parametrize(
    ("question", "years", "reported"),
    [
        ("东江去年添了几根充电桩?(2024年1月的报告)", {2023}, {2024}),
        ("东江今年要添几根充电桩?(2024年报告)", {2024}, {2024}),
        ("东江2022年添了几根充电桩?(2024年报告)", {2022}, {2024}),
        ("东江去年添了几根充电桩?", set(), set()),
        ("2024年报告是哪天作的?", {2024}, set()),
    ],
)
def test_a_report_named_aside_tells_what_last_year_is(question: str, years: set[int], reported: set[int]) -> None:
    understood = understand(question)
    assert (understood.years, understood.reported) == (years, reported)


def test_a_year_that_a_fall_is_held_against_is_not_asked_about() -> None:
    assert understand("排放要比2019年再降一成,定在哪年做到?").years == set()


def test_what_is_abbreviated_is_what_something_means() -> None:
    understood = understand("QFLP是什么的缩写,做什么用的?")
    assert (understood.kind, understood.bare) == (Kind.DEFINITION, "qflp")
    assert understand("“锦鲤计划”到底是个什么性质的东西?请解释一下").kind is Kind.DEFINITION


def test_a_list_is_asked_for_behind_several() -> None:
    assert understand("江边有几幢老厂房要修缮,说了哪几处?").kind is Kind.LIST
    assert understand("江边要修缮几幢老厂房?").kind is Kind.NUMERIC
    assert (understand("越江通道全长").kind, understand("越江通道全长").unit) == (Kind.NUMERIC, "长度")
    assert understand("路边装了几盏灯?").unit == "盏"


def test_what_is_quoted_is_no_plan() -> None:
    assert understand("“创新未来”是什么品牌?").aspect is None
    assert understand("未来要打造什么品牌?").aspect is Aspect.PLAN
