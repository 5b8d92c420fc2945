"""E-mail: subject, sender and date, then the message; what is attached are documents of their own."""

from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime

from rag.errors import DamagedFile, EmptyDocument
from rag.reading.decoding import decode
from rag.reading.files import Content
from rag.reading.lines import one_line


def read_mail(data: bytes, name: str) -> Content:
    """The subject is the title. Raises DamagedFile on what is no e-mail, EmptyDocument on a message without text."""
    message = _parsed(data, name)
    body = message.get_body(preferencelist=("plain", "html"))
    text, html = "", False
    if body is not None:
        payload = body.get_payload(decode=True)
        charset = body.get_content_charset()
        if isinstance(payload, bytes) and payload.strip():
            if body.get_content_subtype() == "html":
                # Imported here: plain messages need no HTML parser.
                from rag.reading.html import read_html

                text, html = read_html(payload, name).text, True
            else:
                text = decode(payload, name=name, hint=charset)
    attached = [part.get_filename() or "" for part in message.iter_attachments()]
    if not text.strip() and not any(attached):
        raise EmptyDocument(f"{name} is an e-mail without text.")
    subject = one_line(str(message.get("subject", "")))
    sender, address = parseaddr(str(message.get("from", "")))
    head = f"# {subject}\n\n" if subject and html else f"{subject}\n\n" if subject else ""
    return Content(
        head + text.strip() + "\n",
        markdown=html,
        title=subject or None,
        date=_date(message),
        issuer=one_line(sender) or address or None,
    )


def attachments(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each attached file, in order."""
    for part in _parsed(data, name).iter_attachments():
        payload = part.get_payload(decode=True)
        filename = part.get_filename()
        if filename and isinstance(payload, bytes):
            yield one_line(str(filename)), payload


def _parsed(data: bytes, name: str) -> EmailMessage:
    message = BytesParser(policy=policy.default).parsebytes(data)
    if not message.keys():
        raise DamagedFile(f"{name} is not an e-mail: it has no header. Export the message as .eml again.")
    return message


def _date(message: EmailMessage) -> str | None:
    try:
        return parsedate_to_datetime(str(message.get("date", ""))).date().isoformat()
    except (ValueError, TypeError):
        return None
