"""Adding documents: the box that takes files, where they are kept until they are read, and how far reading is."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from app.sent_names import sent_name
from app.wording import page_word
from ingest.jobs import FileState, JobState
from ingest.readers import CONTAINERS, READERS, SAVE_INSTEAD, is_readable
from kb.errors import CollabkbError
from kb.store import KnowledgeBase

if TYPE_CHECKING:
    from starlette.requests import Request

    from ingest.pipeline import Outcome

MOST_FILES = 2_000
FOLDER_PREFIX = "collabkb-upload-"
LEFT_OVER_SECONDS = 3 * 24 * 3600
MOST_SHOWN = 200
NOT_FOR_READING = (".", "~$")


class BadUpload(CollabkbError):
    """An upload without a file, with too many, or that cannot be stored."""


async def request_to_files(request: Request) -> tuple[Path, list[Path]]:
    """The files of an upload in a new temporary folder: the folder, and the files by the names that they had.

    BadUpload says what to do where they cannot be taken. The folder is the caller's to delete.
    """
    from starlette.exceptions import HTTPException

    delete_left_over()
    folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
    try:
        paths = []
        async with request.form(max_files=MOST_FILES) as form:
            from_folder = "folder" in form
            for number, upload in enumerate(form.getlist("files")):
                if isinstance(upload, str) or not upload.filename:
                    continue
                name = sent_name(upload.filename)
                if name.startswith(NOT_FOR_READING) or (from_folder and not is_document(Path(name))):
                    continue
                # A folder each, as two files of one folder's folders may have the same name.
                path = folder / str(number) / name
                path.parent.mkdir()
                with path.open("wb") as target:
                    while part := await upload.read(1024 * 1024):
                        target.write(part)
                paths.append(path)
        if not paths:
            raise BadUpload("There is no file here that can be read. Choose at least one document.")
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, HTTPException):
            raise BadUpload(f"Add at most {MOST_FILES:,} files at once, or put them into a .zip archive.") from error
        if isinstance(error, OSError):
            raise BadUpload("The files could not be stored. Free some space on the disk and try again.") from error
        raise
    return folder, paths


def delete_left_over() -> None:
    """Delete uploads of a process that was ended before they were read."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > LEFT_OVER_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def is_document(path: Path) -> bool:
    """Whether a file of a folder is read, or named with why not; whatever else is there is passed over."""
    return path.suffix.lower() in SAVE_INSTEAD or (is_readable(path) and path.stem.lower() != "readme")


def upload_to_html() -> str:
    """The box for files: to be dropped on, or with two buttons that open the system's own dialogs."""
    suffixes = ",".join(sorted({*READERS, *CONTAINERS}))
    return (
        '<section class="upload" data-drop aria-labelledby="upload-title"><h3 id="upload-title">Add documents</h3>'
        '<p id="upload-hint">PDF, Word, PowerPoint and Excel files, CSV, web pages, mails, text, and .zip archives of '
        "these. They are read on this machine and stay there.</p>"
        '<div class="upload-choices"><label class="button">Choose files<input type="file" multiple '
        f'data-upload accept="{suffixes}" aria-describedby="upload-hint"></label>'
        '<label class="button quiet">Choose a folder<input type="file" webkitdirectory data-upload '
        'aria-describedby="upload-hint"></label>'
        '<span class="drop-hint">or drag files or a folder here</span></div>'
        '<div class="sending" data-sending hidden><p></p><progress max="100" value="0" aria-label="Sending"></progress>'
        '<button type="button" class="button quiet" data-stop-sending>Stop</button></div></section>'
    )


def jobs_to_html(jobs: Sequence[JobState], kb: KnowledgeBase | None) -> str:
    """How far each job is, the newest first; ``data-running`` while one is at work."""
    if not jobs:
        return ""
    running = " data-running" if any(job.is_running for job in jobs) else ""
    clear = (
        ""
        if running
        else '<button type="button" class="button quiet" data-post="library/jobs/forget">Hide this list</button>'
    )
    items = "".join(job_to_html(job, kb) for job in jobs)
    return f'<section class="jobs"{running} aria-label="Files being read">{items}{clear}</section>'


def job_to_html(job: JobState, kb: KnowledgeBase | None) -> str:
    """One job: its sum, its progress, and a line a file."""
    done = sum(file.step == "done" for file in job.files)
    files = "".join(file_to_html(file, kb, job.is_running) for file in job.files[:MOST_SHOWN])
    more = len(job.files) - MOST_SHOWN
    more_html = f"<p>And {more:,} more files.</p>" if more > 0 else ""
    bar = stop = ""
    if job.is_running:
        bar = f'<progress max="{max(len(job.files), 1)}" value="{done}" aria-label="Files read"></progress>'
        stop = (
            f'<button type="button" class="button quiet" data-post="library/jobs/{escape(job.id)}/cancel">Stop</button>'
        )
    error = f'<p class="job-error">{escape(job.error)}</p>' if job.error else ""
    remark = f'<p class="job-remark">{escape(job.remark)}</p>' if job.remark else ""
    return (
        f'<div class="job"><div class="job-head"><h3 data-say>{escape(job_to_words(job))}</h3>'
        f'{bar}{stop}</div>{error}{remark}<ul class="files">{files}</ul>{more_html}</div>'
    )


def job_to_words(job: JobState) -> str:
    """``Reading: 2 of 5 files done``, and at the end what became of them."""
    total, done = len(job.files), sum(file.step == "done" for file in job.files)
    files = f"{total:,} file{'' if total == 1 else 's'}"
    if job.step == "waiting":
        return f"{files} waiting for those before"
    if job.step == "running":
        return f"Reading: {done:,} of {files} done"
    became = [outcome.became for file in job.files for outcome in file.outcomes]
    words = {
        "added": "added",
        "reread": "read again",
        "unchanged": "already in the library",
        "refused": "not added" if not job.again else "not read again",
    }
    counted = [f"{became.count(name)} {said}" for name, said in words.items() if name in became]
    begun = {"cancelled": "Stopped", "failed": "Ended with an error"}.get(job.step, "Done")
    return f"{begun}: {', '.join(counted) or 'nothing added'}"


def file_to_html(file: FileState, kb: KnowledgeBase | None, running: bool = False) -> str:
    """A line a file, or a line a document where it holds several; ``running`` says that the job has not ended."""
    if len(file.outcomes) == 1 and file.step == "done" and file.outcomes[0].source == file.name:
        return outcome_to_html(file.outcomes[0], kb, running)
    lines = "".join(outcome_to_html(outcome, kb, running) for outcome in file.outcomes)
    if file.step == "done" and lines:
        return lines
    words = {"waiting": "waiting", "indexing": "preparing for search", "stopped": "stopped, not added", "done": "done"}
    said, bar = words.get(file.step, "reading"), ""
    if file.step == "reading" and file.page is not None and file.pages:
        said = f"reading {page_word(file.name)} {file.page} of {file.pages}"
        bar = f'<progress max="{file.pages}" value="{file.page}" aria-label="{escape(said)}"></progress>'
    return f'<li class="file is-{file.step}"><b>{escape(file.name)}</b> <span>{said}</span>{bar}</li>{lines}'


def outcome_to_html(outcome: Outcome, kb: KnowledgeBase | None, running: bool = False) -> str:
    """What became of one document, with the way to it, or with why not and what to do."""
    name = f"<b>{escape(outcome.source)}</b>"
    if outcome.became == "refused":
        reason = (outcome.reason or "It cannot be read").rstrip(".")
        return f'<li class="file is-refused">{name} <span>Not added. {escape(reason)}.</span></li>'
    info = next((one for one in kb.documents() if one.id == outcome.document_id), None) if kb else None
    if info is None:
        # A document is told of when it is read; it is put into the library while the next one is read.
        said = "read, being put into the library" if running else "read; not in this library now, or not for you to see"
        return f'<li class="file">{name} <span>{said}</span></li>'
    href = escape(urlencode({"open": info.id}))
    link = f'<a href="?{href}" data-document>{escape(info.title)}</a>'
    said = {"added": "added:", "reread": "read again:", "unchanged": "is already in the library:"}[outcome.became]
    other = f" (as {escape(info.source)})" if info.source != outcome.source else ""
    return f'<li class="file is-{outcome.became}">{name} <span>{said} {link}{other}</span></li>'
