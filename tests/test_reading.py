"""From bytes to paragraphs: encodings, headings, what is furniture, what belongs together."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import DamagedFile, EmptyDocument, ReadError, UnsupportedFormat
from rag.reading import LONGEST, read_bytes, read_path, split
from rag.types import Document

REPORT = """\
登录 | 注册
打印 分享
0/0

2031年云水市青溪区政府工作报告

——2031年1月9日在云水市青溪区第八届
人民代表大会第一次会议上

青溪区区长  林一川

各位代表:

现在,我代表青溪区人民政府,向大会报告政府工作,请予审议,并请各位委员提出意见。

一、2030年工作回顾

2030年是青溪区发展很不平凡的一年,全区上下齐心协力,完成了年初确定的目标任务。

(一)稳增长、促转型,经济运行持续向好。面对复杂形势,全区精准施策,主要指标好于预期,后劲进一步增强。

产业结构持续优化。全年地区生产总值增长5.6 %,新增重点企业120家,工业投资增长两成以上。

科创动能加快释放。新建实验室4个,引进领军人才33名,技术合同成交额达到18.5亿元。

营商环境日益改善聚焦企业办事难点,推出便民措施46条,平均办理时间缩短三分之一以上。

(二)惠民生、补短板,群众生活不断改善。全年用于民生的支出达到86亿元,占财政支出的八成。

就业形势总体稳定。新增就业岗位2.1万个,城镇登记失业率控制在3.2%以内。

住房条件明显改善。完成旧房改造1200户,新增保障住房900套,惠及居民四千余人。

国防动员、档案、地方志等工作取得新的进展,各项事业都在全面协调地向前发展。

各位代表,过去一年的成绩来之不易。我们也清醒地看到,前进路上还有不少困难和问题。

二、2031年工作安排

今年要重点做好以下两方面工作:

1.推进产业升级。加快建设两个产业园区,力争年内投产,带动上下游企业集聚发展。

2.加强城市管理。新建绿道12公里,改造老旧小区30个,完善垃圾分类收运体系。

名词解释

1、青溪绿道

指沿青溪河建设的连续步行道,全长12公里,分三期建成,串联八个公园。

2、“一件事”改革:把多个部门的手续合成一件事来办,群众只跑一次。

复制
搜索
返回顶部
"""


def sections(text: str, **attributes: str) -> list[tuple[str, str]]:
    """Section path and first ten characters of each paragraph."""
    read = Document("doc", "", text, attributes=attributes) if attributes else document(text)
    return [(" > ".join(p.section), p.text[:10]) for p in split(read)]


def document(text: str) -> Document:
    return read_bytes(text.encode(), "doc.txt")


def wide(text: str) -> str:
    """The text as it is printed in China: full-width punctuation."""
    return text.translate({ord(c): ord(c) + 0xFEE0 for c in ",:;()!?"})


@pytest.mark.parametrize("shape", [str, wide], ids=["half-width", "full-width"])
def test_a_report_saved_from_a_web_page(shape):
    read = read_bytes(shape(REPORT).encode(), "report.txt")
    assert (read.title, read.date) == ("2031年云水市青溪区政府工作报告", "2031-01-09")
    assert dict(read.attributes) == {
        "issuer": "青溪区",
        "period": "2030-2031",
        "language": "zh",
        "format": "plain",
        "file_type": "txt",
    }
    paragraphs = split(read)
    assert all(read.text[p.start : p.end] == p.text for p in paragraphs)
    review, plan = "一、2030年工作回顾", "二、2031年工作安排"
    economy, life = "(一)稳增长、促转型,经济运行持续向好", "(二)惠民生、补短板,群众生活不断改善"
    expected = [
        ((), "——2031年1月9"),
        ((), "现在,我代表青溪区人"),
        ((review,), "2030年是青溪区发"),
        ((review, economy), "(一)稳增长、促转型"),
        ((review, economy, "产业结构持续优化"), "产业结构持续优化。全"),
        ((review, economy, "科创动能加快释放"), "科创动能加快释放。新"),
        ((review, economy, "营商环境日益改善"), "营商环境日益改善聚焦"),
        ((review, life), "(二)惠民生、补短板"),
        ((review, life, "就业形势总体稳定"), "就业形势总体稳定。新"),
        ((review, life, "住房条件明显改善"), "住房条件明显改善。完"),
        ((review,), "国防动员、档案、地方"),
        ((review,), "各位代表,过去一年的"),
        ((plan,), "今年要重点做好以下两"),
        ((plan, "1.推进产业升级"), "1.推进产业升级。加"),
        ((plan, "2.加强城市管理"), "2.加强城市管理。新"),
        (("名词解释",), "1、青溪绿道\n\n指沿"),
        (("名词解释",), "2、“一件事”改革:"),
    ]
    assert [(p.section, p.text[:10]) for p in paragraphs] == [
        (tuple(map(shape, path)), shape(start)) for path, start in expected
    ]
    assert [p.id for p in paragraphs[:2]] == ["report#00001", "report#00002"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_encoding_gives_the_same_text(encoding):
    assert read_bytes(REPORT.encode(encoding), "report.txt").text == REPORT


def test_traditional_chinese_in_big5():
    text = "臺北市政府表示,這個計畫將在今年內完成,並且會對外說明經過。\n"
    assert read_bytes(text.encode("big5hkscs"), "a.txt").text == text


def test_line_ends_are_one_kind():
    assert read_bytes("甲。\r\n乙。\r丙。".encode(), "a.txt").text == "甲。\n乙。\n丙。"


def test_a_broken_byte_stays_visible():
    assert read_bytes(REPORT.encode() + b"\xe4\xb8", "a.txt").text == REPORT + "\\xe4\\xb8"


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (b"", EmptyDocument, "empty"),
        (b" \n\t\n", EmptyDocument, "empty"),
        (b"%PDF-1.7\n%...", DamagedFile, "a PDF"),
        (bytes(range(256)) * 40, DamagedFile, "not text"),
    ],
)
def test_what_is_not_text_says_so(data, error, says):
    with pytest.raises(error, match=says):
        read_bytes(data, "a.txt")


def test_an_unknown_format_says_what_to_do():
    with pytest.raises(UnsupportedFormat, match=r"Save it as \.docx"):
        read_bytes(b"x", "a.doc")


def test_a_file_that_cannot_be_opened(tmp_path):
    with pytest.raises(ReadError, match="does not exist"):
        read_path(tmp_path / "no.txt", root=tmp_path)
    large = tmp_path / "large.txt"
    large.write_bytes(b"x" * 2**20)
    with pytest.raises(ReadError, match="at most 0 MB"):
        read_path(large, root=tmp_path, max_bytes=1000)


def test_ids_are_paths_that_cannot_leave_the_folder(tmp_path):
    (tmp_path / "a").mkdir()
    for name in ("x.txt", "x.md", "x.html"):
        (tmp_path / "a" / name).write_text("<p>一段文字,写得清楚。</p>")
    ids = {name: read_path(tmp_path / "a" / name, root=tmp_path).id for name in ("x.txt", "x.md", "x.html")}
    assert ids == {"x.md": "a/x", "x.txt": "a/x.txt", "x.html": "a/x.html"}
    assert read_bytes("甲。".encode(), "../../x.txt").id == "x"
    assert read_bytes("甲。".encode(), "C:\\..\\y.txt").id == "C:/y"


def test_a_table_of_contents_names_the_chapters():
    text = """\
青溪区工作汇编

目  录

    1水利建设有力有效,河道面貌持续改善
    2、关于教育工作情况
    3、推进绿色发展,建设美丽家园

水利建设有力有效 河道面貌持续改善

2030年工作情况

一、河道整治

1.完成三条河道清淤。全年疏浚河道12公里,两岸居民出行更加方便。

2.加固堤防。加固堤防3公里,安装水位监测点18处,汛期安全度过。

2031年主要工作

继续推进水利建设,新开工泵站两座,力争汛期之前投入使用。

关于教育工作情况报告

2030年工作情况

新建学校四所,新增学位三千个,教师队伍不断充实,质量稳步提高。

推进绿色发展

建设美丽家园

2030年工作情况

全年植树两万株,建成公园五座,居民出门见绿,城市更加宜居宜业。
"""
    water, year = "水利建设有力有效 河道面貌持续改善", "2030年工作情况"
    assert sections(text) == [
        (f"{water} > {year} > 一、河道整治 > 1.完成三条河道清淤", "1.完成三条河道清淤"),
        (f"{water} > {year} > 一、河道整治 > 2.加固堤防", "2.加固堤防。加固堤"),
        (f"{water} > 2031年主要工作", "继续推进水利建设,新"),
        (f"关于教育工作情况报告 > {year}", "新建学校四所,新增学"),
        (f"推进绿色发展 建设美丽家园 > {year}", "全年植树两万株,建成"),
    ]


def test_a_table_that_lost_its_rules_is_one_paragraph():
    text = """\
附件1

2030年重大工程

一、新开工项目(3项)

其中,道路项目2项,学校项目1项,总面积约8万平方米,全部列入计划。

分类

序号

项目名称

道路项目(2项)

1

青溪大道

2

云水路、3街坊支路

学校项目(1项)

3

第二中学

二、建成项目(1项)

第一小学已经建成并投入使用,新增学位一千二百个,秋季开学。
"""
    paragraphs = split(document(text))
    annex, begun = "附件1 2030年重大工程", "一、新开工项目(3项)"
    assert [p.section for p in paragraphs] == [(annex, begun), (annex, begun), (annex, "二、建成项目(1项)")]
    cells = "分类 序号 项目名称 道路项目(2项) 1 青溪大道 2 云水路、3街坊支路 学校项目(1项) 3 第二中学"
    assert paragraphs[1].text.split() == cells.split()


def test_laws_keep_chapter_and_article():
    text = """\
青溪区绿道管理办法

第一章 总则

第一条 为了加强绿道管理,保障行人安全,制定本办法。

第二条 本办法适用于本区范围内的绿道。

前款所称绿道,是指沿河流和道路建设的步行道。

第二章 法律责任

第三条 有下列情形之一的,由区绿化部门责令改正:

(一)损坏绿道设施的;

(二)在绿道上停放车辆的。
"""
    assert sections(text) == [
        ("第一章 总则 > 第一条", "第一条 为了加强绿道"),
        ("第一章 总则 > 第二条", "第二条 本办法适用于"),
        ("第一章 总则 > 第二条", "前款所称绿道,是指沿"),
        ("第二章 法律责任 > 第三条", "第三条 有下列情形之"),
    ]
    assert split(document(text))[-1].text.split("\n\n")[1:] == ["(一)损坏绿道设施的;", "(二)在绿道上停放车辆的。"]


def test_a_notice_and_the_plan_it_issues():
    text = """\
青溪区人民政府办公室关于印发《青溪区绿道建设三年行动方案》的通知
青政办发〔2031〕12号
各街道办事处,区政府各部门:
《青溪区绿道建设三年行动方案》已经区政府同意,现印发给你们,请认真贯彻执行。
青溪区人民政府办公室
2031年3月5日
青溪区绿道建设三年行动方案
(2031—2033年)
为改善居民出行条件,根据市政府有关要求,结合本区实际,制定本方案。
一、主要目标
到2033年底,全区建成绿道120公里。具体目标如下:
1.2031年建成30公里;
2.2032年建成40公里。
二、保障措施
加强组织领导。成立领导小组,每季度召开一次会议,协调解决问题。
强化资金保障。区财政每年安排两亿元,专款专用,接受审计监督。
"""
    read = document(text)
    assert (read.date, read.attributes["period"]) == ("2031-03-05", "2031-2033")
    plan = "青溪区绿道建设三年行动方案"
    assert [(p.section, p.text.replace("\n", "/")[:12]) for p in split(read)] == [
        ((), "青政办发〔2031〕12号"[:12]),
        ((), "各街道办事处,区政府各部"),
        ((), "《青溪区绿道建设三年行动"),
        ((), "青溪区人民政府办公室/2"),
        ((plan,), "(2031—2033年)"),
        ((plan,), "为改善居民出行条件,根据"),
        ((plan, "一、主要目标"), "到2033年底,全区建成"),
        ((plan, "二、保障措施", "加强组织领导"), "加强组织领导。成立领导小"),
        ((plan, "二、保障措施", "强化资金保障"), "强化资金保障。区财政每年"),
    ]


def test_markdown_headings_lists_and_front_matter():
    text = """\
---
title: 青溪区统计公报
issuer: 青溪区统计局
date: 2031年3月2日
period: 2030年情况
---

# 青溪区统计公报

全区经济平稳运行,主要指标都完成了预期。

## 一、综合

### (一)人口

年末常住人口
六十八万人。

- 城镇五十万人,比上年末增加两万人,占全区人口的七成以上,比重逐年上升,城镇化水平持续提高。
- 乡村十八万人
- 流动人口三万人

## 二、农业

| 作物 | 产量 |
|---|---|
| 水稻 | 3万吨 |
"""
    read = read_bytes(text.encode(), "公报.md")
    assert (read.title, read.date, read.attributes["issuer"]) == ("青溪区统计公报", "2031-03-02", "青溪区统计局")
    assert read.attributes["period"] == "2030"
    people = ("一、综合", "(一)人口")
    assert [(p.section, p.text) for p in split(read)] == [
        ((), "全区经济平稳运行,主要指标都完成了预期。"),
        (people, "年末常住人口\n六十八万人。"),
        (people, "城镇五十万人,比上年末增加两万人,占全区人口的七成以上,比重逐年上升,城镇化水平持续提高。"),
        (people, "乡村十八万人\n- 流动人口三万人"),
        (("二、农业",), "作物\uff1a水稻\uff0c产量\uff1a3万吨。"),
    ]


def test_hard_wrapped_english_is_joined():
    text = """\
Annual Report of the River Board

1. Review of the year

The board repaired twelve kilometres of bank during the year and planted four
thousand trees along the southern reach, where the floods of the year before had
done the greatest damage to the path.

Two pumping stations came into service in May. They keep the lower town dry, and
their cost stayed within the estimate that the board had given in the last report.
"""
    assert [(p.section, p.text.split()[-1]) for p in split(document(text))] == [
        (("1. Review of the year",), "path."),
        (("1. Review of the year",), "report."),
    ]


def test_one_endless_line_is_cut_at_sentence_ends():
    text = "全区新建绿道十二公里,沿线居民出行更加方便。" * 2000
    paragraphs = split(document(text))
    assert "".join(p.text for p in paragraphs) == text
    assert {p.text[-1] for p in paragraphs} == {"。"}
    assert max(len(p.text) for p in paragraphs) <= LONGEST
    assert [len(p.text) for p in split(document("甲" * 2500))] == [1000, 1000, 500]


def test_short_texts_are_never_lost():
    assert sections("一般公共预算收入299.40亿元") == [("", "一般公共预算收入29")]
    assert sections("一、甲\n二、乙") == [("", "一、甲\n二、乙")]
    assert split(Document("doc", "", "\n\n")) == []
    assert sections("第一行。\n第二行。", format="passage") == [("", "第一行。\n第二行。")]


def test_pages_are_counted_from_form_feeds():
    text = "第一页的内容写在这里,一共一句话。\n\f第二页的内容写在这里,也是一句话。\f第三页。"
    assert [(p.page, p.text[:3]) for p in split(document(text))] == [(1, "第一页"), (2, "第二页"), (3, "第三页")]


PAGE = """\
<html><head><title>青溪区2031年绿道建设方案 - 青溪区人民政府</title>
<meta name="PubDate" content="2031-05-06 10:00"><meta name="ContentSource" content="青溪区绿化局">
<script>alert("一")</script></head><body>
<nav><a href="/">首页</a><a href="/x">新闻</a></nav>
<div class="left"><ul><li><a href="/1">相关链接一</a></li><li><a href="/2">相关链接二</a></li></ul></div>
<div id="zoom"><h1>青溪区2031年绿道建设方案</h1>
<h2>一、目标</h2><p style="text-indent:2em">全年建成绿道<b>12</b>公里&nbsp;以上,串联八个公园,方便居民出行。</p>
<p style="display:none">看不见的话。</p>
<h2>二、项目</h2><p>单位:公里</p>
<table><tr><th>项目</th><th>长度</th><th>备注</th></tr><tr><td rowspan="2">河滨段</td><td>5</td><td></td></tr>
<tr><td>3</td><td>分期<br>实施</td></tr></table></div>
<footer>版权所有 青溪区人民政府</footer><script>document.write("二")</script></body></html>
"""


def test_a_web_page_keeps_its_document_and_nothing_else():
    read = read_bytes(PAGE.encode("gb18030"), "page.html")
    assert (read.title, read.date, read.attributes["issuer"]) == (
        "青溪区2031年绿道建设方案",
        "2031-05-06",
        "青溪区绿化局",
    )
    assert [(p.section, p.text) for p in split(read)] == [
        (("一、目标",), "全年建成绿道12公里 以上,串联八个公园,方便居民出行。"),
        (("二、项目",), "单位:公里"),
        (("二、项目",), "项目\uff1a河滨段\uff0c长度\uff08公里\uff09\uff1a5。"),
        (("二、项目",), "项目\uff1a河滨段\uff0c长度\uff08公里\uff09\uff1a3\uff0c备注\uff1a分期 实施。"),
    ]


def test_script_in_a_title_is_gone():
    read = read_bytes(b"<title>A<script>alert(1)</script></title><p>Some text of the page.</p>", "a.html")
    assert (read.title, read.text) == ("Aalert(1)", "# Aalert(1)\n\nSome text of the page.\n")


def test_a_page_laid_out_with_tables():
    page = """<html><head><title>某局_某市政府网</title></head><body>
    <table><tr><td><a href="1">首页</a></td></tr>
    <tr><td><table><tr><td><p><b>关于做好防汛工作的通知</b></p>
    <p>发布日期:2031-06-02 浏览次数:12</p>
    <font>&nbsp;&nbsp;一、加强值守。各单位要落实二十四小时值班制度,发现险情立即报告。<br><br>
    &nbsp;&nbsp;二、备足物资。各仓库要清点沙袋、水泵,不足的月底前补齐。<br></font></td></tr></table></td></tr>
    <tr><td>版权所有 某市政府</td></tr></table></body></html>"""
    read = read_bytes(page.encode(), "a.html")
    assert (read.title, read.date) == ("关于做好防汛工作的通知", "2031-06-02")
    assert [(p.section, p.text[:4]) for p in split(read)][1:] == [
        (("一、加强值守",), "一、加强"),
        (("二、备足物资",), "二、备足"),
    ]


def test_a_page_nested_to_stall_the_parser():
    with pytest.raises(DamagedFile, match="2000 deep"):
        read_bytes(b"<div>" * 3000 + b"x", "a.html")


@pytest.fixture(scope="module")
def reports() -> Path:
    folder = os.environ.get("YOUJU_REPORTS")
    if not folder:
        pytest.skip("YOUJU_REPORTS names no folder with the real reports")
    return Path(folder)


@pytest.mark.reports
@pytest.mark.parametrize(
    ("name", "title", "date", "issuer", "period", "paragraphs"),
    [
        ("hongkou-2024-work-report", "2024年上海市虹口区政府工作报告", "2024-01-17", "虹口区", "2023-2024", 99),
        ("huangpu-2025-work-report", "2025年上海市黄浦区政府工作报告", "2025-01-08", "黄浦区", "2024-2025", 73),
        ("yangpu-2020-priorities", "2020年区委、区政府重点工作", "2020-05-13", "杨浦区", "2020", 27),
    ],
)
def test_real_reports_read_as_a_reader_would(reports, name, title, date, issuer, period, paragraphs):
    read = read_path(reports / f"{name}.txt", root=reports)
    found = split(read)
    assert (read.id, read.title, read.date) == (name, title, date)
    assert (read.attributes["issuer"], read.attributes["period"]) == (issuer, period)
    assert len(found) == paragraphs
    assert all(read.text[p.start : p.end] == p.text for p in found)


@pytest.mark.reports
def test_the_compilation_has_its_twelve_chapters(reports):
    found = split(read_path(reports / "yangpu-2020-2021-compilation.txt", root=reports))
    chapters = list(dict.fromkeys(p.section[0] for p in found))
    assert len(chapters) == 12
    assert chapters[0].startswith("疫情防控") and chapters[9].startswith("建设高质量教育体系 促进")
    parts = {p.section[1] for p in found if len(p.section) > 1}
    assert {"2020年工作情况", "2021年主要工作"} <= parts


_LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "",
                "一、总则",
                "(二)做法。全区上下共同努力,各项工作都有起色。",
                "3.推进改革",
                "4、5号街坊",
                "目录",
                "名词解释",
                "附件1",
                "# 标题",
                "- 项目",
                "| 甲 | 乙 |",
                "各位代表:",
                "首页 | 登录",
                "12",
                "\f",
                "第三条 应当",
                "---",
                "```",
                "全年完成投资三亿元,比上年增长一成。" * 4,
            ]
        ),
        st.text(max_size=60),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(_LINES, st.sampled_from(["plain", "markdown", "passage"]), st.text(max_size=10))
def test_whatever_the_text_paragraphs_are_pieces_of_it_in_order(lines, form, title):
    text = "\n".join(lines)
    paragraphs = split(Document("d", title, text, attributes={"format": form}))
    end = 0
    for p in paragraphs:
        assert text[p.start : p.end] == p.text
        assert end <= p.start < p.end
        assert p.text == p.text.strip()
        end = p.end
    assert paragraphs or not any(c.isalnum() for c in text)
