"""Every reason that a reader gives for not taking a file has its Chinese."""

import ast
import inspect
from pathlib import Path

import pytest

import rag.reading
from rag import errors
from rag.reading.files import INSTEAD
from ui.reasons import chinese_reason

READERS = Path(rag.reading.__file__).parent
KINDS = {name for name, kind in vars(errors).items() if inspect.isclass(kind) and issubclass(kind, errors.ReadError)}


def said_by_readers():
    """The messages in the readers' source, with 7 in the place of whatever they name."""
    for path in sorted(READERS.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS and node.args:
                for text in ast.walk(node.args[0]):
                    if isinstance(text, ast.JoinedStr):
                        parts = [str(p.value) if isinstance(p, ast.Constant) else "7" for p in text.values]
                        yield pytest.param("".join(parts), id=f"{path.stem}-{node.lineno}")
                        break


@pytest.mark.parametrize("said", list(said_by_readers()))
def test_every_reason_has_its_chinese(said):
    if "7 7 without text" in said:  # a scanned PDF or one that is not: tested with real files
        said = "7 is a PDF without text (7 pages). 7"
    chinese = chinese_reason(said)
    assert chinese
    assert "\\" not in chinese


def test_what_is_named_stays():
    assert chinese_reason("a.doc: no reader for .doc. Expected one of .md .txt. " + INSTEAD[".doc"]) == (
        "不能读 .doc 文件；请另存为 .docx 再上传"
    )
    assert chinese_reason("扫描.pdf is a scanned PDF: its pages are pictures without text (3 pages). pip install…") == (
        "是扫描件（3 页），页面是图片，没有文字；请先做文字识别（OCR），或装上 youju[ocr]"
    )
    assert chinese_reason("another matter") is None
