"""Documents read in the background, one job at a time, whoever waits for it or goes away meanwhile."""

from __future__ import annotations

import logging
import shutil
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from kb.errors import CollabkbError, NotFound

if TYPE_CHECKING:
    from ingest.pipeline import Outcome, Progress, Report
    from kb.embedding import Embedder
    from kb.store import KnowledgeBase

log = logging.getLogger(__name__)

# What a job does: it tells how far it is, and stops soon after the event is set.
Work = Callable[[Callable[["Progress"], None], threading.Event], "Report"]
FileStep = Literal["waiting", "reading", "indexing", "done", "stopped"]
JobStep = Literal["waiting", "running", "done", "cancelled", "failed"]
RUNNING: tuple[JobStep, ...] = ("waiting", "running")
JOBS_KEPT = 20
UNEXPECTED = "Something went wrong inside the program. Try again; if it happens again, run “kb doctor”"


@dataclass(frozen=True)
class FileState:
    """How far one file is: ``page`` of ``pages`` while it is read, then an outcome for each document in it."""

    name: str
    step: FileStep = "waiting"
    page: int | None = None
    pages: int | None = None
    outcomes: tuple[Outcome, ...] = ()


@dataclass(frozen=True)
class JobState:
    """How far a job is; ``error`` says in words why it failed, ``remark`` what else a person should know.

    ``cleared`` says that whoever began it may see what is not public, so that others must not see its file names.
    """

    id: str
    step: JobStep
    files: tuple[FileState, ...]
    begun_at: str
    again: bool = False
    cleared: bool = True
    error: str | None = None
    remark: str | None = None

    @property
    def is_running(self) -> bool:
        return self.step in RUNNING

    def to_json(self) -> dict[str, Any]:
        """The state as plain data."""
        fields = asdict(self)
        fields.pop("cleared")
        return fields


class Job:
    """One run over files, or over documents that are read again; its state may be asked for from any thread."""

    def __init__(self, names: Sequence[str], work: Work, again: bool, cleared: bool) -> None:
        begun = datetime.now(UTC).isoformat(timespec="seconds")
        files = tuple(FileState(name) for name in names)
        self.state = JobState(uuid.uuid4().hex[:12], "waiting", files, begun, again, cleared)
        self.finished = threading.Event()
        self._stop = threading.Event()
        self._work = work
        self._changing = threading.Lock()
        self._unread: list[FileState] = []
        self._files: dict[int, FileState] = {}

    def run(self) -> None:
        """Do the work, unless it was cancelled; whatever goes wrong ends in the state."""
        with self._changing:
            if self.state.step != "waiting":
                return
            self.state = replace(self.state, step="running")
        try:
            report = self._work(self.tell, self._stop)
            self._end("cancelled" if report.stopped else "done", remark=report.no_vectors)
        except CollabkbError as error:
            self._end("failed", error=str(error))
        except Exception:
            log.exception("documents could not be read")
            self._end("failed", error=UNEXPECTED)

    def cancel(self) -> None:
        """Ask it to stop; one that has not begun ends at once."""
        self._stop.set()
        with self._changing:
            waiting = self.state.step == "waiting"
        if waiting:
            self._end("cancelled")

    def tell(self, now: Progress) -> None:
        """Take in what the pipeline tells."""
        with self._changing:
            if now.number < 0:
                self._unread.append(told(FileState(now.source), now))
            else:
                for number in range(now.number if now.step != "wait" else 0):
                    self._files[number] = replace(self._files[number], step="done")
                self._files[now.number] = told(self._files.get(now.number, FileState(now.source)), now)
            self.state = replace(self.state, files=(*self._unread, *self._files.values()))

    def _end(self, step: JobStep, error: str | None = None, remark: str | None = None) -> None:
        """The last state: files that were not gone through are stopped."""
        left: FileStep = "done" if step == "done" else "stopped"
        with self._changing:
            files = tuple(one if one.step == "done" else replace(one, step=left) for one in self.state.files)
            self.state = replace(self.state, step=step, files=files, error=error, remark=remark)
        self.finished.set()


def told(file: FileState, now: Progress) -> FileState:
    """The state of a file after one more word about it."""
    from ingest.readers import CONTAINERS

    steps: dict[str, FileStep] = {"wait": "waiting", "read": "reading", "embed": "indexing", "commit": "indexing"}
    # More documents may follow in an archive or a mail.
    in_one = Path(file.name).suffix.lower() in CONTAINERS and now.number >= 0
    step = steps.get(now.step, "reading" if in_one else "done")
    outcomes = (*file.outcomes, now.outcome) if now.outcome else file.outcomes
    return replace(file, step=step, page=now.page, pages=now.pages, outcomes=outcomes)


class Jobs:
    """The jobs of one process: begun in their order, one at a time, in a thread that ends when there are none."""

    def __init__(self, load_embedder: Callable[[], Embedder | None]) -> None:
        self._load_embedder = load_embedder
        self._jobs: list[Job] = []
        self._waiting: list[Job] = []
        self._at_work = False
        self._changing = threading.Lock()

    def start(self, paths: Sequence[Path], kb: KnowledgeBase, folder: Path | None = None) -> str:
        """Begin to ingest files and folders (none: the shipped documents); the job's id. ``folder`` is deleted after.

        The same way in as `kb ingest`: see :func:`ingest.pipeline.ingest`.
        """

        def work(tell: Callable[[Progress], None], stop: threading.Event) -> Report:
            from ingest.pipeline import ingest

            return ingest(paths, kb, self._load_embedder(), tell, stop)

        names = [path.name for path in paths]
        return self._begin(Job(names, tidying(work, folder), again=False, cleared=is_cleared(kb)))

    def start_again(self, document_ids: Sequence[str], kb: KnowledgeBase) -> str:
        """Begin to read documents again; the job's id. NotFound: no such document."""

        def work(tell: Callable[[Progress], None], stop: threading.Event) -> Report:
            from ingest.reread import reread

            return reread(document_ids, kb, self._load_embedder(), tell, stop)

        names = [kb.info(one).source for one in document_ids]
        return self._begin(Job(names, work, again=True, cleared=is_cleared(kb)))

    def state(self, job_id: str, cleared: bool = True) -> JobState:
        """How far a job is. NotFound: no such job, or one of somebody cleared asked for by somebody who is not."""
        return self._find(job_id, cleared).state

    def all(self, cleared: bool = True) -> list[JobState]:
        """The last jobs, the newest first."""
        with self._changing:
            jobs = list(self._jobs)
        return [job.state for job in reversed(jobs) if cleared or not job.state.cleared]

    def cancel(self, job_id: str, cleared: bool = True) -> None:
        """Have a job stop soon; what is in stays. NotFound as :meth:`state`."""
        self._find(job_id, cleared).cancel()

    def wait(self, job_id: str, seconds: float | None = None) -> JobState:
        """The state of a job when it has ended, or when the time is up."""
        job = self._find(job_id, cleared=True)
        job.finished.wait(seconds)
        return job.state

    def forget_finished(self, cleared: bool = True) -> None:
        """Leave out the jobs that have ended."""
        with self._changing:
            self._jobs = [job for job in self._jobs if not job.finished.is_set() or (job.state.cleared and not cleared)]

    def _find(self, job_id: str, cleared: bool) -> Job:
        with self._changing:
            for job in self._jobs:
                if job.state.id == job_id and (cleared or not job.state.cleared):
                    return job
        raise NotFound("There is no such job. Jobs are forgotten when the program ends.")

    def _begin(self, job: Job) -> str:
        with self._changing:
            ended = [one for one in self._jobs if one.finished.is_set()]
            forgotten = ended[: max(0, len(self._jobs) + 1 - JOBS_KEPT)]
            self._jobs = [*(one for one in self._jobs if one not in forgotten), job]
            self._waiting.append(job)
            if not self._at_work:
                self._at_work = True
                threading.Thread(target=self._work_off, name="collabkb-jobs", daemon=True).start()
        return job.state.id

    def _work_off(self) -> None:
        while True:
            with self._changing:
                if not self._waiting:
                    self._at_work = False
                    return
                job = self._waiting.pop(0)
            job.run()


def tidying(work: Work, folder: Path | None) -> Work:
    """The same work, with a folder deleted afterwards."""
    if folder is None:
        return work

    def work_and_tidy(tell: Callable[[Progress], None], stop: threading.Event) -> Report:
        try:
            return work(tell, stop)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    return work_and_tidy


def is_cleared(kb: KnowledgeBase) -> bool:
    """Whether who has opened it so may see what is not public."""
    return bool(getattr(kb, "cleared", True))


_jobs: dict[str, Jobs] = {}
_making = threading.Lock()


def jobs_of(home: Path, embedding_model: str | None = None) -> Jobs:
    """The jobs of the knowledge base in a folder: the same for everybody in this process.

    Without ``embedding_model``, that of the settings is taken.
    """

    def load() -> Embedder:
        from kb.embedding import embedder
        from kb.settings import Settings

        return embedder(embedding_model or Settings().embedding_model)

    with _making:
        return _jobs.setdefault(str(home), Jobs(load))
