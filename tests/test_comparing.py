"""Questions over several things: which has most, which of them do, what was planned beside what was done, and why."""

import pytest

from rag import KnowledgeBase
from rag.questions.naming import labels, nothing_named
from rag.questions.parts import in_turn, parts, side_by_side
from rag.questions.premise import gives_reason
from rag.questions.question import Aspect, Kind, understand
from rag.questions.subjects import Catalog
from rag.types import Document

DISTRICTS = {
    "东江区2024年政府工作报告": "2023年，全区加装电梯完工300台。通过省级文明城区认定。",
    "西岭区2024年政府工作报告": "2023年，全区加装电梯完工170台。学校食堂换了新炊具。",
    "北桥区2024年政府工作报告": "2023年，全区加装电梯完工95台。通过省级文明城区认定。",
}
COURT = """2024年收案情况如下：
柳林法庭受理民事案件1892件，人均结案201件。
江口法庭受理民事案件2484件，人均结案188件。
石桥法庭受理民事案件987件，人均结案176件。
受理执行案件的窗口已经迁到新楼。
"""


@pytest.fixture(scope="module")
def districts() -> KnowledgeBase:
    return KnowledgeBase.from_texts(list(DISTRICTS.values()), list(DISTRICTS))


def catalog(titles) -> Catalog:
    return Catalog.from_documents([Document(title, title, title) for title in titles])


@pytest.mark.parametrize("question", ["三个区里加装电梯完工最多的是哪个区？", "哪个区加装电梯完工最多？"])
def test_every_district_is_asked_which_has_most(districts, question):
    answer = districts.ask(question)
    assert all(figure in answer.text for figure in ("300台", "170台", "95台"))
    assert "东江区（300台）最高" in answer.text


def test_the_others_are_struck_from_each_districts_question():
    found = parts(understand("三个区里加装电梯完工最多的是哪个区？"), catalog(DISTRICTS))
    assert [part.question.text.split() for part in found] == [
        [district, "加装电梯完工多少"] for district in ("东江区", "北桥区", "西岭区")
    ]
    assert {part.question.kind for part in found} == {Kind.COMPARISON}


def test_what_stands_in_brackets_behind_a_name_is_of_it_alone():
    found = parts(understand("进博会上东江(第七届)和西岭(2023年)的成交额分别是多少？"), catalog(DISTRICTS))
    assert [part.question.years for part in found] == [frozenset(), frozenset({2023})]
    assert ["第七届" in part.question.folded for part in found] == [True, False]


def test_more_of_a_kind_than_can_be_told_side_by_side_are_not_taken_apart():
    titles = [f"{name}区2024年政府工作报告" for name in ("东江", "西岭", "北桥", "南塘", "中埠")]
    assert len(parts(understand("哪个区加装电梯最多？"), catalog(titles))) == 1


@pytest.mark.parametrize(("question", "told"), [("最多", "2484件"), ("最少", "987件")])
def test_the_sentence_of_the_highest_or_lowest_figure_comes_first(question, told):
    kb = KnowledgeBase.from_texts([COURT], ["云溪市法院2024年工作报告"])
    assert told in kb.ask(f"哪个法庭受理的民事案件{question}？").sentences[0].text


def test_a_plan_of_one_year_and_an_outcome_of_another():
    later, earlier = parts(understand("2024年收入目标增速和2023年实际增速各多少？"), catalog(DISTRICTS))
    assert (later.question.aspect, later.question.years) == (Aspect.PLAN, {2024})
    assert (earlier.question.aspect, earlier.question.years) == (Aspect.DONE, {2023})
    both = parts(understand("2023年和2024年的收入目标是多少？"), catalog(DISTRICTS))
    assert {part.question.aspect for part in both} == {Aspect.PLAN}


def test_an_outcome_is_not_read_into_a_word():
    assert len(parts(understand("2021年旧改征收了，打算征收多少户？"), catalog(DISTRICTS))) == 1


def test_cities_named_in_a_row_need_no_kind():
    asked = understand("巡展去了哪些城市？")
    assert not nothing_named(asked, "巡展到访开封、扬州、沧州和杭州。")
    assert nothing_named(asked, "全年外出巡展5个。")
    assert nothing_named(understand("巡展去了哪个城市？"), "巡展由书画、古印和青铜器组成。")


def test_a_sentence_with_grounds_tells_the_reason():
    told = "云送达：由系统匹配手机号码和地址，同步送达文书的平台。"
    why = "因为送达难拖延了审理，中院建立云送达平台，审理缩短17天。"
    kb = KnowledgeBase.from_texts([told, why], ["云溪中院名词解释", "云溪中院工作报告"])
    assert "因为送达难" in kb.ask("为什么要建立云送达平台？").text


def test_the_measures_go_on_through_their_paragraph():
    text = "加大加装电梯推进力度。积极回应居民呼声。搭建两组一中心，共同推进加装电梯。简化审批流程。"
    kb = KnowledgeBase.from_texts([text, "新建口袋公园两座。"], ["东江区工作报告", "西岭区工作报告"])
    answer = kb.ask("加装电梯是怎么推进的？")
    assert "两组一中心" in answer.text and "简化审批流程" in answer.text


def test_a_place_of_a_kind_that_no_title_names_is_foreign():
    kb = KnowledgeBase.from_texts(["审结破产案件143件，盘活土地1280亩。"], ["云溪市法院2024年工作报告"])
    assert kb.ask("审结破产案件多少件？").text.startswith("审结破产案件143件")
    assert kb.ask("青山县审结破产案件多少件？").abstained


def test_districts_are_held_against_each_other_by_what_they_did():
    texts = [
        "全社会固定资产投资总额突破360亿元，同比增长20%。2024年，全社会固定资产投资总额力争增长6%以上。",
        "全年固定资产投资总额达301.2亿元，增长12.2%。",
    ]
    kb = KnowledgeBase.from_texts(texts, ["东江区2024年政府工作报告", "西岭区2024年政府工作报告"])
    answer = kb.ask("哪个区的固定资产投资总额最大？")
    assert "360亿元" in answer.text and "301.2亿元" in answer.text


def test_a_plan_and_its_outcome_each_from_where_it_is_told():
    plan = "完成30万平方米美丽家园建设、68个小区雨污混接改造。"
    done = "2020年完成8个小区，建筑面积33万平方米美丽家园建设，居民对小区面貌给予了肯定。"
    kb = KnowledgeBase.from_texts([plan, done], ["东江区2020年重点工作", "东江区2020年工作情况汇编"])
    first, second = kb.ask("东江区美丽家园2020年计划多少面积、实际完成多少？").sentences
    assert "30万平方米" in first.text and "33万平方米" in second.text


FOUR = (
    "围绕排查、隔离两个环节，推出社区防控“五类、五化”工作法，发放指南16条，形成全市首个常态化经验。一是“五类”排查法。对来沪人员分类梳理。"
    "二是“五化”隔离法。对居家隔离人员实行规范化管理；提供人性化服务；落实法治化管理。三是其他做法。统一登记。"
)


def test_the_item_of_a_list_that_bears_the_name_is_told_with_what_follows_it():
    kb = KnowledgeBase.from_texts([FOUR, "新建口袋公园两座。"], ["疫情防控情况", "绿化情况"])
    told = kb.ask("社区隔离的“五化”是哪五化？").sentences[0].text
    assert told.startswith("二是“五化”隔离法。") and "法治化管理" in told and "三是" not in told


def test_a_list_goes_on_through_its_paragraph_as_far_as_there_is_room():
    text = "工作仍存在一些短板不足。主要是：经济回升的基础还不牢固。发展动能还不够强劲。旧改收尾还需加力。"
    kb = KnowledgeBase.from_texts([text, "新建口袋公园两座。"], ["东江区工作报告", "西岭区工作报告"])
    assert "旧改收尾还需加力" in kb.ask("工作仍存在哪些短板不足？").text


@pytest.mark.parametrize(
    ("question", "sentence", "named"),
    [
        ("对口支援哪几个县？", "对口支援和对口合作等各项工作取得积极成效。", False),
        ("对口支援哪几个县？", "对口支援玉龙县、永胜县。", True),
        ("哪家公司参与合作？", "同大陆集团合作建设联合体。", True),
        ("燕京是哪个城市的旧名？", "校名源自北京昔名燕京。", True),
        ("哪些人去工厂帮工？", "农忙时有不少乡亲去帮工。", True),
        ("省政府发言人是谁？", "省政府发言人霍格亚尼3日表示，路已修通。", True),
        ("反恐组主任是谁？", "反恐组主任阿育汉表示，路已修通。", True),
        ("院长是谁？", "医院是最大的中转站，院长是嘉悦三毅夫中将。", True),
        ("院长是谁？", "医院落实院长责任制，三大任务已完成。", False),
        ("院长是谁？", "床位增长为三成，在某些科室由护士管理。", False),
        ("第一届书记是谁？", "刘长青被选为第一届书记。", True),
    ],
)
def test_a_place_is_not_named_by_working_with_somebody(question, sentence, named):
    assert nothing_named(understand(question), sentence) is not named


def test_an_opinion_is_in_no_document(districts):
    assert districts.ask("你觉得哪个区加装电梯最多？").abstained


def test_households_are_counted_in_households():
    assert understand("旧改户数分别是多少？").unit == "户"
    assert understand("参训人数有多少？").unit == "人"


def test_a_list_announced_by_a_colon_is_told_by_the_paragraphs_after_it():
    text = """三、面临的问题

我区的生态环境保护工作仍面临一些困难和挑战，主要表现为：

（一）环境质量改善压力较大。区域降尘改善不明显，扬尘防治还不够精细，部分工地没有按要求落实抑尘措施。

（二）尚未形成监管合力。部门间的协调配合还不够紧密，有些问题得不到及时处理。

（三）宣传教育力度有待加强。全民参与的工作机制还亟待健全。

四、下一步工作

抓好专项执法，推动执法力量下沉。
"""
    kb = KnowledgeBase.from_texts([])
    kb.add(
        [Document("green", "东江区生态环境保护情况", text), Document("park", "西岭区绿化情况", "新建口袋公园两座。")]
    )
    answer = kb.ask("生态环境保护工作面临哪些困难和挑战？")
    assert [citation.quote[:3] for citation in answer.citations[1:]] == ["（一）", "（二）", "（三）"]
    assert "明显" not in answer.text


def test_districts_are_still_compared_where_one_has_two_sentences():
    texts = ["2023年，全区加装电梯完工300台，签约80台。全区加装电梯地图已经完成。", "加装电梯完工170台。"]
    kb = KnowledgeBase.from_texts(texts, ["东江区2024年政府工作报告", "西岭区2024年政府工作报告"])
    assert "东江区（300台）高于西岭区（170台）" in kb.ask("东江区和西岭区加装电梯完工哪个多？").text


def test_a_goal_and_the_outcome_of_the_year_before():
    plan, done = parts(understand("东江区2024年定的收入增长目标，跟上一年实际增速比差多少？"), catalog(DISTRICTS))
    assert (plan.question.aspect, plan.question.years) == (Aspect.PLAN, {2024})
    assert (done.question.aspect, done.question.years) == (Aspect.DONE, {2023})


def test_things_held_against_each_other_are_told_of_the_same_measure():
    texts = [
        "细颗粒物(PM2.5)年均浓度为34微克每立方米。",
        "全年种树5000棵，颗粒饲料产量2000吨。污染治理有力，PM2.5年均浓度为29微克每立方米。",
    ]
    kb = KnowledgeBase.from_texts(texts, ["东江区2021年环境公报", "东江区2023年环境公报"])
    answer = kb.ask("东江区细颗粒物2021年和2023年比是变好还是变差？")
    assert "34微克" in answer.text and "29微克" in answer.text
    assert [c.quote[c.key[0] - c.start : c.key[1] - c.start][:2] for c in answer.citations[:2] if c.key] == ["34", "29"]


@pytest.mark.parametrize(
    ("question", "things"),
    [
        ("东江区2023年财政收入和固定资产投资分别是多少？", ["东江区2023年财政收入", "固定资产投资"]),
        ("东江区甲厂和乙厂的产量各多少？", ["东江区甲厂", "乙厂"]),
        ("东江区2023年财政收入是多少？", []),
        ("东江区各类学校有多少所？", []),
    ],
)
def test_what_is_asked_of_several_things_with_one_word(question, things):
    assert [part.asks for part in side_by_side(understand(question), catalog(DISTRICTS))] == things


def test_several_measures_are_each_told_from_their_own_place():
    texts = ["全年财政收入154亿元，增长8%。", "全社会固定资产投资完成360亿元，增长20%。", "新建学校两所。"]
    kb = KnowledgeBase.from_texts(texts, ["东江区2023年公报"] * 3)
    answer = kb.ask("2023年财政收入和固定资产投资分别是多少？")
    assert "154亿元" in answer.text and "360亿元" in answer.text


def test_the_former_and_the_latter_are_named():
    asked = understand("东江区的水厂和医院都在帮西岭区：前者修了几座泵站，后者派了多少名医生？")
    first, second = in_turn(asked, catalog(DISTRICTS))
    assert "水厂" in first.question.text and "医院" not in first.question.text
    assert "东江医院" in second.question.text and "名医生" in second.question.text


def test_whether_something_is_so_is_asked_after_another_question():
    asked = understand("东江区展览馆建在哪里？对外开放了吗？")
    assert len(in_turn(asked, catalog(DISTRICTS))) == 2
    assert not in_turn(understand("行政复议的化解率，东江区到底是多少？"), catalog(DISTRICTS))


def test_a_document_of_others_answers_where_it_names_whom_it_is_about():
    texts = ["全县新增床位200张。", "全院对口支援青山县人民医院，派驻3名科主任。全院新增床位20张。"]
    kb = KnowledgeBase.from_texts(texts, ["青山县2023年公报", "云溪市第一人民医院2023年报告"])
    assert "3名科主任" in kb.ask("对口支援青山县人民医院派驻了几名科主任？").text


def test_a_body_named_for_a_place_is_of_it():
    found = catalog(["云溪市公交办法", "云溪水务集团有限公司年报", "青山县公报"]).forms
    assert found["云溪"].documents == {"云溪市公交办法", "云溪水务集团有限公司年报"}


@pytest.mark.parametrize(
    ("question", "line", "told"),
    [
        ("会议由谁主持？", "主持人:副市长 韩述平", True),
        ("报名业务找谁？", "业务咨询:市科技局项目科 陶立言 0587-6630452", True),
        ("念报告的区领导叫什么？", "东江区区长 吕鸣", True),
        ("会议由谁主持？", "记录:周可", False),
        ("会议由谁主持？", "主持会议的是副市长,会期两天。", False),
    ],
)
def test_a_line_gives_a_name_for_what_is_asked(question, line, told):
    assert labels(understand(question), line, {"主持", "业务"}) is told


def test_who_is_asked_for_is_told_by_the_line_that_names_them():
    texts = ["主持人：副市长　韩述平\n地点：三号会议室", "会议研究公交线路调整，主持召开论证会，市公交集团负责落实。"]
    kb = KnowledgeBase.from_texts(texts, ["云溪市公交专题会议纪要", "云溪市公交专题会议附件"])
    assert "韩述平" in kb.ask("公交专题会议由谁主持？").text


@pytest.mark.parametrize(
    ("told", "outright"),
    [
        ("费用回落主要得益于集采药品执行到位。", True),
        ("停招的理由是连续三年报名不足。", True),
        ("因此费用回落。", False),
        ("费用为279.6元,难以再降。", False),
    ],
)
def test_a_reason_is_given_outright(told, outright):
    assert gives_reason(told) is outright


def test_a_year_is_that_of_the_title_and_not_of_the_day_a_document_was_published():
    texts = [f"全年地区生产总值{figure}亿元，比上年增长4%。" for figure in ("186", "197")]
    documents = [
        Document(f"gdp-{year}", f"青山县{year}年统计公报", text, date=f"{year + 1}-03-28")
        for year, text in zip((2022, 2023), texts, strict=True)
    ]
    kb = KnowledgeBase.from_texts(["新建口袋公园两座。"], ["沙湾县公报"])
    kb.add(documents)
    assert "197亿元" in kb.ask("青山县2023年地区生产总值比2022年多了多少？").text


DONE_AND_PLANNED = {
    "东江区2025年政府工作报告": "2024年，全区加装电梯完工100台。",
    "西岭区2024年政府工作报告": "2023年，全区加装电梯签约140台、完工170台。2024年，要完成加装电梯155台。",
}


def test_a_plan_is_not_set_against_what_was_done_elsewhere():
    kb = KnowledgeBase.from_texts(list(DONE_AND_PLANNED.values()), list(DONE_AND_PLANNED))
    told = [sentence.text for sentence in kb.ask("东江区和西岭区2024年谁加装的电梯更多？").sentences]
    assert told[0].startswith("东江区：") and "100台" in told[0]
    assert told[1].startswith("西岭区（计划）：") and "155台" in told[1]
    assert len(told) == 2


def test_what_was_said_at_the_beginning_of_a_year_is_the_plan_and_what_came_of_it_the_outcome():
    texts = ["2023年，要完成口袋公园建设12座。", "2023年，建成口袋公园15座，居民出门就见绿。"]
    kb = KnowledgeBase.from_texts(texts, ["东江区2023年重点工作", "东江区2024年政府工作报告"])
    told = kb.ask("东江区2023年的口袋公园，年初说要建多少座，年底又建成了多少？").text
    assert "计划：" in told and "12座" in told and "实际：" in told and "15座" in told
    assert len(parts(understand("东江区的口袋公园计划什么时候建完？"), kb.snapshot.catalog)) == 1
    more = kb.ask("东江区口袋公园，2023年安排的比去年做完的多吗？")
    assert [part.question.years for part in parts(understand(more.question), kb.snapshot.catalog)] == [{2023}, {2022}]


def test_what_is_finished_is_compared_and_not_what_is_signed_for():
    kb = KnowledgeBase.from_texts(list(DONE_AND_PLANNED.values()), list(DONE_AND_PLANNED))
    assert "西岭区2023年（170台）高于东江区2024年（100台）" in kb.ask("东江区和西岭区谁加装的电梯更多？").text


def test_figures_of_different_years_say_so_where_no_year_is_asked_for():
    kb = KnowledgeBase.from_texts(list(DONE_AND_PLANNED.values()), list(DONE_AND_PLANNED))
    told = [sentence.text for sentence in kb.ask("东江区和西岭区谁加装的电梯更多？").sentences]
    assert told[0].startswith("东江区2024年：") and told[1].startswith("西岭区2023年：")


def test_figures_of_one_year_need_not_say_it(districts):
    told = [sentence.text for sentence in districts.ask("东江区和西岭区加装电梯完工哪个多？").sentences]
    assert told[0].startswith("东江区：") and told[1].startswith("西岭区：")
