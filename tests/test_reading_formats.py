"""One text in every format, made by real writers, gives the same paragraphs; what cannot be read says why."""

import io
import struct
import zipfile
from collections.abc import Callable
from email.message import EmailMessage

import pytest

from rag.errors import DamagedFile, EmptyDocument, ReadError, UnsupportedFormat
from rag.knowledge_base import KnowledgeBase
from rag.reading import ocr, read_bytes, read_file, split

TITLE = "青溪区2031年绿道建设情况报告"
SECTIONS = [
    (
        "一、总体情况",
        [
            "2031年青溪区新建绿道12.5公里,总投资3.6亿元,沿线串联八个公园,居民步行十分钟可以到达最近的一处入口。",
            "全区绿道总长达到86公里,比上年增长17%,养护经费由区财政全额保障,日常巡查由各街道负责并每周公布一次结果。",
        ],
    ),
    (
        "二、主要做法",
        [
            "坚持先易后难,优先打通河滨断点23处,其中跨河步行桥4座、下穿通道6处,全部按期完工并向社会开放使用。",
            "坚持建管并重,设立绿道管理员126名,配备巡查电瓶车40辆,安装照明灯具2300盏,夜间巡查覆盖率达到九成。",
        ],
    ),
]
EXPECTED = [((head,), text) for head, texts in SECTIONS for text in texts]
HEADER = ["街道", "长度", "投资"]
ROWS = [["云桥街道", "4.5", "1.2"], ["石门街道", "8.0", "2.4"]]
EXPECTED_ROWS = [
    "街道\uff1a云桥街道\uff0c长度\uff1a4.5\uff0c投资\uff1a1.2。",
    "街道\uff1a石门街道\uff0c长度\uff1a8.0\uff0c投资\uff1a2.4。",
]


def plain() -> bytes:
    return "\n\n".join([TITLE, *(line for head, texts in SECTIONS for line in (head, *texts))]).encode()


def markdown() -> bytes:
    lines = [f"# {TITLE}", *(line for head, texts in SECTIONS for line in (f"## {head}", *texts))]
    return "\n\n".join(lines).encode()


def html() -> bytes:
    body = "".join(f"<h2>{head}</h2>" + "".join(f"<p>{text}</p>" for text in texts) for head, texts in SECTIONS)
    return f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1>{body}</body></html>".encode()


def word() -> bytes:
    from docx import Document

    file = Document()
    file.add_heading(TITLE, level=0)
    for head, texts in SECTIONS:
        file.add_heading(head, level=1)
        for text in texts:
            file.add_paragraph(text)
    return saved(file)


def slides() -> bytes:
    from pptx import Presentation

    file = Presentation()
    first = file.slides.add_slide(file.slide_layouts[0])
    first.shapes.title.text = TITLE
    for head, texts in SECTIONS:
        slide = file.slides.add_slide(file.slide_layouts[1])
        slide.shapes.title.text = head
        slide.placeholders[1].text = "\n".join(texts)
    return saved(file)


def mail() -> bytes:
    message = EmailMessage()
    message["Subject"] = TITLE
    message["From"] = "青溪区绿化局 <green@example.org>"
    message["Date"] = "Mon, 03 Feb 2031 09:00:00 +0800"
    message.set_content("\n\n".join(line for head, texts in SECTIONS for line in (head, *texts)), charset="gb18030")
    return message.as_bytes()


def pdf(*, columns: int = 1, password: str | None = None) -> bytes:
    from reportlab.lib.enums import TA_JUSTIFY
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    base = {"fontName": "STSong-Light", "wordWrap": "CJK"}
    body = ParagraphStyle("body", **base, fontSize=11, leading=17, firstLineIndent=22, alignment=TA_JUSTIFY)
    heading = ParagraphStyle("heading", **base, fontSize=14, leading=26)
    title = ParagraphStyle("title", **base, fontSize=20, leading=30)
    story = [Paragraph(TITLE, title)]
    for head, texts in SECTIONS:
        story.append(Paragraph(head, heading))
        story.extend(Paragraph(text, body) for text in texts)

    def running(canvas, document):
        canvas.setFont("STSong-Light", 9)
        canvas.drawString(60, A4[1] - 40, "青溪区绿化局 内部资料")
        canvas.drawCentredString(A4[0] / 2, 30, f"- {canvas.getPageNumber()} -")

    out = io.BytesIO()
    encrypt = StandardEncryption(password) if password else None
    file = BaseDocTemplate(out, pagesize=A4, encrypt=encrypt)
    height = 190 if columns == 1 else 420
    width = (A4[0] - 120 - (columns - 1) * 24) / columns
    frames = [
        Frame(60 + i * (width + 24), 700 - height, width, height, leftPadding=0, rightPadding=0) for i in range(columns)
    ]
    file.addPageTemplates(PageTemplate(frames=frames, onPage=running))
    file.build(story)
    return out.getvalue()


def saved(file) -> bytes:
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


MAKERS: dict[str, Callable[[], bytes]] = {
    "txt": plain,
    "md": markdown,
    "html": html,
    "docx": word,
    "pptx": slides,
    "eml": mail,
    "pdf": pdf,
}


@pytest.mark.parametrize("suffix", MAKERS)
def test_the_same_text_gives_the_same_paragraphs(suffix):
    read = read_bytes(MAKERS[suffix](), f"report.{suffix}")
    assert read.title == TITLE
    paragraphs = split(read)
    assert [(p.section, p.text) for p in paragraphs] == EXPECTED
    assert all(read.text[p.start : p.end] == p.text for p in paragraphs)


def test_pages_are_those_of_the_file():
    assert [p.page for p in split(read_bytes(slides(), "a.pptx"))] == [2, 2, 3, 3]
    assert [p.page for p in split(read_bytes(pdf(), "a.pdf"))] == [1, 1, 2, 2]


def test_two_columns_are_read_one_after_the_other():
    assert [(p.section, p.text) for p in split(read_bytes(pdf(columns=2), "a.pdf"))] == EXPECTED


def table_html() -> bytes:
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in [HEADER, *ROWS])
    return f"<table>{rows}</table>".encode()


def table_word() -> bytes:
    from docx import Document

    file = Document()
    table = file.add_table(rows=0, cols=3)
    for row in [HEADER, *ROWS]:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    return saved(file)


def table_excel() -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(HEADER)
    for name, length, money in ROWS:
        book.active.append([name, float(length), float(money)])
    for cell in (*book.active["B"], *book.active["C"]):
        cell.number_format = "0.0"
    return saved(book)


def table_slide() -> bytes:
    from pptx import Presentation
    from pptx.util import Inches

    file = Presentation()
    slide = file.slides.add_slide(file.slide_layouts[6])
    table = slide.shapes.add_table(3, 3, Inches(1), Inches(1), Inches(6), Inches(2)).table
    for i, row in enumerate([HEADER, *ROWS]):
        for j, text in enumerate(row):
            table.cell(i, j).text = text
    return saved(file)


def table_pdf() -> bytes:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import SimpleDocTemplate, Table

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    table = Table([HEADER, *ROWS], colWidths=[150, 100, 100], style=[("FONT", (0, 0), (-1, -1), "STSong-Light", 11)])
    SimpleDocTemplate(out).build([table])
    return out.getvalue()


def table_markdown() -> bytes:
    return "\n".join(f"| {' | '.join(row)} |" for row in [HEADER, ["---"] * 3, *ROWS]).encode()


def table_mail() -> bytes:
    message = EmailMessage()
    message["Subject"] = "table"
    message.set_content(table_html().decode(), subtype="html")
    return message.as_bytes()


TABLES: dict[str, Callable[[], bytes]] = {
    "md": table_markdown,
    "eml": table_mail,
    "html": table_html,
    "docx": table_word,
    "xlsx": table_excel,
    "csv": lambda: "\n".join(",".join(row) for row in [HEADER, *ROWS]).encode("gb18030"),
    "tsv": lambda: "\n".join("\t".join(row) for row in [HEADER, *ROWS]).encode("utf-16"),
    "pptx": table_slide,
    "pdf": table_pdf,
}


@pytest.mark.parametrize("suffix", TABLES)
def test_a_row_is_a_paragraph_with_the_names_of_its_columns(suffix):
    read = read_bytes(TABLES[suffix](), f"table.{suffix}")
    assert [p.text for p in split(read)] == EXPECTED_ROWS


def answered(makers, name, questions):
    """Of each format by itself: what is answered, and the quotes it stands on."""
    said = {}
    for suffix, make in makers.items():
        kb = KnowledgeBase.from_texts([])
        kb.add([read_bytes(make(), f"{name}.{suffix}")])
        answers = [kb.ask(question) for question in questions]
        said[suffix] = [(answer.text, [c.quote for c in answer.citations]) for answer in answers]
    return said


def test_the_same_text_gives_the_same_answers():
    questions = ["青溪区2031年新建绿道多少公里?", "设立绿道管理员多少名?"]
    said = answered(MAKERS, "report", questions)
    assert len(said) == 7
    first = said["txt"]
    assert [quotes for _, quotes in first] == [
        [SECTIONS[0][1][0]],
        [SECTIONS[1][1][1]],
    ]
    assert said == dict.fromkeys(said, first)


def test_the_same_table_gives_the_same_answers():
    said = answered(TABLES, "table", ["石门街道的投资是多少?", "云桥街道的长度是多少?"])
    assert len(said) == 9
    first = said["csv"]
    assert [quotes for _, quotes in first] == [[EXPECTED_ROWS[1]], [EXPECTED_ROWS[0]]]
    assert said == dict.fromkeys(said, first)


@pytest.mark.browser
def test_a_page_printed_by_chromium_reads_as_it_does_itself(chromium):
    """Another writer of PDF, with fonts cut down to what is used and words placed one by one."""
    page = chromium.new_page()
    page.set_content(html().decode())
    printed = read_bytes(page.pdf(format="A4"), "report.pdf")
    page.set_content(f"<style>td {{ padding: 0 40px; white-space: nowrap }}</style>{table_html().decode()}")
    table = read_bytes(page.pdf(format="A4"), "table.pdf")
    page.close()
    assert printed.title == TITLE
    assert [(p.section, p.text) for p in split(printed)] == EXPECTED
    assert [p.text for p in split(table)] == EXPECTED_ROWS


def test_a_sheet_as_offices_make_them():
    """Title over all columns, unit, a head of two rows, percents, a formula nobody calculated, a note, more sheets."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    for row in (
        ["青溪区财政收支表", None, None, None],
        ["单位:亿元", None, None, None],
        ["项目", "2030年", None, "增长"],
        ["项目", "预算", "决算", "增长"],
        ["收入", 100, 1234.5, 0.061],
        ["合计", "=SUM(B5:B5)", 1234.5, None],
        ["注:数据为初步统计。", None, None, None],
    ):
        sheet.append(row)
    for span in ("A1:D1", "A2:D2", "A3:A4", "B3:C3", "D3:D4", "A7:D7"):
        sheet.merge_cells(span)
    sheet["C5"].number_format = "#,##0.00"
    sheet["D5"].number_format = "0.0%"
    other = book.create_sheet("人员")
    other.append(["姓名", "到岗"])
    other.append(["林一川", None])
    hidden = book.create_sheet("草稿")
    hidden.append(["不显示", "不显示二"])
    hidden.sheet_state = "hidden"
    read = read_bytes(saved(book), "收支.xlsx")
    assert read.title == "青溪区财政收支表"
    colon, comma, unit = "\uff1a", "\uff0c", "\uff08亿元\uff09"
    assert [(p.section, p.text) for p in split(read)] == [
        (
            (),
            f"项目{colon}收入{comma}2030年 预算{unit}{colon}100{comma}"
            f"2030年 决算{unit}{colon}1,234.50{comma}增长{colon}6.1%。",
        ),
        (
            (),
            f"项目{colon}合计{comma}2030年 预算{unit}{colon}=SUM(B5:B5) (not calculated){comma}"
            f"2030年 决算{unit}{colon}1234.5。",
        ),
        ((), "注:数据为初步统计。"),
        (("人员",), f"姓名{colon}林一川。"),
    ]


def test_word_as_offices_write_it():
    """Numbers Word writes itself, an insertion, a deletion, a contents list, a foot note style, cells merged."""
    from docx import Document
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    file = Document()
    file.add_heading(TITLE, level=0)
    file.styles.add_style("TOC 1", 1)
    file.add_paragraph("总体情况\t1", style="TOC 1")
    numbered = file.add_paragraph("街道绿道建设全面铺开,二十个街道都有了自己的步行路线和休息点。", style="List Number")
    second = file.add_paragraph("街道之间的断点逐一打通,居民可以沿河一直走到城市的另一端。", style="List Number")
    assert numbered.style == second.style
    changed = file.add_paragraph("全年建成")
    changed._p.append(parse_xml(f"<w:ins {nsdecls('w')}><w:r><w:t>十二</w:t></w:r></w:ins>"))
    changed._p.append(parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>十</w:delText></w:r></w:del>"))
    changed.add_run("公里绿道,超过年初的计划,得到居民好评。")
    table = file.add_table(rows=3, cols=2)
    for i, row in enumerate([["街道", "长度(公里)"], ["云桥", "4"], ["", "5"]]):
        for j, text in enumerate(row):
            table.cell(i, j).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    colon, comma = "\uff1a", "\uff0c"
    assert [p.text for p in split(read_bytes(saved(file), "a.docx"))] == [
        "1. 街道绿道建设全面铺开,二十个街道都有了自己的步行路线和休息点。",
        "2. 街道之间的断点逐一打通,居民可以沿河一直走到城市的另一端。",
        "全年建成十二公里绿道,超过年初的计划,得到居民好评。",
        f"街道{colon}云桥{comma}长度(公里){colon}4。",
        f"街道{colon}云桥{comma}长度(公里){colon}5。",
    ]


def test_a_mail_brings_its_attachments(tmp_path):
    message = EmailMessage()
    message["Subject"] = "转发报告"
    message["Date"] = "Mon, 03 Feb 2031 09:00:00 +0800"
    message.set_content("请查收附件中的报告全文,有不明白的地方请来电。")
    message.add_attachment(plain(), maintype="text", subtype="plain", filename="../../报告.txt")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="a.png")
    message.add_attachment(plain(), maintype="text", subtype="plain", filename="报告.txt")
    message.add_attachment(zipped({"a.txt": plain()}), maintype="application", subtype="zip", filename="b.zip")
    (tmp_path / "mail.eml").write_bytes(message.as_bytes())
    outcomes = list(read_file(tmp_path / "mail.eml", root=tmp_path))
    assert [o.document.id if o.document else type(o.error) for o in outcomes] == [
        "mail",
        "mail/报告",
        UnsupportedFormat,
        "mail/报告.txt",
        ReadError,
    ]
    assert outcomes[0].document.date == "2031-02-03"
    assert outcomes[1].document.title == TITLE


def test_mails_within_mails_are_followed_to_a_depth(tmp_path):
    inner = plain()
    for depth in range(200):
        message = EmailMessage()
        message["Subject"] = f"第{depth}层"
        message.set_content("请看附件。")
        kind = ("application", "octet-stream")
        message.add_attachment(inner, *kind, cte="8bit", filename="内.eml" if depth else "内.txt")
        inner = message.as_bytes()
    (tmp_path / "deep.eml").write_bytes(inner)
    *read, last = read_file(tmp_path / "deep.eml", root=tmp_path)
    assert [o.document.id for o in read] == ["deep", "deep/内", "deep/内/内", "deep/内/内/内"]
    assert "too deep" in str(last.error)


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name, data)
    return out.getvalue()


def test_an_archive_gives_its_documents_and_writes_nothing(tmp_path):
    inner = {
        "报告/一.txt": plain(),
        "../../etc/x.md": markdown(),
        "b.docx": b"PK\x03\x04cut",
        "c.zip": b"",
        "d.png": b"x",
    }
    (tmp_path / "all.zip").write_bytes(zipped(inner))
    outcomes = list(read_file(tmp_path / "all.zip", root=tmp_path))
    assert [o.document.id if o.document else type(o.error) for o in outcomes] == [
        "all/报告/一",
        "all/etc/x",
        DamagedFile,
        ReadError,
        UnsupportedFormat,
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["all.zip"]


def test_names_packed_on_chinese_windows(tmp_path):
    data = zipped({"aaaa.txt": plain()}).replace(b"aaaa.txt", "报告".encode("gb18030") + b".txt")
    (tmp_path / "old.zip").write_bytes(data)
    assert [o.document.id for o in read_file(tmp_path / "old.zip", root=tmp_path)] == ["old/报告"]


def scanned() -> bytes:
    from PIL import Image
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawImage(ImageReader(Image.new("RGB", (50, 50))), 100, 100)
    canvas.save()
    return out.getvalue()


def test_a_scanned_page_is_read_where_recognition_is_installed(monkeypatch):
    """Lines as they were recognised on an A4 page: a numbered heading, a paragraph of two lines, a heading, another."""
    lines = [
        ocr.Line(61, 145, 646, 662, "一、总体情况"),
        ocr.Line(
            82, 526, 624, 637, "2031年青溪区新建绿道12.5公里,总投资3.6亿元,沿线串联八个公园,居民步行十分钟可以到达最近"
        ),
        ocr.Line(60, 131, 607, 620, "的一处入口。"),
        ocr.Line(61, 145, 552, 570, "二、主要做法"),
        ocr.Line(82, 400, 530, 541, "坚持先易后难,优先打通河滨断点23处。"),
    ]
    monkeypatch.setattr(ocr, "available", lambda: True)
    monkeypatch.setattr(ocr, "recognise", lambda page: lines)
    assert [(p.section, p.text) for p in split(read_bytes(scanned(), "a.pdf"))] == [
        (("一、总体情况",), lines[1].text + lines[2].text),
        (("二、主要做法",), lines[4].text),
    ]
    monkeypatch.setattr(ocr, "recognise", lambda page: [])
    with pytest.raises(EmptyDocument, match="recognition found none either"):
        read_bytes(scanned(), "a.pdf")


def bomb(inner: str) -> bytes:
    return zipped({inner: bytes(2**25)})


@pytest.mark.parametrize(
    ("name", "data", "error", "says"),
    [
        ("a.pdf", lambda: pdf(password="x"), ReadError, "encrypted"),
        ("a.pdf", scanned, EmptyDocument, r"scanned.*pip install 'youju\[ocr\]'"),
        ("a.pdf", lambda: pdf()[:600], DamagedFile, "cut off"),
        ("a.pdf", plain, DamagedFile, "not a PDF"),
        ("a.docx", lambda: word()[:5000], DamagedFile, "cut off"),
        ("a.docx", lambda: table_excel(), DamagedFile, "not a Word document"),
        ("a.docx", lambda: bomb("word/document.xml"), ReadError, "exhaust memory"),
        ("a.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ReadError, "password"),
        ("a.xlsx", lambda: bomb("xl/workbook.xml"), ReadError, "exhaust memory"),
        ("a.xlsx", lambda: zipped({"xl/workbook.xml": b"<x"}), DamagedFile, "cannot be opened"),
        ("a.pptx", lambda: slides()[:-100], DamagedFile, "cut off"),
        ("a.html", lambda: b"<script>1</script>", EmptyDocument, "without text"),
        ("a.eml", lambda: b"\n\nhello", DamagedFile, "not an e-mail"),
        ("a.csv", lambda: b",,,\n,,,\n", EmptyDocument, "empty"),
        ("a.zip", lambda: b"PK", ReadError, "several documents"),
    ],
)
def test_what_cannot_be_read_says_why(name, data, error, says, monkeypatch):
    monkeypatch.setattr(ocr, "available", lambda: False)
    with pytest.raises(error, match=says):
        read_bytes(data(), name)


def test_a_bomb_in_an_archive_is_told(tmp_path):
    (tmp_path / "bomb.zip").write_bytes(bomb("a.txt"))
    (outcome,) = read_file(tmp_path / "bomb.zip", root=tmp_path)
    assert "exhaust memory" in str(outcome.error)


def test_a_size_that_lies_is_not_believed(tmp_path):
    data = zipped({"a.txt": bytes(2**20)})
    lie = data.replace(struct.pack("<I", 2**20), struct.pack("<I", 10))
    (tmp_path / "lie.zip").write_bytes(lie)
    (outcome,) = read_file(tmp_path / "lie.zip", root=tmp_path, max_bytes=2**16)
    assert outcome.document is None
