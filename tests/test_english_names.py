"""Names of English sentences: those that the cited text holds, in either language, and the wrong ones."""

import pytest

from rag.llm.holding import Evidence, Verdict
from rag.text.english_names import holds_place, missing_names, places_named
from tests.test_llm_holding import source

STANDS = (Verdict.VERIFIED, Verdict.FOUND)

# What a span says; the name in it; names that are wrong in its place, a hyphen for each space.
ENGLISH = [
    ("Siemens opened three laboratories in the district in 2023.", "Siemens", "Bosch Apple Google Deloitte Huawei"),
    ("A deal with Baker McKenzie covers 12 projects.", "Baker McKenzie", "Clifford-Chance Baker-Tilly McKinsey"),
    ("In 2023 Bank of China lent 4.2 billion yuan.", "Bank of China", "Bank-of-Communications Citibank HSBC"),
    ("Tongji Hospital had 81,000 patients.", "Tongji Hospital", "Tongji-University Renji-Hospital Mayo-Clinic"),
    ("It set up 4 funds with Goldman Sachs.", "Goldman Sachs", "Morgan-Stanley JPMorgan Goldman-Brothers"),
    ("The plant of Tesla produced 950,000 cars in 2023.", "Tesla", "Toyota Volkswagen BYD BMW"),
    ("IBM and the district trained 2,400 engineers.", "IBM", "SAP Oracle Intel NEC"),
    ("Director John Whitfield opened the 14th meeting.", "John Whitfield", "John-Carter Mary-Whitfield Peter-Novak"),
    ("Of 50 cities the World Health Organization named it.", "World Health Organization", "World-Bank UNESCO FIFA"),
    ("Fudan University moved 6 institutes.", "Fudan University", "Fudan-Hospital Peking-University Tsinghua-Press"),
    ("Mayor Gong Zheng visited 9 communities in March 2024.", "Gong Zheng", "Chen-Jining Ying-Yong Li-Qiang"),
    ("China Mobile built 1,300 base stations.", "China Mobile", "China-Unicom China-Telecom Vodafone"),
    ("The park is run by L'Oréal with 42 partners.", "L'Oréal", "Unilever Shiseido Nestlé"),
    ("The eBay office created 220 jobs.", "eBay", "iQiyi Amazon PayPal"),
]
# The same in Chinese, and a faithful English sentence over it.
CHINESE = [
    ("2023年特斯拉工厂产车95万辆。", "In 2023 Tesla made 950,000 cars.", "Tesla", "Toyota Volkswagen BMW Siemens"),
    ("IBM与全区培训工程师2400人。", "IBM trained 2,400 engineers.", "IBM", "SAP Oracle Intel Microsoft"),
    (
        "同济医院收治8.1万人。",
        "Tongji Hospital had 81,000.",
        "Tongji Hospital",
        "Tongji-University Renji-Hospital Mayo-Clinic",
    ),
    (
        "复旦大学有6个研究所迁入。",
        "Fudan University moved 6 in.",
        "Fudan University",
        "Fudan-Hospital Oxford-University",
    ),
    ("与高盛设立基金5亿元。", "500 million yuan with Goldman Sachs.", "Goldman Sachs", "Morgan-Stanley HSBC Deloitte"),
    ("市长龚正走访9个社区。", "Mayor Gong Zheng visited 9.", "Gong Zheng", "Chen-Jining Ying-Yong Li-Qiang"),
    ("长宁区新增养老床位420张。", "Changning added 420 beds.", "Changning", "Hongkou Jing'an Putuo London"),
    ("诺基亚建成基站1300个。", "Nokia built 1,300 base stations.", "Nokia", "Ericsson Huawei Motorola Sony"),
    ("波音公司与30家企业签约。", "The company Boeing signed with 30 firms.", "Boeing", "Airbus Siemens COMAC"),
    ("全区地区生产总值增长5%。", "In the district GDP rose 5%.", "GDP", "CPI PMI FDI"),
]


def wrong(said, name, others):
    for other in others.split():
        yield said.replace(name, other.replace("-", " "))


ENGLISH_FAULTS = [(span, fault) for span, name, others in ENGLISH for fault in wrong(span, name, others)]
CHINESE_FAULTS = [(span, fault) for span, said, name, others in CHINESE for fault in wrong(said, name, others)]


@pytest.mark.parametrize(("span", "said"), [(e[0], e[0]) for e in ENGLISH] + [(c[0], c[1]) for c in CHINESE])
def test_the_right_name_stands(span, said):
    title = "Work report 2024" if span == said else "2024年政府工作报告"
    assert missing_names(said, span) == []
    assert Evidence([source(span, title=title, section="")]).hold(said, [1]).verdict in STANDS


def test_of_more_than_sixty_wrong_names_none_is_shown_as_verified():
    faults = ENGLISH_FAULTS + CHINESE_FAULTS
    assert len(faults) > 75
    assert [said for span, said in faults if not missing_names(said, span)] == []
    shown = [(said, Evidence([source(span, title="2024", section="")]).hold(said, [1])) for span, said in faults]
    assert [said for said, held in shown if held.verdict in STANDS] == []


SPAN = (
    "Siemens opened three plants in Yangpu; the World Health Organization (WHO) visited Germany. GDP rose 5% in 2023."
)


@pytest.mark.parametrize(
    "said",
    [
        "Three plants were opened by Siemens.",
        "According to the 2024 Government Work Report, Siemens' three plants opened in May.",
        "Altogether three plants were opened in Yangpu District.",
        "Residents of Yangpu saw three plants open.",
        "Plants opened: three, all of SIEMENS.",
        "The WHO visited, and so did German officials.",
        "World Health Organization officials visited.",
        "Gross domestic product rose 5%.",
        "The Siemens-built plants are in Yangpu.",
        "On Monday, 3 March 2023, it was said in China that GDP rose 5%.",
    ],
)
def test_what_is_no_other_name_is_left_alone(said):
    assert missing_names(said, SPAN) == []


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ("Bosch opened three plants.", ["bosch"]),
        ("Apple opened three plants.", ["apple"]),  # an ordinary word; what is said of it is said of another
        ("PWNED", ["pwned"]),
        ("French officials visited.", ["french"]),
        ("Siemens AG and Deloitte opened three plants.", ["ag", "deloitte"]),
        ("The World Trade Organization visited.", ["trade"]),
    ],
)
def test_the_missing_name_is_told(said, missing):
    assert missing_names(said, SPAN) == missing


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("How many lifts did Xuhui District install?", ["xuhui"]),
        ("What is traded with Japan?", ["japan"]),
        ("When did the Ministry of Commerce start?", []),
        ("How many lifts were there in March?", []),
        ("Name the bridges.", []),
    ],
)
def test_the_places_of_an_english_question(question, places):
    assert places_named(question) == places


def test_a_well_known_place_stands_as_it_is_known():
    assert holds_place("静安区新增养老床位", "jing'an")
    assert not holds_place("加强环境安全管理", "jing'an")
    assert holds_place("对日本出口增长5%", "japan")
    assert holds_place("国顺东路电力隧道", "guoshun")
