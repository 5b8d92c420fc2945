"""Files to documents, documents to paragraphs."""

from rag.types import Document, Paragraph


def split(document: Document) -> list[Paragraph]:
    """Each line of 16 characters or more is a paragraph (until the real splitter lands)."""
    paragraphs: list[Paragraph] = []
    start = 0
    for line in document.text.split("\n"):
        text = line.strip()
        if len(text) > 15 or (text and document.attributes.get("format") == "passage"):
            begin = start + line.index(text)
            name = f"{document.id}#{len(paragraphs):04d}"
            paragraphs.append(Paragraph(name, document.id, (), begin, begin + len(text), text))
        start += len(line) + 1
    return paragraphs
