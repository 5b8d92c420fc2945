"""How much is asked for, and what kind of name: rules over wordings, each with its counterpart."""

import pytest

from rag.questions import scope
from rag.questions.naming import name_missing
from rag.questions.question import understand
from rag.text.facts import counts, quantities, rewritten
from rag.text.matching import Matchable
from rag.text.measure import spelled_in_unit, unit_of


def test_shares_alone_tell_of_no_number() -> None:
    share = Matchable.from_text("星级宾馆营收增长7.3%")
    assert scope.contradicted(understand("How many star-rated hotels are there?"), share, share.folded, "")
    assert not scope.contradicted(understand("By how much did hotel revenue rise?"), share, share.folded, "")


def told(question: str, sentence: str) -> dict[str, float]:
    return dict(scope.features(understand(question), Matchable.from_text(sentence), sentence))


@pytest.mark.parametrize(
    ("feature", "question", "sentence", "value"),
    [
        ("stretch", "2024年全年的生产总值", "前三季度生产总值2379亿元", 1),
        ("stretch", "前三季度的生产总值", "前三季度生产总值2379亿元", -1),
        ("stretch", "gdp for the whole of 2024", "前三季度生产总值2379亿元", 1),
        ("stretch", "2024年的生产总值", "前三季度生产总值2379亿元", 0),
        ("so_far", "累计加装电梯多少台", "2024年新增加装电梯100台", 1),
        ("so_far", "累计加装电梯多少台", "累计加装电梯310台", -1),
        ("so_far", "加装电梯多少台", "累计加装电梯310台", 0),
        ("so_far", "how many lifts are there in total?", "another 100 lifts were added", 1),
        ("numbers_missing", "第六届进博会的成交额是多少?", "第七届进博会成交额3亿美元", 1),
        ("numbers_missing", "第七届进博会的成交额是多少?", "第七届进博会成交额3亿美元", 0),
        ("numbers_missing", "Who got the loan of 1.2 million yuan?", "渔业合作社贷款120万元", 0),
        ("numbers_missing", "Who got the loan of 1.2 million yuan?", "渔业合作社贷款150万元", 1),
        ("numbers_missing", "22号线和18号线哪个先开工?", "18号线已开工", 0.5),
        ("numbers_missing", "20号线哪天通车?", "2020年18号线建成通车", 1),
        ("share_for_count", "报警一共接了多少起?", "报警数量下降34.1%", 1),
        ("share_for_count", "报警一共接了多少起?", "2023年报警812起,下降34.1%", 0),
        ("share_for_count", "报警数量下降了百分之几?", "报警数量下降34.1%", 0),
        ("members_missing", "四个专栏分别叫什么?", "新开了“专区”等专栏", 0.5),
        ("members_missing", "哪四个专栏?", "新开了甲、乙、丙、丁专栏", 0),
        ("members_missing", "专栏是什么时候开的?", "新开了专栏", 0),
    ],
)
def test_as_much_is_told_as_is_asked(feature: str, question: str, sentence: str, value: float) -> None:
    assert told(question, sentence)[feature] == value


@pytest.mark.parametrize(
    ("question", "sentence", "rest", "other"),
    [
        ("2024年全年的生产总值是多少?", "前三季度生产总值2379亿元", "", True),
        ("2024年的生产总值是多少?", "前三季度生产总值2379亿元", "", False),
        ("单看2024年,筹措人才公寓多少套?", "累计筹措人才公寓4600套", "", True),
        ("2024年筹措人才公寓多少套?", "累计筹措人才公寓4600套", "", False),
        ("算上历年的,总部有多少家?", "新增总部7家", "", True),
        ("2024年新认定高新技术企业多少家?", "推动创新企业发展,高新技术企业突破200家", "", True),
        ("2024年新认定高新技术企业多少家?", "新认定31家,高新技术企业突破200家", "", False),
        ("2024年有高新技术企业多少家?", "推动创新企业发展,高新技术企业突破200家", "", False),
        ("第六届进博会的成交额是多少?", "第七届进博会成交额3亿美元", "", True),
        ("How many US dollars did the port take in?", "港口收入3亿元", "", True),
        ("How many US dollars did the port take in?", "港口收入3亿美元", "", False),
        ("How many yuan did the port take in?", "港口收入3亿元", "", False),
        ("第一届全国大赛拿了几枚奖牌?", "首届全国大赛获3枚奖牌", "", False),
        ("20号线哪天通车?", "2020年18号线通车", "", True),
        ("702街坊归哪里?", "710、702街坊位于老西门", "", False),
        ("第二中学有多少学生?", "第一中学有学生900人", "", True),
        ("区里医院有几位专家?", "23位区属医院专家", "", False),
        ("六大重点领域分别是什么?", "聚焦六大重点领域,开展整治", "", True),
        ("六大重点领域分别是什么?", "聚焦六大重点领域", "包括燃气、消防、交通、建筑、教育和文旅", False),
        ("六大重点领域有多少家企业?", "六大重点领域有企业900家", "", False),
        ("六大重点领域是哪6个?", "整治:围绕消防和生产,按方案,聚焦六大重点领域,突出环节及场所,开展排查", "", True),
        ("2023年上半年新设企业多少户?", "2023年新设企业8527户", "", True),
        ("2023年上半年新设企业多少户?", "1—6月新设企业4000户", "", False),
        ("2024年第一季度的生产总值是多少?", "前三季度生产总值2379亿元", "", True),
        ("完成第六次普查了吗?", "完成第五次普查", "", True),
        ("下一季度收入预计多少?", "收入预计1.12亿元", "", False),
        ("哪三方同意设立4个区?", "甲、乙和丙三方同意设立4个区", "", False),
        ("桥头里小区改造涉及多少幢楼?", "完成邮电新村、桥头里等9个小区改造,涉及118幢", "", True),
        ("桥头里等9个小区改造涉及多少幢楼?", "完成邮电新村、桥头里等9个小区改造,涉及118幢", "", False),
        ("58路公交撤销前要开通什么专线?", "41路撤销前先开通学生专线", "", True),
        ("1号龙窑是哪年烧造的?", "3号龙窑1276年烧造", "", True),
        ("光是河滨路12号这一处改造,多少户受益?", "河滨路12号等处改造,198户受益", "", True),
        ("河滨路12号等处改造,多少户受益?", "河滨路12号等处改造,198户受益", "", False),
        ("702街坊单独计算,居民多少户?", "710、702街坊居民合计约800户", "", True),
        ("2020年9月22日区长去了哪里?", "9月12日,区长赴山区调研", "", True),
        ("2020年9月22日区长去了哪里?", "9月22日,区长赴山区调研", "", False),
        ("东江完成第六次经济普查了吗?", "在东江区第三届代表大会第六次会议上。", "", True),
        ("东江完成第六次经济普查了吗?", "完成第六次全国经济普查。", "", False),
        ("智慧城市三期装多少个传感器?", "推进智慧城市二期建设,装传感器5652个。", "", True),
        ("第三期校舍何时完工?", "三期校舍2025年完工。", "", False),
        ("要建的四种政府是哪四种?", "目标是法治、创新、廉洁和服务型四种政府,要求务实。", "", False),
        ("要建的五种政府是哪五种?", "目标是法治、创新、廉洁和服务型五种政府,要求务实。", "", True),
        ("智慧城市三期装多少个传感器?", "推进智慧城市三期建设,装传感器5652个。", "", False),
    ],
)
def test_another_extent_is_beyond_doubt(question: str, sentence: str, rest: str, other: bool) -> None:
    assert scope.contradicted(understand(question), Matchable.from_text(sentence), sentence, rest) is other


@pytest.mark.parametrize(
    ("question", "near", "passage", "other"),
    [
        ("柳堤街道装了多少台电梯?", "全区加装电梯300台。", "全区加装电梯300台。", True),
        ("柳堤街道装了多少台电梯?", "柳堤加装电梯30台。", "柳堤加装电梯30台。", False),
        ("柳堤街道装了多少台电梯?", "加装电梯30台。", "柳堤街道有居民3万人。加装电梯30台。", False),
        ("柳堤街道装了多少台电梯?", "桐岭街道加装电梯30台。", "柳堤街道有居民3万人。桐岭街道加装电梯30台。", True),
        ("东江大学有几名院士?", "全区新增院士6名。", "全区新增院士6名。", True),
        ("东江大学有几名院士?", "东江新增院士6名。", "东江新增院士6名。", False),
        ("哪家公司的院士最多?", "全区新增院士6名。", "全区新增院士6名。", False),
        ("从街道往下的体系是什么?", "全区加装电梯300台。", "全区加装电梯300台。", False),
        ("两家互联网公司的装修何时完工?", "全区加装电梯300台。", "全区加装电梯300台。", False),
        ("东江要求医院守牢什么?", "全区加装电梯300台。", "全区加装电梯300台。", False),
        ("东湖公司装了多少台电梯?", "全区加装电梯300台。", "全区加装电梯300台。", True),
        ("哪个街道装的电梯最多?", "全区加装电梯300台。", "全区加装电梯300台。", False),
        ("帮扶了几个贫困县?", "帮扶三个县。", "帮扶三个县。", False),
        ("韦某被银行催债后做了什么?", "他变更联系方式。", "他变更联系方式。", False),
    ],
)
def test_what_holds_of_the_whole_is_not_told_of_a_part(question: str, near: str, passage: str, other: bool) -> None:
    assert scope.of_another_part(understand(question), near, passage) is other


@pytest.mark.parametrize(
    ("question", "sentence", "value"),
    [
        ("技术交易系统是哪家公司开发的?", "技术交易系统2020年上线", 1),
        ("技术交易系统是哪家公司开发的?", "技术交易系统由东方软件公司开发", -1),
        ("华东电力公司的系统是哪家公司开发的?", "华东电力公司的系统2020年上线", 1),  # its own name is no answer
        ("历史地块是哪家企业开发的?", "历史地块由中信泰富合作开发", -1),
        ("系统是哪一年上线的?", "系统2020年上线", 0),
        ("实验室的主任是谁?", "实验室落户本区", 1),
        ("实验室的主任是谁?", "实验室主任王小明作了介绍", -1),
        ("谁带队入驻了研究院?", "丘成桐院士带领的团队入驻", -1),
        ("which company developed the system?", "the system went online in 2020", 1),
        ("which company developed the system?", "the system was developed by eastsoft", -1),
    ],
)
def test_a_name_of_the_kind_asked_for_is_there_or_missing(question: str, sentence: str, value: float) -> None:
    assert name_missing(understand(question), sentence) == value


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("what was the unemployment rate in 2023?", "%"),
        ("what was the total construction cost of the tunnel?", "元"),
        ("what's the average price per square metre?", "元"),
        ("how many us dollars of foreign capital came in?", "元"),
        ("how many tourists came?", "人"),
        ("which district installed more lifts, dongjiang or xiling?", "台"),
        ("which district has more than 30 lifts?", ""),
        ("what did a day in one of the seven quarantine hotels cost?", "元"),
        ("what does a worker there earn a month?", "元"),
        ("what did the grants to the fishing villages come to?", "元"),
        ("what interest do the farmers pay?", "%"),
        ("总共来了多少求职者?", "人"),
        ("全区有多少员工?", "人"),
        ("平均租金几何,每月多少?", "元"),
        ("全区有多少家企业?", "家"),
        ("2024年的目标是多少?", ""),
        ("基金募了几个亿?", "元"),
        ("拿了几块奖牌?", "块"),
        ("票要几块钱?", "元"),
    ],
)
def test_the_unit_follows_from_what_is_asked_for(question: str, unit: str) -> None:
    assert unit_of(question) == unit


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("the 2024 list has 58 projects", ["58"]),
        ("2023年新增2000户", ["2000户"]),
        ("床位:2000", ["2000"]),
        ("3.精准施策,投入3.5亿元", ["3.5亿元"]),
        ("保屯路211弄改建,198户受益", ["198户"]),
        ("轨交19号线开工", []),
        ("轨交19、20号线开工,设3站", ["3站"]),
        ("1-11月新增3家", ["11月", "3家"]),
        ("升级4a级景区,新增5g基站30个", ["30个"]),
    ],
)
def test_years_addresses_and_numbers_of_items_count_nothing(text: str, figures: list[str]) -> None:
    assert [text[q.start : q.end].strip() for q in quantities(text) if counts(text, q)] == figures


def test_a_large_number_is_written_otherwise_in_the_other_language() -> None:
    assert rewritten("loans of 3.1 billion yuan to 811 firms", "zh") == {"3.1": ["31"]}
    assert rewritten("27000 homes", "zh") == {"27000": ["2.7"]}
    assert rewritten("为2.7万户居民发放31亿元", "en") == {"2.7": ["27000"], "31": ["3100", "3.1"]}


def test_what_homes_pay_is_not_what_shops_do() -> None:
    told = Matchable.from_text("居民阶梯水价:第一级每立方米2.15元;")
    assert scope.contradicted(understand("商业用水每立方米多少钱?"), told, told.folded, "")
    assert not scope.contradicted(understand("居民用水每立方米多少钱?"), told, told.folded, "")


def test_a_month_beside_a_share_counts_nothing() -> None:
    asked = understand("How many hotels are there in Dongjiang?")
    assert scope.contradicted(asked, Matchable.from_text("1-11月,宾馆入住率增长4.3%。"), "", "")
    assert not scope.contradicted(asked, Matchable.from_text("1-11月,宾馆46家,入住率增长4.3%。"), "", "")


def test_medals_are_counted_in_words() -> None:
    assert [slice(*span) for span in spelled_in_unit("块", "喜获一金二银,一个项目")] == [slice(2, 3), slice(4, 5)]
