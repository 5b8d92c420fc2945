"""What must stand in a sentence for it to answer."""

import pytest

from embeddings import load_encoder
from embeddings.folding import fold
from rag import Document, KnowledgeBase
from rag.answers import confidence, wanted
from rag.answers.choosing import dates
from rag.answers.wanted import tail_of
from rag.answers.weighing import weigh
from rag.index.snapshot import Snapshot
from rag.questions.question import understand
from rag.reading import split
from rag.search import retrieval
from rag.search.asking import Asking
from rag.text.facts import spelled, years
from rag.text.matching import Matchable
from rag.text.measure import head_of, in_unit
from rag.text.paraphrasing import LEAST, paraphrases


def told(question: str, sentence: str, *, across: bool = False) -> dict[str, float]:
    document = Document("a", "东江区报告", sentence)
    snapshot = Snapshot.from_documents([document], encoder=load_encoder(), split=split)
    asking = Asking.from_question(understand(question), snapshot)
    return dict(wanted.features(asking, Matchable.from_text(sentence), "", across=across))


def test_the_thing_asked_for_stands_at_the_end_of_what_names_it() -> None:
    assert "月薪" in tail_of("平均月薪")
    assert tail_of("total cost of the tunnel") == ["cost"]
    assert tail_of("tonnes of blue mussels") == ["mussel"]
    assert tail_of("") == ()
    assert head_of("社区公园新建了几座?", "zh") == "社区公园"


@pytest.mark.parametrize(
    ("question", "sentence", "stands"),
    [
        ("新增岗位的平均月薪是多少?", "新增岗位3.9万个,平均月薪6200元", True),
        ("新增岗位的平均月薪是多少?", "新增岗位3.9万个,帮9267人找到工作", False),
    ],
)
def test_the_thing_asked_for_stands_in_the_sentence_or_not(question: str, sentence: str, stands: bool) -> None:
    assert told(question, sentence)["tail_sentence"] == float(stands)


def test_a_clause_that_names_what_is_asked_for_gives_no_figure() -> None:
    def without(question: str, sentence: str) -> bool:
        snapshot = Snapshot.from_documents([Document("a", "", sentence)], encoder=load_encoder(), split=split)
        asking = Asking.from_question(understand(question), snapshot)
        return wanted.told_without_figure(asking, Matchable.from_text(sentence))

    sentence = "教育满意度高于全市5个百分点,本科达线率创新高。"
    assert without("本科达线率是多少?", sentence)
    assert not without("教育满意度高多少?", sentence)
    assert not without("固定资产投资增长多少?", "完成固定资产投资310亿元,增长22.9%。")
    assert not without("本科达线率排第几?", sentence)
    assert not without("How many days a week may one work at home?", "One may work at home three days a week.")


def test_a_share_is_not_how_many_there_are() -> None:
    def as_share(question: str, sentence: str) -> bool:
        snapshot = Snapshot.from_documents([Document("a", "", sentence)], encoder=load_encoder(), split=split)
        asking = Asking.from_question(understand(question), snapshot)
        return wanted.told_as_share(asking, Matchable.from_text(sentence))

    assert as_share("破了多少刑事案件?", "刑事案件立案数下降11.9%。")
    assert as_share("刑事警情有多少起?", "刑事警情下降15.3%,电信诈骗发案203起。")
    assert not as_share("刑事警情有多少起?", "刑事警情下降15.3%,共203起。")
    assert not as_share("刑事警情下降了百分之几?", "刑事警情下降15.3%,电信诈骗发案203起。")


def test_what_counts_something_else_by_name_is_no_number_of_things() -> None:
    def another(question: str, sentence: str) -> bool:
        snapshot = Snapshot.from_documents([Document("a", "", sentence)], encoder=load_encoder(), split=split)
        asking = Asking.from_question(understand(question), snapshot)
        return wanted.counts_another(asking, Matchable.from_text(sentence), sentence)

    assert another("新增多少个就业岗位?", "办好就业服务,实施16项任务。")
    assert another("发布了多少个数据标准?", "打造数据集市,发布195个数据产品。")
    assert not another("发布了多少个数据标准?", "发布195个数据产品和3个数据标准。")
    assert not another("新增多少个就业岗位?", "办好就业服务,实施16项任务,新增岗位3900个。")  # told of
    assert another("帮多少名残疾人找到了工作?", "帮助782名失业青年就业。")
    assert not another("有几位老师评上了特级教师?", "15名教师获特级教师称号。")
    assert not another("有多少个事项可以在外地办?", "88个事项实现异地可办。")
    assert not another("有几项指标已经提前达标?", "25项主要指标完成良好,6项指标提前完成。")
    assert not another("新增多少个就业岗位?", "新增就业3900个。")  # by no other name
    assert not another("实施了多少项任务?", "办好就业服务,实施16项任务。")


def test_figures_that_count_other_things_answer_no_how_many_in_english() -> None:
    def uncounted(question: str, sentence: str) -> bool:
        snapshot = Snapshot.from_documents([Document("a", "", sentence)], encoder=load_encoder(), split=split)
        return wanted.uncounted(Asking.from_question(understand(question), snapshot), Matchable.from_text(sentence))

    signed = "225个重点项目签约,涉及总投资775亿元。"
    assert uncounted("How many jobs came from the key projects?", signed)
    assert uncounted("How many jobs came from the key projects?", "推进重点项目签约。")
    assert not uncounted("How many key projects were signed?", signed)
    assert not uncounted("How many jobs came from the key projects?", signed + "新增就业岗位3000个。")
    assert not uncounted("Why were the key projects signed?", signed)


def test_a_code_of_letters_and_figures_has_to_stand_in_the_text() -> None:
    def missing(question: str, text: str) -> bool:
        snapshot = Snapshot.from_documents([Document("a", "", text)], encoder=load_encoder(), split=split)
        return wanted.code_missing(Asking.from_question(understand(question), snapshot), text)

    assert missing("How many 6G base stations were built?", "建成5g基站449个")
    assert not missing("How many 5G base stations were built?", "建成5g基站449个")
    assert missing("What was the level of PM10?", "pm2.5浓度31微克")
    assert not missing("PM2.5平均浓度是多少?", "细颗粒物平均浓度29微克")
    assert not missing("每吨水泥的CO2排放是多少?", "每吨水泥排放二氧化碳592千克")
    assert missing("东江6G基站有多少座?", "建成5g基站449个") and not missing("东江5G基站有多少座?", "建成5g基站449个")
    assert not missing("开通多少班次?6G基站有多少座?", "开通班次30趟")  # one of the two may be answered
    assert not missing("What was built by the 1st of May, at 3pm, for 20m yuan?", "建成基站449个")


def test_what_was_done_to_a_thing_has_to_be_told() -> None:
    def nothing(question: str, text: str) -> bool:
        snapshot = Snapshot.from_documents([Document("a", "", text)], encoder=load_encoder(), split=split)
        return wanted.suffered_nothing(Asking.from_question(understand(question), snapshot), text)

    assert nothing("被退回的建议有多少件?", "办理建议128件。")
    assert not nothing("被退回的建议有多少件?", "办理建议128件,退回3件。")
    assert not nothing("被评为示范的小区有几个?", "示范小区3个。")
    assert nothing("保租房空置了多少套?", "筹措保租房2822套、供应2496套。")
    assert not nothing("保租房供应了多少套?", "筹措保租房2822套、供应2496套。")
    assert nothing("确诊的病人,治愈了几个?", "全区9例患者均在发热门诊确诊。")
    assert nothing("辞职的教师有多少?", "15名教师获特级教师称号。")
    assert nothing("有多少海外人才离开?", "引进海外人才812人。")
    assert not nothing("有多少海外人才离开?", "引进海外人才812人,离开3人。")
    assert nothing("关了几个公园?", "新建公园3个。")
    assert not nothing("关了几个公园?", "新建公园3个,关闭1个。")


def test_how_many_wants_a_figure_of_a_chinese_sentence() -> None:
    def uncounted(question: str, sentence: str) -> bool:
        snapshot = Snapshot.from_documents([Document("a", "", sentence)], encoder=load_encoder(), split=split)
        return wanted.uncounted(Asking.from_question(understand(question), snapshot), Matchable.from_text(sentence))

    assert uncounted("How many data products will there be?", "鼓励举办品牌产品发布会。")
    assert not uncounted("How many data products will there be?", "发布195个数据产品。")
    assert not uncounted("Which data products will there be?", "鼓励举办品牌产品发布会。")


def test_the_things_an_english_question_counts_are_named_or_not() -> None:
    def missing(question: str, sentence: str) -> bool:
        snapshot = Snapshot.from_documents([Document("a", "", sentence)], encoder=load_encoder(), split=split)
        asking = Asking.from_question(understand(question), snapshot)
        return wanted.things_missing(asking, asking.asked.matched(Matchable.from_text(sentence)))

    assert missing("How many tickets were sold?", "全年靠泊邮轮32艘次。")
    assert not missing("How many cruise ships called?", "全年靠泊邮轮32艘次。")
    assert not missing("How many times was help given?", "全年帮扶32人次。")


def test_a_figure_of_what_the_text_does_not_speak_of_is_none_of_it() -> None:
    def unmeasured(question: str, sentence: str, *, across: bool) -> bool:
        snapshot = Snapshot.from_documents([Document("a", "", sentence)], encoder=load_encoder(), split=split)
        return wanted.unmeasured(Asking.from_question(understand(question), snapshot), fold(sentence), across=across)

    people = "What was the population of Dongjiang?"
    assert unmeasured(people, "Renewal benefited 4,500 households in Dongjiang.", across=False)
    assert not unmeasured(people, "Dongjiang's population was 850,000.", across=False)
    assert unmeasured(people, "旧改受益居民4500户", across=True)
    assert not unmeasured(people, "户籍人口85万人", across=True)
    assert not unmeasured("What did Dongjiang build?", "Dongjiang built a school.", across=False)


def test_who_did_it_wants_the_deed() -> None:
    def missing(question: str, sentence: str) -> bool:
        snapshot = Snapshot.from_documents([Document("a", "", sentence)], encoder=load_encoder(), split=split)
        return wanted.deed_missing(Asking.from_question(understand(question), snapshot), fold(sentence))

    assert missing("河滨书院由谁施工?", "河滨书院开工,与美院合作。")
    assert not missing("河滨书院由谁施工?", "河滨书院由东江建工施工。")
    assert not missing("河滨书院是哪家公司运营的?", "河滨书院由东江文化公司经营。")  # another word for it
    assert not missing("河滨书院在哪里?", "河滨书院位于河滨路。")


def test_a_translation_stands_for_the_thing_asked_for() -> None:
    assert told("What was the population?", "户籍人口85万人", across=True)["tail"] > 0.5
    assert told("What was the population?", "一般公共预算收入85亿元", across=True)["tail"] == 0
    assert told("What was the GDP growth rate?", "新设企业8527户,增速居第一", across=True)["tail"] == 0


def test_paraphrases_come_back_from_the_other_language() -> None:
    elderly, made_up = paraphrases(["老人", "鑫鑫鑫"])
    assert elderly["老年"] >= LEAST
    assert "老人" not in elderly
    assert made_up == {}


def test_years_within_a_stretch_of_years_are_spoken_of() -> None:
    assert years("2019至2021年的规划") == {2019, 2020, 2021}
    assert years("from 2019 to 2021") == {2019, 2020, 2021}
    assert years("2019年和2021年") == {2019, 2021}


def test_a_year_may_end_a_sentence_and_is_no_decimal() -> None:
    assert years("the aim is 40 percent by 2027.") == {2027}
    assert years("2027.5 hectares") == set()


def test_numbers_in_english_words_are_figures() -> None:
    told = [(str(figure.value), figure.unit) for figure in spelled("ninety-one percent, two hundred pages, one man")]
    assert told == [("91", "%"), ("200", "")]
    assert [figure.value for figure in Matchable.from_text("Eighty-six trees and 3 ponds").figures] == [3, 86]


def test_a_cell_of_a_table_is_in_the_unit_of_its_column() -> None:
    assert in_unit("元", "街道:石门街道,投资:2.4。", 11, 14)
    assert not in_unit("元", "石门街道投资项目:2.4个", 9, 12)


def test_an_abbreviation_stands_there_or_what_it_is_short_for() -> None:
    def missing(question: str, sentence: str) -> bool:
        snapshot = Snapshot.from_documents([Document("a", "", sentence)], encoder=load_encoder(), split=split)
        return wanted.abbreviation_missing(Asking.from_question(understand(question), snapshot), sentence)

    assert missing("东江区的CPI目标是多少?", "地区生产总值增长5%以上。")
    assert not missing("东江区的CPI目标是多少?", "居民消费价格指数涨幅2%左右。")
    assert not missing("东江区的GDP目标是多少?", "地区生产总值增长5%以上。")
    assert not missing("东江区的X9目标是多少?", "地区生产总值增长5%以上。")  # nobody knows what that is short for


def test_a_thing_with_a_short_name_is_heard_of_or_not() -> None:
    def unheard(question: str, text: str) -> bool:
        snapshot = Snapshot.from_documents([Document("a", "", text)], encoder=load_encoder(), split=split)
        return wanted.thing_unheard(Asking.from_question(understand(question), snapshot), text)

    assert unheard("竞技场有多少座位?", "竞技场开展比赛117场。")
    assert not unheard("竞技场有多少座位?", "竞技场设座位3000个。")
    assert not unheard("竞技场让多少居民得了实惠?", "竞技场开展比赛117场。")  # no name


def test_how_often_is_told_by_a_stretch_that_comes_again() -> None:
    question = understand("常务会议多久学法一次?")
    assert not dates(question, "2020年组织学法4次。")
    assert ["每季度安排1次学法。"[slice(*span)] for span in dates(question, "每季度安排1次学法。")] == ["每季度"]
    assert dates(understand("常务会议哪年开始学法?"), "2020年组织学法4次。")


def test_a_year_of_a_plan_or_a_comparison_is_not_the_one_a_sentence_is_about() -> None:
    def refused(question: str, text: str) -> bool:
        kb = KnowledgeBase.from_texts([text, "其他工作有序推进。"], ["东江区2023年工作报告"] * 2)
        asking = Asking.from_question(understand(question), kb.snapshot)
        hits = retrieval.find(kb.snapshot, asking)
        candidates = weigh(kb.snapshot, asking, hits)
        named = confidence.features(asking, hits, candidates)
        return confidence.ruled_out(asking, hits, candidates, named)

    scanned = "2023年东江博物馆扫描了多少件藏品?"
    assert not refused(scanned, "博物馆扫描藏品6120件,计划2026年全部完成扫描。")
    assert not refused(scanned, "博物馆扫描藏品6120件,2022年为4000件。")
    assert refused(scanned, "博物馆计划2026年扫描藏品6120件。")
    assert refused(scanned, "2021年博物馆扫描藏品6120件。")
