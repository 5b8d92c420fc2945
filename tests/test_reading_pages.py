"""Where a quote stands on the pages of a PDF: the words under its boxes are the quote's."""

import io
import re

import pytest

from rag.errors import DamagedFile
from rag.reading import read_bytes, split
from rag.reading.pages import find, leaf, picture
from tests.test_reading_formats import EXPECTED, pdf, table_pdf


def squashed(text):
    return re.sub(r"[\s\ufffe-]+", "", text)


def words_under(file, leaves):
    """What PDFium says stands inside the boxes."""
    import pypdfium2 as pdfium

    opened = pdfium.PdfDocument(file)
    out = []
    for found in leaves:
        page = opened[found.page - 1]
        width, height = page.get_size()
        text = page.get_textpage()
        for x, y, w, h in found.boxes:
            sides = (x * width + 0.5, (1 - y - h) * height, (x + w) * width - 0.5, (1 - y) * height)
            out.append(text.get_text_bounded(*sides))
    opened.close()
    return squashed("".join(out))


def placed(tmp_path, data):
    """The file, its paragraphs and the page each begins on."""
    file = tmp_path / "a.pdf"
    file.write_bytes(data)
    document = read_bytes(data, "a.pdf")
    return file, split(document)


@pytest.mark.parametrize("columns", [1, 2])
def test_every_clause_is_boxed_on_its_page(tmp_path, columns):
    file, paragraphs = placed(tmp_path, pdf(columns=columns))
    assert len(paragraphs) == len(EXPECTED)
    clauses = 0
    for p in paragraphs:
        for clause in re.findall(r"[^,。]+[,。]", p.text):
            leaves = find(file, clause, paragraph=p.text, page=p.page or 1)
            assert words_under(file, leaves) == squashed(clause)
            clauses += 1
    assert clauses == 4 + 4 + 4 + 5


def flowing():
    """Twenty-four numbered sentences in one paragraph, on two pages with a running head and foot."""
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    style = ParagraphStyle("body", fontName="STSong-Light", wordWrap="CJK", fontSize=11, leading=17)
    text = "".join(f"第{i}项工程今年全部完工,沿线居民反映良好,有关单位做好收尾。" for i in range(1, 25))

    def running(canvas, document):
        canvas.setFont("STSong-Light", 9)
        canvas.drawString(60, 380, "青溪区工程简报")
        canvas.drawString(200, 15, f"- {canvas.getPageNumber()} -")

    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=(420, 400), topMargin=40, bottomMargin=40).build(
        [Paragraph(text, style)], onFirstPage=running, onLaterPages=running
    )
    return out.getvalue()


def test_a_quote_over_the_end_of_a_page_is_boxed_on_both(tmp_path):
    file, (paragraph,) = placed(tmp_path, flowing())
    sentences = re.findall(r"[^。]+。", paragraph.text)
    found = [find(file, s, paragraph=paragraph.text, page=1) for s in sentences]
    assert [words_under(file, leaves) for leaves in found] == sentences
    pages = [[one.page for one in leaves] for leaves in found]
    assert pages.count([1, 2]) == 1
    assert pages == sorted(pages)


def test_the_second_of_two_alike_is_the_one_boxed(tmp_path):
    file, (paragraph,) = placed(tmp_path, flowing())
    first, second = (
        find(file, "沿线居民反映良好", paragraph=paragraph.text, page=1, before=n)[0].boxes[0] for n in (0, 1)
    )
    assert (second.y, second.x) > (first.y, first.x)


def turned(data, turn, crop):
    import pypdfium2 as pdfium

    opened = pdfium.PdfDocument(data)
    for page in opened:
        page.set_rotation(turn)
        if crop:
            page.set_cropbox(*crop)
    out = io.BytesIO()
    opened.save(out)
    opened.close()
    return out.getvalue()


@pytest.mark.parametrize(("turn", "crop"), [(90, None), (0, (50, 20, 420, 400)), (270, (50, 20, 420, 400))])
def test_boxes_follow_a_turned_or_cropped_page(tmp_path, turn, crop):
    """In the picture, most of the dark pixels of the first line's band lie inside its box."""
    from PIL import Image

    file, (paragraph,) = placed(tmp_path, turned(flowing(), turn, crop))
    (found,) = find(file, "第1项工程今年全部完工", paragraph=paragraph.text, page=1)
    image = Image.open(io.BytesIO(picture(file, page=1, width=800))).convert("L")
    assert image.width / image.height == pytest.approx(found.ratio, abs=0.01)
    (box,) = found.boxes
    area = (
        round(box.x * image.width),
        round(box.y * image.height),
        round((box.x + box.width) * image.width),
        round((box.y + box.height) * image.height),
    )
    inside = image.crop(area)
    dark = sum(inside.histogram()[:128]) / (inside.width * inside.height)
    assert 0.05 < dark < 0.6
    long, short = max(inside.size), min(inside.size)
    assert (long == inside.height) is bool(turn)
    assert 8 < long / short < 14  # eleven characters and a digit in a line


def test_the_row_of_a_table_is_found_by_its_cells(tmp_path):
    file, paragraphs = placed(tmp_path, table_pdf())
    rows = [find(file, p.text, paragraph=p.text, page=1) for p in paragraphs]
    assert [words_under(file, leaves) for leaves in rows] == ["云桥街道4.51.2", "石门街道8.02.4"]
    (length,) = find(file, "长度\uff1a8.0\uff0c", paragraph=paragraphs[1].text, page=1)
    assert words_under(file, [length]) == "8.0"


def test_words_that_are_not_there_are_boxed_nowhere(tmp_path):
    file, _ = placed(tmp_path, pdf())
    assert find(file, "月球基地建成", paragraph="月球基地建成", page=1) == []
    assert leaf(file, page=99)[:2] == (2, 2)


def test_pictures(tmp_path):
    file, _ = placed(tmp_path, pdf())
    assert picture(file, page=2).startswith(b"\x89PNG")
    with pytest.raises(IndexError):
        picture(file, page=3)
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 no more")
    with pytest.raises(DamagedFile):
        leaf(broken, page=1)
    with pytest.raises(DamagedFile):
        leaf(tmp_path / "gone.pdf", page=1)
