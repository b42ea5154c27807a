"""Adding documents over REST: files that are sent, or paths on the same machine; read in the background."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter
from pydantic import BaseModel, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from app.access import request_to_reader
from app.api.common import EDITORS_ONLY, Library, PrettyJson, home_of, library
from app.api.limits import MEGABYTE, MOST_UPLOADED_BYTES
from app.api.problems import Refused, is_json
from app.api.schemas import Asked, JobOut
from app.sent_names import sent_name
from ingest.jobs import jobs_of
from kb.store import KnowledgeBase
from kb.store.database import DATABASE

router = APIRouter(tags=["Adding documents"], dependencies=EDITORS_ONLY)

MOST_FILES = 1_000
LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))

NO_FILES = "Send at least one file: as multipart/form-data, each under the name “files”. Or name paths, as JSON."
PATHS_FROM_HERE = (
    "Paths can only be named from the machine that collabkb runs on, where no login is in use. "
    "Send the files themselves: as multipart/form-data, each under the name “files”."
)
NO_SUCH_PATH = "There is no file or folder {path} on this machine. Name it from the root, as in /home/me/reports."
BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["files"],
                "properties": {
                    "files": {
                        "type": "array",
                        "items": {"type": "string", "format": "binary"},
                        "description": f"At most {MOST_FILES:,}, of {MOST_UPLOADED_BYTES // MEGABYTE} MB in all.",
                    }
                },
            }
        },
        "application/json": {"schema": {"$ref": "#/components/schemas/PathsIn"}},
    },
}


class PathsIn(Asked):
    """Files and folders of the machine that collabkb runs on; none: the documents that ship with it."""

    paths: list[str] = Field(default=[], max_length=MOST_FILES, description="From the root of the file system.")


class JobsOut(BaseModel):
    """The last jobs, the newest first."""

    jobs: list[JobOut]


@router.post(
    "/ingest",
    status_code=202,
    response_model=JobOut,
    openapi_extra={"requestBody": BODY},
    summary="Add documents",
)
async def ingest(request: Request) -> Response:
    """Begins to read files in the background, as `kb ingest` does, and answers at once with the job.

    Ask for the job until its `step` is `done`. What is in already is not read again, and a file that cannot be read
    says why. Documents can be asked about as soon as they are in.
    """
    kb = await run_in_threadpool(made_library, request)
    running, kind = jobs_of(kb.home), request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        async with request.form(max_files=MOST_FILES, max_fields=MOST_FILES) as form:
            folder = await run_in_threadpool(keep_uploads, form_to_files(form))
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        job_id = running.start(paths, kb, folder)
    elif not is_json(kind):
        raise Refused(415, NO_FILES)
    else:
        job_id = running.start(named_paths(request, await request.body()), kb)
    place = f"{request.scope.get('root_path', '')}/ingest/{job_id}"
    return PrettyJson(running.state(job_id).to_json(), 202, headers={"location": place})


@router.get("/ingest", response_model=JobsOut, summary="List the jobs")
def jobs(kb: Library) -> Response:
    """The last jobs, the newest first. They are forgotten when the program ends; the documents stay."""
    return PrettyJson({"jobs": [state.to_json() for state in jobs_of(kb.home).all(cleared=kb.cleared)]})


@router.get("/ingest/{job}", response_model=JobOut, summary="See how far a job is")
def job(job: str, kb: Library) -> Response:
    """The job with each of its files: how far it is, and what became of each document in it."""
    return PrettyJson(jobs_of(kb.home).state(job, cleared=kb.cleared).to_json())


@router.delete("/ingest/{job}", response_model=JobOut, summary="Cancel a job")
def cancel(job: str, kb: Library) -> Response:
    """Has the job stop soon. Documents that are in by then stay."""
    jobs_of(kb.home).cancel(job, cleared=kb.cleared)
    return PrettyJson(jobs_of(kb.home).state(job, cleared=kb.cleared).to_json())


def made_library(request: Request) -> KnowledgeBase:
    """The knowledge base as the sender may see it, made where there is none yet."""
    home = home_of(request)
    if not (home / DATABASE).is_file():
        KnowledgeBase.open(home, create=True).close()
    return library(request)


def form_to_files(form: FormData) -> list[UploadFile]:
    """The files of a form; Refused where there are none."""
    files = [value for value in form.getlist("files") if isinstance(value, UploadFile)]
    if not files:
        raise Refused(422, NO_FILES)
    return files


def keep_uploads(files: Sequence[UploadFile]) -> Path:
    """The files in a new folder, each in one of its own, as two may have the same name; only its last part is kept."""
    folder = Path(tempfile.mkdtemp(prefix="collabkb-upload-"))
    try:
        for number, file in enumerate(files):
            own = folder / f"{number:04}"
            own.mkdir()
            with (own / sent_name(file.filename)).open("wb") as copy:
                shutil.copyfileobj(file.file, copy)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def named_paths(request: Request, body: bytes) -> list[Path]:
    """The paths that a JSON body names; Refused where they may not be named from there, or are not there."""
    if not is_from_here(request):
        raise Refused(403, PATHS_FROM_HERE)
    try:
        asked = PathsIn.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        place = "/".join(str(part) for part in first["loc"])
        raise Refused(422, f"The request cannot be taken. #/{place}: {first['msg']}.") from error
    paths = [Path(path).expanduser() for path in asked.paths]
    for path in paths:
        if not path.is_absolute() or not path.exists():
            raise Refused(422, NO_SUCH_PATH.format(path=path))
    return paths


def is_from_here(request: Request) -> bool:
    """Whether a request comes from a person at this machine, who may read its files anyway."""
    forwarded = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "via"))
    client = request.client.host if request.client else ""
    return request_to_reader(request).name is None and client in LOOPBACK and not forwarded
