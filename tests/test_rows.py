"""What tables answer: a cell, the row that has most, what missed its goal, several rows named, all of them."""

import pytest

from rag import KnowledgeBase
from rag.answers.rows import Row, named_rows, numbered, ordered, row_of, rows_with, table_of
from rag.reading import read_bytes

REPORT = """# 云溪镇2023年工作报告

## 一、支出

全年支出按项目列示如下。

| 支出项目 | 金额（万元） | 占比（%） | 牵头部门 |
|---|---|---|---|
| 道路养护 | 320.5 | 18.2 | 建管所 |
| 乡村图书室 | 812.4 | 46.1 | 文化站 |
| 河道清淤 | 402.0 | 22.8 | 建管所 |
| 老年食堂 | 227.1 | 12.9 | 民政办 |

## 二、实事

| 序号 | 实事 | 目标 | 完成 |
|---|---|---|---|
| 1 | 新建凉亭 | 12座 | 9座 |
| 2 | 改造厕所 | 20座 | 26座 |
| 3 | 栽种行道树 | 300棵 | 300棵 |

## 三、医疗

| 指标 | 2021年 | 2022年 | 2023年 |
|---|---|---|---|
| 门诊人次（万） | 3.1 | 2.8 | 3.6 |
| 住院均次费用（元） | 8120 | 7964 | 7705 |

## 四、班子

镇里设四个工作专班：

| 专班 | 组长单位 |
|---|---|
| 防汛专班 | 水利站 |
| 招商专班 | 经发办 |
| 征迁专班 | 建管所 |
| 信访专班 | 综治办 |
"""


OTHER = "# 沙湾镇2023年工作报告\n\n全年新建口袋公园两座，接待游客3.1万人次。\n"


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    base = KnowledgeBase.from_texts([], [])
    base.add([read_bytes(text.encode(), f"{name}.md") for name, text in (("yunxi", REPORT), ("shawan", OTHER))])
    return base


def table(kb: KnowledgeBase, said: str) -> list[Row]:
    """The table that has a row with these words."""
    snapshot = kb.snapshot
    passages = [snapshot.passage_of(paragraph) for paragraph in snapshot.paragraphs]
    row = next(row for p in passages if said in p.paragraph.text if (row := row_of(p, 0)) is not None)
    return list(table_of(snapshot, row))


def marked(kb: KnowledgeBase, question: str) -> list[str]:
    """The figures that the citations mark."""
    cited = [c for c in kb.ask(question).citations if c.key is not None]
    return [c.quote[c.key[0] - c.start : c.key[1] - c.start] for c in cited if c.key is not None]


def test_the_rows_of_a_table_are_found_from_any_of_them(kb):
    rows = table(kb, "河道清淤")
    assert [row.name for row in rows] == ["道路养护", "乡村图书室", "河道清淤", "老年食堂"]
    assert numbered(rows) == ["金额(万元)", "占比(%)"]
    assert [row.name for row in ordered(rows, "金额(万元)", most=False)][:2] == ["老年食堂", "道路养护"]


def test_prose_with_a_colon_is_no_table(kb):
    base = KnowledgeBase.from_texts(
        ["会议指出，成效有三：一是路通了，二是水清了。\n会议要求，任务有二：先修桥，后修路。"]
    )
    passages = [base.snapshot.passage_of(paragraph) for paragraph in base.snapshot.paragraphs]
    rows = [row for p in passages for i in range(len(p.sentences)) if (row := row_of(p, i)) is not None]
    assert all(not table_of(base.snapshot, row) for row in rows)


def test_rows_are_named_by_their_name_or_chosen_by_what_else_they_say(kb):
    rows = table(kb, "河道清淤")
    assert [row.name for row in named_rows(rows, "河道清淤和老年食堂各花了多少")] == ["河道清淤", "老年食堂"]
    assert [row.name for row in rows_with(rows, "建管所牵头的项目有哪些")] == ["道路养护", "河道清淤"]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("云溪镇哪个支出项目花的钱最多？", "乡村图书室"),
        ("云溪镇花钱最少的支出项目是哪个？", "老年食堂"),
        ("云溪镇占比最高的支出项目是哪个？", "乡村图书室"),
    ],
)
def test_the_row_that_has_most_is_told(kb, question, told):
    answer = kb.ask(question)
    assert told in answer.text.splitlines()[0]
    assert answer.text.count("支出项目") == 1


def test_the_first_of_a_table_are_told_in_order(kb):
    lines = kb.ask("云溪镇支出金额前两名的项目是哪些？").text.splitlines()
    assert [name in line for name, line in zip(("乡村图书室", "河道清淤"), lines, strict=True)] == [True, True]


def test_a_kind_that_a_table_does_not_have_is_not_chosen_from_it(kb):
    assert "乡村图书室" not in kb.ask("云溪镇哪个企业花的钱最多？").text


def test_the_figure_of_the_year_asked_for_is_marked(kb):
    assert marked(kb, "云溪镇2022年门诊人次多少？")[0] == "2.8"
    assert marked(kb, "云溪镇2023年住院均次费用是多少元？")[0] == "7705"


def test_what_missed_its_goal_and_what_passed_it(kb):
    missed = kb.ask("云溪镇2023年的实事里哪几件没完成目标？").text
    assert "新建凉亭" in missed and "行道树" not in missed and "厕所" not in missed
    assert "改造厕所" in kb.ask("云溪镇2023年哪些实事超额完成了？").text


def test_a_row_with_goal_and_outcome_tells_both_at_once(kb):
    answer = kb.ask("云溪镇2023年新建凉亭的目标和实际完成各是多少座？")
    assert answer.text.startswith("计划、实际：") and "12座" in answer.text and "9座" in answer.text


def test_several_rows_that_are_named_are_told_together(kb):
    assert marked(kb, "云溪镇河道清淤和老年食堂的支出金额分别是多少？") == ["402.0", "227.1"]


def test_a_list_that_a_table_tells_is_told_whole_after_what_announces_it(kb):
    text = kb.ask("云溪镇设了哪些工作专班？").text
    assert text.startswith("镇里设四个工作专班") and text.count("专班：") >= 4 and "信访专班" in text
