"""Lists that a colon announces: headings, numbered paragraphs, or the clauses of one sentence."""

from rag import KnowledgeBase
from rag.reading import read_bytes

PLAN = """# 云溪镇2024年工作安排

## 一、目标

今年要抓好以下三方面工作：

### （一）稳住产业，留住企业

全年新引进企业12家。

### （二）修好道路，方便出行

新修村道9公里。

### （三）办好学校，方便入学

新开一所幼儿园。

## 二、公交

会议同意对线路作如下调整：

撤销2路、5路；

新开11路，票价1元；

延长7路至南门。

下月起实行。
"""


def base() -> KnowledgeBase:
    kb = KnowledgeBase.from_texts([], [])
    other = "# 沙湾镇2024年工作安排\n\n全年新建口袋公园两座。\n"
    kb.add([read_bytes(text.encode(), f"{name}.md") for name, text in (("yunxi", PLAN), ("shawan", other))])
    return kb


def test_headings_after_an_announcement_are_its_items():
    answer = base().ask("云溪镇2024年要抓好哪三方面工作？")
    assert answer.text.splitlines()[1:] == [
        "（一）稳住产业，留住企业[2]",
        "（二）修好道路，方便出行[3]",
        "（三）办好学校，方便入学[4]",
    ]
    assert answer.citations[1].quote == "全年新引进企业12家。"


def test_paragraphs_that_make_up_one_sentence_are_told_to_its_end():
    text = base().ask("云溪镇公交线路作了哪些调整？").text
    assert "撤销2路" in text and "延长7路" in text and "下月" not in text
