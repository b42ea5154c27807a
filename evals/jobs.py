"""Runs in the background: one at a time for a knowledge base, told how far it is, and stopped when asked to."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from evals.questions import Question
from evals.runs import ask_set, save_run
from kb.errors import CollabkbError, NotFound

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

log = logging.getLogger(__name__)

JobStatus = Literal["running", "done", "stopped", "failed"]
UNEXPECTED = "Something went wrong inside the program. Run “kb doctor” to look for the cause, then try again."


class Busy(CollabkbError):
    """Another run is under way."""


@dataclass(frozen=True, slots=True)
class JobState:
    """How far a run is: ``run_id`` is that of the kept run once it is, ``message`` what went wrong.

    ``seconds_left`` is an estimate from those asked so far; None before the first is done. ``cleared`` as in Run.
    """

    id: str
    set_name: str
    status: JobStatus = "running"
    done: int = 0
    total: int = 0
    run_id: str | None = None
    message: str = ""
    cleared: bool = True
    started: float = 0.0
    seconds_left: float | None = None

    def to_json(self) -> dict[str, Any]:
        """The state as plain data."""
        return {name: value for name, value in asdict(self).items() if name not in ("started", "cleared")}


class Evaluations:
    """The runs of one knowledge base that this process has started; only the last one's state is kept."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._state: JobState | None = None

    def start(self, kb: KnowledgeBase, questions: Sequence[Question], set_name: str, name: str = "") -> str:
        """Begin a run; its job's id. Busy where another is under way; NotFound where there are no questions."""
        if not questions:
            raise NotFound("There are no questions in this set.")
        with self._lock:
            if self._state is not None and self._state.status == "running":
                raise Busy("Another run is under way. Wait until it is done, or stop it.")
            self._stop = threading.Event()
            now = time.monotonic()
            cleared = bool(getattr(kb, "cleared", True))
            job_id = f"job{time.time_ns():x}"
            self._state = JobState(job_id, name or set_name, total=len(questions), cleared=cleared, started=now)
            arguments = (kb, tuple(questions), set_name, name, self._stop)
            threading.Thread(target=self._run, args=arguments, name="collabkb-evaluation", daemon=True).start()
        return job_id

    def current(self, *, cleared: bool = True) -> JobState | None:
        """The last run's state, for who may see it; None where there was none."""
        state = self._state
        return state if state is not None and (cleared or not state.cleared) else None

    def state(self, job_id: str, *, cleared: bool = True) -> JobState:
        """The state of a job; NotFound where it is not the last one, or not for these eyes."""
        state = self.current(cleared=cleared)
        if state is None or state.id != job_id:
            raise NotFound("There is no such run under way. Look among the kept runs.")
        return state

    def stop(self, job_id: str, *, cleared: bool = True) -> JobState:
        """Ask a job to stop after the question at hand; what is done is kept. NotFound as :meth:`state`."""
        state = self.state(job_id, cleared=cleared)
        self._stop.set()
        return state

    def _run(
        self, kb: KnowledgeBase, questions: Sequence[Question], set_name: str, name: str, stop: threading.Event
    ) -> None:
        try:
            run = ask_set(kb, questions, set_name, name, on_progress=self._note, stopped=stop.is_set)
            save_run(self.home, run)
        except CollabkbError as error:
            self._set(status="failed", message=str(error))
        except Exception:
            log.exception("a run failed")
            self._set(status="failed", message=UNEXPECTED)
        else:
            self._set(status=run.state, run_id=run.id, seconds_left=None)

    def _note(self, done: int, total: int) -> None:
        assert self._state is not None
        spent = time.monotonic() - self._state.started
        self._set(done=done, total=total, seconds_left=spent / done * (total - done))

    def _set(self, **changes: Any) -> None:
        assert self._state is not None
        self._state = replace(self._state, **changes)


@lru_cache(maxsize=8)
def evaluations_of(home: Path) -> Evaluations:
    """The one place in this process where runs of a knowledge base are started."""
    return Evaluations(home)
