"""A conversation with its citations as a file to take away: Markdown or Word."""

import base64
import io
import re
from collections.abc import Callable, Sequence
from typing import Literal
from zipfile import ZIP_DEFLATED, ZipFile

import gradio as gr

from rag.errors import UnknownDocument
from rag.types import Citation, Document
from ui.knowledge import Library
from ui.messages import Language, message
from ui.page.language import language
from ui.page.passages import reference
from ui.page.turns import Turn, Turns

Kind = Literal["md", "docx"]

_MIME = {
    "md": "text/markdown;charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_LINE_KINDS = {"title": "Title", "question": "Heading1", "answer": "", "note": "", "citation": ""}


def download(library: Library, kind: Kind) -> Callable[[Turns, gr.Request], dict[str, str]]:
    """The handler of an export button: the file as {name, mime, base64}, for the browser to save."""

    def export(turns: Turns, request: gr.Request) -> dict[str, str]:
        tongue = language(request)
        if not turns:
            raise gr.Error(message(tongue, "nothing_to_export"), print_exception=False)
        lines = conversation_lines(turns, library, tongue)
        data = markdown(lines).encode() if kind == "md" else word(lines)
        name = re.sub(r"[^\w-]+", "-", turns[0].question)[:40].strip("-") or "youju"
        return {"name": f"{name}.{kind}", "mime": _MIME[kind], "base64": base64.b64encode(data).decode()}

    return export


def conversation_lines(turns: Sequence[Turn], library: Library, tongue: Language) -> list[tuple[str, str]]:
    """The conversation as (kind, text): title, question, answer, note, citation."""
    lines = [("title", message(tongue, "title"))]
    for turn in turns:
        lines.append(("question", turn.question))
        answer = turn.answer
        if answer is not None:
            if answer.resolved_question and answer.resolved_question != turn.question:
                lines.append(("note", message(tongue, "resolved") + answer.resolved_question))
            lines.append(("answer", answer.text))
            for c in answer.citations:
                doubt = "" if c.verified else f" ({message(tongue, 'unverified')})"
                lines.append(("citation", f"[{c.number}] {reference(c, _document(library, c), tongue)}{doubt}"))
        if turn.state == "failed":
            lines.append(("note", message(tongue, "failed", reason=turn.error)))
        if turn.state == "stopped":
            lines.append(("note", message(tongue, "stopped")))
    return lines


def markdown(lines: Sequence[tuple[str, str]]) -> str:
    """CommonMark; what came from documents is escaped so that it stays text."""
    marks = {"title": "# ", "question": "## ", "answer": "", "note": "*", "citation": "- "}
    out = []
    for kind, text in lines:
        safe = re.sub(r"([\\`*_{}<>#|~])", r"\\\1", " ".join(text.split()))
        out.append(f"{marks[kind]}{safe}{'*' if kind == 'note' else ''}")
    return "\n\n".join(out) + "\n"


def word(lines: Sequence[tuple[str, str]]) -> bytes:
    """A .docx with headings, as Word and LibreOffice open it."""
    body = "".join(_word_paragraph(kind, text) for kind, text in lines)
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _CONTENT_TYPES)
        archive.writestr("_rels/.rels", _RELATIONS)
        archive.writestr("word/_rels/document.xml.rels", _DOCUMENT_RELATIONS)
        archive.writestr("word/styles.xml", _STYLES)
        archive.writestr("word/document.xml", _HEAD + f"<w:body>{body}<w:sectPr/></w:body></w:document>")
    return buffer.getvalue()


def _word_paragraph(kind: str, text: str) -> str:
    style = f'<w:pStyle w:val="{_LINE_KINDS[kind]}"/>' if _LINE_KINDS[kind] else ""
    indent = '<w:ind w:left="420"/>' if kind == "citation" else ""
    font = "<w:rPr><w:i/></w:rPr>" if kind == "note" else ""
    return f'<w:p><w:pPr>{style}{indent}</w:pPr><w:r>{font}<w:t xml:space="preserve">{_xml(text)}</w:t></w:r></w:p>'


def _xml(text: str) -> str:
    """Escaped, without the control characters that XML 1.0 cannot hold."""
    kept = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", " ", text)
    return kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _document(library: Library, citation: Citation) -> Document | None:
    try:
        return library.document(citation.document_id)
    except UnknownDocument:
        return None


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PART = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_HEAD = f"{_XML}<w:document {_W}>"
_CONTENT_TYPES = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_PART}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_PART}.styles+xml"/></Types>'
)
_RELATIONS = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)
_DOCUMENT_RELATIONS = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
)


def _style(name: str, shown: str, size: int) -> str:
    return (
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{shown}"/>'
        f'<w:pPr><w:spacing w:before="240" w:after="80"/></w:pPr>'
        f'<w:rPr><w:b/><w:sz w:val="{size}"/></w:rPr></w:style>'
    )


_STYLES = f"{_XML}<w:styles {_W}>{_style('Title', 'Title', 36)}{_style('Heading1', 'heading 1', 28)}</w:styles>"
