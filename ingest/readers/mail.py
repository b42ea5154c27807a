"""A mail (.eml): its own words as a document, and the files that hang on it.

The words go, under a heading with the subject, through the reader for text, or for web pages where that is all there
is, so that lists and tables in them are read as anywhere else.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from ingest.readers.archive import Allowance, Inner, clean_name
from ingest.readers.checks import document_id
from kb.errors import UnreadableFile
from kb.model import Document

HEADINGS = ("From", "To", "Cc", "Date")
HEADER = re.compile(rb"^(?:from|to|date|subject|received|return-path|message-id|mime-version)[ \t]*:", re.I)
HEAD_BYTES = 64 * 1024
MAX_NESTED_PARTS = 20
NO_SUBJECT = "Mail without a subject"


def read_mail(path: Path, data: bytes) -> Document:
    """The Document of the words of a mail. UnreadableFile where it is no mail or has no words."""
    message = data_to_message(path.name, data)
    subject = header(message, "Subject") or NO_SUBJECT
    lines = [f"{name}: {value}" for name in HEADINGS if (value := header(message, name))]
    words, is_html = message_to_words(message)
    if is_html:
        from ingest.readers.web import read_html

        rows = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
        read, made = read_html, f"<h1>{html.escape(subject)}</h1>{rows}{words}"
    else:
        from ingest.readers.text import read_text

        read, made = read_text, "\n\n".join([f"# {subject}", *lines, words.replace("\r\n", "\n")])
    document: Document = read(path, made.encode("utf-8", "replace"))
    sender = header(message, "From")
    return replace(
        document,
        id=document_id(data),
        title=subject,
        format="mail",
        issuer=sender and (parseaddr(sender)[0] or sender),
        date=message_to_date(message),
        date_text=None,  # as the mail has it, it is for machines: "Tue, 02 Apr 2024 09:12:00 +0100"
    )


def mail_to_files(source: str, data: bytes, allowance: Allowance) -> Iterator[Inner | UnreadableFile]:
    """The files that hang on a mail, forwarded mails among them; pictures within the words are left out."""
    message = data_to_message(source, data)
    parts = [part for part in message_to_parts(message) if is_file(part)]
    allowance.take_members(source, len(parts))
    for number, part in enumerate(parts, start=1):
        name = f"{source}/{part_to_name(part, number)}"
        content = part_to_bytes(part)
        allowance.take(source, len(content))
        if content:
            yield Inner(name, content)
        else:
            yield UnreadableFile(name, "The file is empty (0 bytes)")


def data_to_message(source: str, data: bytes) -> EmailMessage:
    """The mail; refused where the content does not begin with the lines of one."""
    head = data.lstrip()[:HEAD_BYTES]
    if not any(HEADER.match(line) for line in head.splitlines()):
        raise UnreadableFile(source, "The name says mail, but the content is not one")
    return BytesParser(policy=policy.default.clone(refold_source="none")).parsebytes(data)


def header(message: EmailMessage, name: str) -> str | None:
    """A header's words on one line; None where it is missing or too broken to be read."""
    try:
        words = " ".join(str(message[name] or "").split())
    except Exception:  # the library raises anything from IndexError to AttributeError for broken headers
        return None
    return words.encode("utf-8", "replace").decode() or None


def message_to_date(message: EmailMessage) -> str | None:
    """The day on which the mail says that it was sent, ISO."""
    try:
        return str(message["Date"].datetime.date().isoformat())
    except Exception:  # missing, or no date; the library raises many things for broken ones
        return None


def message_to_words(message: EmailMessage) -> tuple[str, bool]:
    """The text of a mail and whether it is HTML, which is taken only where there is no plain text."""
    for kind in ("plain", "html"):
        found = next((part for part in message_to_parts(message) if is_text(part, kind)), None)
        if found is not None and (words := part_to_text(found)).strip():
            return words, kind == "html"
    return "", False


def message_to_parts(message: EmailMessage, depth: int = 0) -> Iterator[EmailMessage]:
    """The parts that hold something, in order; a forwarded mail is one part."""
    if message.get_content_maintype() == "multipart" and message.is_multipart() and depth < MAX_NESTED_PARTS:
        for part in message.get_payload():
            if isinstance(part, EmailMessage):
                yield from message_to_parts(part, depth + 1)
    else:
        yield message


def is_text(part: EmailMessage, kind: str) -> bool:
    return part.get_content_type() == f"text/{kind}" and not is_file(part)


def is_file(part: EmailMessage) -> bool:
    """Whether a part is a file of its own and not the mail's words or a picture in them."""
    if part.get_content_maintype() == "multipart":
        return False
    named = _attempt(part.get_filename)
    disposition = _attempt(part.get_content_disposition)
    if part.get_content_maintype() == "image" and disposition != "attachment":
        return False
    return bool(named) or disposition == "attachment" or part.get_content_type() == "message/rfc822"


def part_to_name(part: EmailMessage, number: int) -> str:
    """The file name that a part has, or one by its number; never with a folder in it."""
    name = str(_attempt(part.get_filename) or "").replace("\\", "/").rsplit("/", 1)[-1].strip()
    if part.get_content_type() == "message/rfc822" and not name.lower().endswith(".eml"):
        return f"{clean_name(name) if name else f'mail {number}'}.eml"
    return clean_name(name) if name else f"attachment {number}"


def part_to_bytes(part: EmailMessage) -> bytes:
    """The content of an attached file; a forwarded mail as it came."""
    if part.get_content_type() == "message/rfc822":
        inner: Any = part.get_payload()
        return bytes(_attempt(inner[0].as_bytes) or b"") if isinstance(inner, list) and inner else b""
    content = _attempt(lambda: part.get_payload(decode=True))
    return content if isinstance(content, bytes) else b""


def part_to_text(part: EmailMessage) -> str:
    """The words of a part in its own encoding, or in the likeliest where that is unknown."""
    content = part_to_bytes(part)
    for encoding in (_attempt(part.get_content_charset) or "utf-8", "utf-8", "cp1252"):
        try:
            return content.decode(encoding)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return content.decode("latin-1")


def _attempt(read: Any) -> Any:
    # Broken mails make the library raise anything from LookupError to AttributeError.
    try:
        return read()
    except Exception:
        return None
