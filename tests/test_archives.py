"""Archives, mails and office files: what is in them is read within bounds, what would do harm is refused by name."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from conftest import RunKb
from made_bad import WORDS, drawn_again_and_again, one_page, packed

from ingest.pipeline import ingest
from ingest.readers import READER_VERSION, inner_to_files
from ingest.readers.archive import MAX_MEMBERS, Allowance, Inner, archive_to_files, check_office
from ingest.readers.bounded import BoundedReader, read_documents
from ingest.readers.limits import Limits
from kb.errors import UnreadableFile
from kb.store import KnowledgeBase

MINUTES = b"# Minutes\n\nThe board agreed the plan.\n"
COSTS = b"# Costs\n\nForce\tCost\nRutland\t41\nKent\t57\n"
MEGABYTE = 1024**2


def make_zip(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def make_docx(words: str = "The board agreed the plan.") -> bytes:
    import docx

    made = io.BytesIO()
    document = docx.Document()
    document.add_heading("Minutes", 1)
    document.add_paragraph(words)
    document.save(made)
    return made.getvalue()


def with_member(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """An archive with one member changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {member.filename: archive.read(member) for member in archive.infolist()}
    return make_zip({**members, name: change(members.get(name, b""))})


def make_mail(**parts: bytes) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = "Papers for the board"
    mail["From"] = "Jo Clerk <jo@example.org>"
    mail["To"] = "board@example.org"
    mail["Date"] = "Tue, 23 Sep 2014 10:00:00 +0100"
    mail.set_content("The papers are attached.\n\nRutland will pay 41 pounds.\n")
    for name, data in parts.items():
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name.replace("__", "."))
    return mail


def found_in(data: bytes, name: str = "papers.zip") -> tuple[list[str], dict[str, str]]:
    """Names of the files that are to be read, and the reasons of those that are not."""
    files = list(inner_to_files(Inner(name, data), Allowance(len(data)), 0))
    return (
        [file.source for file in files if isinstance(file, Inner)],
        {file.source: file.reason for file in files if isinstance(file, UnreadableFile)},
    )


@pytest.fixture
def kb(kb_home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(kb_home, create=True) as base:
        yield base


# What is in an archive


def test_each_document_of_an_archive_is_one_of_its_own(kb: KnowledgeBase, tmp_path: Path) -> None:
    path = tmp_path / "board papers.zip"
    pdf = one_page(packed(WORDS))
    path.write_bytes(make_zip({"minutes.md": MINUTES, "reports/Item 5.pdf": pdf, "old.doc": b"x", ".DS_Store": b"x"}))
    report = ingest([path], kb, None)
    assert report.added == ["board papers.zip/minutes.md", "board papers.zip/reports/Item 5.pdf"]
    assert [source for source, _ in report.refused] == ["board papers.zip/old.doc"]
    document_id = report.ids["board papers.zip/reports/Item 5.pdf"]
    kept = kb.file(document_id)
    assert kept is not None and kept.suffix == ".pdf" and kept.read_bytes() == pdf
    assert kb.document(document_id).source == "board papers.zip/reports/Item 5.pdf"
    again = ingest([path], kb, None)
    assert not again.added and again.unchanged == report.added and kb.check() == []
    kb.remove(document_id)
    assert kb.file(document_id) is None and len(kb.documents()) == 1
    assert ingest([path], kb, None).added == ["board papers.zip/reports/Item 5.pdf"]


def test_the_command_line_takes_documents_of_archives_by_name(run_kb: RunKb, tmp_path: Path) -> None:
    path = tmp_path / "papers.zip"
    path.write_bytes(make_zip({"costs.txt": COSTS, "more.zip": make_zip({"costs.md": COSTS + b"\nOnce more.\n"})}))
    tables = run_kb("tables", path, "--json").json
    assert [table["source"] for table in tables] == ["papers.zip/costs.txt", "papers.zip/more.zip/costs.md"]
    assert all(table["rows"] == [["Rutland", "41"], ["Kent", "57"]] for table in tables)
    assert run_kb("ingest", path).code == 0
    assert run_kb("remove", "papers.zip/costs.txt").code == 0
    assert [one["source"] for one in run_kb("documents", "--json").json] == ["papers.zip/more.zip/costs.md"]


def test_a_file_that_breaks_its_reader_does_not_stop_those_after_it(tmp_path: Path) -> None:
    path = tmp_path / "papers.zip"
    endless = drawn_again_and_again(depth=30, times=2)
    path.write_bytes(make_zip({"a.md": MINUTES, "b.pdf": endless, "c.md": COSTS}))
    with BoundedReader(Limits(cpu_seconds=1)) as reader:
        readings = list(reader.read(path))
    assert [reading.source for reading in readings] == ["papers.zip/a.md", "papers.zip/b.pdf", "papers.zip/c.md"]
    assert [reading.refused is not None for reading in readings] == [False, True, False]


def test_what_was_refused_before_a_reader_broke_is_refused_once(tmp_path: Path) -> None:
    path = tmp_path / "papers.zip"
    endless = drawn_again_and_again(depth=30, times=2)
    path.write_bytes(make_zip({"a.exe": b"MZ", "b.pdf": endless, "c.md": COSTS}))
    with BoundedReader(Limits(cpu_seconds=1)) as reader:
        readings = list(reader.read(path))
    assert [reading.source for reading in readings] == ["papers.zip/a.exe", "papers.zip/b.pdf", "papers.zip/c.md"]
    assert reader.deaths == 1


def test_archives_in_archives_are_opened_to_a_depth_of_two() -> None:
    inner = make_zip({"deeper.zip": make_zip({"deep.md": MINUTES}), "b.md": MINUTES})
    sources, refused = found_in(make_zip({"inner.zip": inner, "a.md": MINUTES}))
    assert sources == ["papers.zip/a.md", "papers.zip/inner.zip/b.md"]
    assert list(refused) == ["papers.zip/inner.zip/deeper.zip/deep.md"]


def test_names_that_lead_elsewhere_are_refused_and_nothing_is_written_there(tmp_path: Path) -> None:
    names = ["../up.md", "/etc/root.md", "a/../../b.md", "C:\\windows.md", "..\\other.md"]
    sources, refused = found_in(make_zip({**dict.fromkeys(names, MINUTES), "good.md": MINUTES}))
    assert sources == ["papers.zip/good.md"] and len(refused) == len(names)
    assert all("leads out of the archive" in reason for reason in refused.values())


def test_a_password_is_named() -> None:
    data = bytearray(make_zip({"a.md": MINUTES, "b.md": COSTS}, zipfile.ZIP_STORED))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + place] |= 1
    sources, refused = found_in(bytes(data))
    assert sources == ["papers.zip/b.md"] and refused == {"papers.zip/a.md": "It is protected by a password"}


def test_a_damaged_member_is_refused_and_the_rest_read() -> None:
    data = bytearray(make_zip({"a.md": MINUTES, "b.md": COSTS}, zipfile.ZIP_STORED))
    data[data.index(b"agreed")] ^= 0x20
    sources, refused = found_in(bytes(data))
    assert sources == ["papers.zip/b.md"] and "damaged" in refused["papers.zip/a.md"]


BAD_ZIPS: dict[str, tuple[Callable[[], bytes], str]] = {
    "no archive": (lambda: b"plain words", "content is something else"),
    "cut off": (lambda: make_zip({"a.md": MINUTES})[:-30], "damaged or cut off"),
    "empty": (lambda: make_zip({}), "empty"),
    "blown up": (lambda: make_zip({"a.md": b"a" * (40 * MEGABYTE)}), "unpacks to more than"),
    "blown up by many": (lambda: make_zip({f"{n}.md": b"a" * MEGABYTE for n in range(40)}), "unpacks to more than"),
    "blown up within": (lambda: make_zip({"a.zip": make_zip({"a.md": b"a" * (40 * MEGABYTE)})}), "unpacks to more"),
    "too many": (lambda: make_zip(dict.fromkeys(map(str, range(MAX_MEMBERS + 1)), b"")), "more than 10,000 files"),
}


@pytest.mark.parametrize(("make", "reason"), BAD_ZIPS.values(), ids=BAD_ZIPS)
def test_an_archive_that_is_refused_says_why(make: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason) as refusal:
        found_in(make())
    assert refusal.value.source == "papers.zip"


def test_sizes_are_measured_and_not_believed() -> None:
    """The directory says that there is nothing in it."""
    data = make_zip({"a.md": b"a" * (40 * MEGABYTE)})
    place = data.index(b"PK\x01\x02") + 24
    lying = data[:place] + (10).to_bytes(4, "little") + data[place + 4 :]
    found = list(archive_to_files("papers.zip", lying, Allowance(len(lying))))
    assert isinstance(found[0], UnreadableFile) and "damaged" in found[0].reason


# Office files

LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n + 1, b"&l%d;" % n * 10) for n in range(9))
LAUGHS = b'<!DOCTYPE w [<!ENTITY l0 "ha">' + LAUGHS + b"]>"
OUTSIDE = b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def declared(declaration: bytes, entity: bytes) -> Callable[[bytes], bytes]:
    """A change of a part: declarations at its beginning, and an entity among its words."""

    def change(xml: bytes) -> bytes:
        head, body = xml.split(b"?>", 1)
        return head + b"?>" + declaration + body.replace(b"agreed", entity)

    return change


@pytest.mark.parametrize(
    ("declaration", "entity"), [(LAUGHS, b"&l9;"), (OUTSIDE, b"&x;")], ids=["billion laughs", "a file of the machine"]
)
def test_entities_in_an_office_file_are_refused(tmp_path: Path, declaration: bytes, entity: bytes) -> None:
    path = tmp_path / "evil.docx"
    path.write_bytes(with_member(make_docx(), "word/document.xml", declared(declaration, entity)))
    with pytest.raises(UnreadableFile, match="declarations"):
        read_documents(path)


def test_entities_are_found_in_wide_characters_and_over_the_edge_of_what_is_read_at_once() -> None:
    wide = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE w []><w/>'.encode("utf-16")
    far = b"<?xml version='1.0'?><!--" + b" " * (256 * 1024 - 30) + b"--><!DOCTYPE w []><w/>"
    for xml in (wide, far):
        with pytest.raises(UnreadableFile, match="declarations"):
            check_office("a.docx", make_zip({"word/document.xml": xml}))


def test_an_office_file_that_blows_up_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    path.write_bytes(with_member(make_docx(), "word/media/image1.png", lambda _: b"\0" * (60 * MEGABYTE)))
    with pytest.raises(UnreadableFile, match="unpacks to more than"):
        read_documents(path)


# Mails


def test_a_mail_is_a_document_and_so_is_each_file_on_it(kb: KnowledgeBase, tmp_path: Path) -> None:
    path = tmp_path / "papers.eml"
    inner = make_mail(minutes__md=MINUTES)
    inner.replace_header("Subject", "Earlier papers")
    mail = make_mail(costs__txt=COSTS, report__docx=make_docx(), old__doc=b"x")
    mail.add_attachment(inner)
    mail.add_attachment(b"\x89PNG\r\n", maintype="image", subtype="png", disposition="inline", filename="logo.png")
    path.write_bytes(mail.as_bytes())
    report = ingest([path], kb, None)
    assert report.added[:3] == ["papers.eml", "papers.eml/costs.txt", "papers.eml/report.docx"]
    assert report.added[3].endswith(".eml") and report.added[4] == f"{report.added[3]}/minutes.md"
    assert [source for source, _ in report.refused] == ["papers.eml/old.doc"]
    document = kb.document(report.ids["papers.eml"])
    assert (document.title, document.date, document.issuer) == ("Papers for the board", "2014-09-23", "Jo Clerk")
    assert "Rutland will pay 41 pounds." in [block.text for block in document.blocks]
    assert ingest([path], kb, None).unchanged == report.added


def test_a_mail_of_html_alone_is_read_as_a_page(tmp_path: Path) -> None:
    mail = make_mail()
    mail.set_content("<p>The <b>board</b> agreed &pound;41.</p><p>It met twice.</p>", subtype="html")
    path = tmp_path / "page.eml"
    path.write_bytes(mail.as_bytes())
    (document,) = read_documents(path)
    assert document.title == "Papers for the board"
    assert {"The board agreed £41.", "It met twice."} <= {block.text for block in document.blocks}


@pytest.mark.parametrize("data", [b"plain words\n", b"%PDF-1.4", b"\0" * 500], ids=["words", "a PDF", "zeros"])
def test_what_is_no_mail_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(data)
    with pytest.raises(UnreadableFile, match="The name says mail"):
        read_documents(path)


def test_a_broken_mail_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(
        b"Subject: =?nonsense?q?caf=e9?= \xff\nDate: yesterday\nFrom: <<>\n"
        b"Content-Type: text/plain; charset=nowhere\n\n"
        b"The board agreed \xa341.\n"
    )
    (document,) = read_documents(path)
    assert "The board agreed £41." in document.text and document.date is None


# A better reader


def test_documents_of_an_older_reader_are_read_again(kb: KnowledgeBase, tmp_path: Path) -> None:
    path = tmp_path / "papers.zip"
    path.write_bytes(make_zip({"minutes.md": MINUTES, "costs.txt": COSTS}))
    first = ingest([path], kb, None)
    before = (kb.fingerprint(), kb.counts())
    with kb._database.write() as connection:
        connection.exec_driver_sql("UPDATE documents SET reader_version = 1, text = 'as it was', title = 'Old'")
    report = ingest([path], kb, None)
    assert (report.added, report.reread, report.same_name) == ([], first.added, [])
    assert (kb.fingerprint(), kb.counts()) == before and kb.check() == []
    assert all(info.reader_version == READER_VERSION and info.title != "Old" for info in kb.documents())
    assert kb.search_text(["Rutland"], ["row"], 5)
    assert ingest([path], kb, None).unchanged == first.added


def test_the_command_line_says_that_a_document_was_read_again(run_kb: RunKb, tmp_path: Path, kb_home: Path) -> None:
    path = tmp_path / "costs.txt"
    path.write_bytes(COSTS)
    run_kb("ingest", path)
    with KnowledgeBase.open(kb_home) as kb, kb._database.write() as connection:
        connection.exec_driver_sql("UPDATE documents SET reader_version = 1")
    done = run_kb("ingest", path)
    assert done.code == 0 and "read again" in done.out
    assert json.loads(run_kb("documents", "--json").out)[0]["reader_version"] == READER_VERSION
    assert run_kb("doctor").code == 0
