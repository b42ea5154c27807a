"""How long people wait for the page and for answers: from the start of the program, alone, and ten at once.

Run: ``python -m evals.benchmarks.serving HOME QUESTIONS.jsonl [--people 10] [--rounds 3] [--json FILE]``. It starts
``kb serve`` as a person does and asks over the page's own interface. Times are wall clock in seconds on this machine,
with the load average beside them and the share of its processors that other machines took: where there is other work
they say more about that work.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from html import unescape
from pathlib import Path
from typing import Any

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")
READY = re.compile(r"Ready after")
STARTING = "x-collabkb"
PATIENCE = 300
STEAL = 7  # the column of /proc/stat


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds after the command was given: address said, start page there, real page there, models loaded."""

    address: float
    start_page: float
    page: float
    ready: float


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds from asking to the answer with its sources: median, 95th percentile and longest of ``asked`` waits; and
    ``processor``, the seconds of processor that the program took for each question."""

    people: int
    asked: int
    median: float
    p95: float
    longest: float
    processor: float | None


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("home", type=Path, help="the folder of a knowledge base")
    parser.add_argument("questions", type=Path, help="a question set (.jsonl)")
    parser.add_argument("--people", type=int, default=10, help="how many ask at once (default: 10)")
    parser.add_argument("--rounds", type=int, default=3, help="questions that each of them asks (default: 3)")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    options = parser.parse_args(arguments)
    questions = file_to_questions(options.questions)
    with served(options.home) as (address, start, process):
        page = Page(address, process)
        page.open()(questions[0])
        before = processor_times()
        alone = ask_at_once(page, questions, 1, options.people)
        together = ask_at_once(page, questions, options.people, options.rounds)
        taken = share_taken(before, processor_times())
    figures = {
        "start": asdict(start),
        "alone": asdict(alone),
        "together": asdict(together),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "taken": taken,
    }
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")


def processor_times() -> list[int]:
    """What Linux's processors did since they started, in ticks; [] elsewhere."""
    path = Path("/proc/stat")
    return [int(ticks) for ticks in path.read_text("ascii").split("\n", 1)[0].split()[1:]] if path.is_file() else []


def processor_seconds(process: int) -> float:
    """What a process has taken of the processors so far, as Linux counts it (proc(5), stat 14 and 15); 0 elsewhere."""
    path = Path(f"/proc/{process}/stat")
    if not path.is_file():
        return 0.0
    ticks = path.read_text("utf-8").rsplit(")", 1)[1].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def share_taken(before: Sequence[int], after: Sequence[int]) -> float | None:
    """The share of processor time between two readings that the host gave to other machines ("steal" in proc(5))."""
    spent = [late - early for early, late in zip(before, after, strict=True)]
    return round(spent[STEAL] / max(1, sum(spent[: STEAL + 1])), 3) if len(spent) > STEAL else None


def file_to_questions(path: Path) -> list[str]:
    """The questions of a set that stand alone."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [line["question"] for line in lines if not line.get("history")]


@contextmanager
def served(home: Path) -> Iterator[tuple[str, Start, int]]:
    """A page that is served and whose models are loaded: its address, how long that took, and its process."""
    command = [sys.executable, "-u", "-m", "app.cli", "serve", "--home", str(home), "--port", "0", "--no-browser"]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            address = wait_for_line(process, ADDRESS)
            said = time.perf_counter() - begun
            first = wait_for_page(address, lambda starting: True) - begun
            page = wait_for_page(address, lambda starting: not starting) - begun
            wait_for_line(process, READY)
            yield address, Start(said, first, page, time.perf_counter() - begun), process.pid
        finally:
            process.terminate()


def wait_for_line(process: subprocess.Popen[str], wanted: re.Pattern[str]) -> str:
    """What of the program's next lines meets the pattern; RuntimeError where it ends before."""
    assert process.stdout is not None
    for line in process.stdout:
        if found := wanted.search(line):
            return found[0]
    raise RuntimeError("kb serve ended before it was ready")


def wait_for_page(address: str, wanted: Callable[[bool], bool]) -> float:
    """The time at which a page came of which ``wanted`` says so; it is told whether it is the start page."""
    ends = time.perf_counter() + PATIENCE
    while time.perf_counter() < ends:
        with urllib.request.urlopen(address, timeout=PATIENCE) as reply:
            reply.read()
            if wanted(reply.headers.get(STARTING) == "starting"):
                return time.perf_counter()
        time.sleep(0.05)
    raise RuntimeError("the page did not come")


class Page:
    """The page as browsers know it: what it is built of, and how its parts are used."""

    def __init__(self, address: str, process: int = 0) -> None:
        self.address, self.process = address, process
        with urllib.request.urlopen(f"{address}config", timeout=PATIENCE) as reply:
            config: dict[str, Any] = json.load(reply)
        uses = config["dependencies"]
        self.box = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "question")
        self.replying = next(use["id"] for use in uses if [self.box, "submit"] in use["targets"])
        loads = [use for use in uses if any(event == "load" for _, event in use["targets"])]
        self.loading = [(use["id"], [None] * len(use["inputs"])) for use in loads if use["backend_fn"]]

    def open(self) -> Callable[[str], float]:
        """Open the page in a browser of its own, as far as the conversation; gives a function that asks there and
        returns the seconds until the answer stands with its sources."""
        session = secrets.token_hex(6)
        for use, nothing in self.loading:
            for _ in self.events(session, use, nothing):
                pass

        def ask(question: str) -> float:
            begun = time.perf_counter()
            for event in self.events(session, self.replying, [question, "", []]):
                if is_answer(event, question):
                    return time.perf_counter() - begun
            raise RuntimeError(f"no answer to: {question}")

        return ask

    def events(self, session: str, use: int, data: list[Any]) -> Iterator[dict[str, Any]]:
        """What the page sends back for one use of a part, until that is completed."""
        body = json.dumps({"data": data, "fn_index": use, "session_hash": session, "trigger_id": self.box}).encode()
        join = urllib.request.Request(
            f"{self.address}gradio_api/queue/join", body, {"content-type": "application/json"}
        )
        urllib.request.urlopen(join, timeout=PATIENCE).read()
        stream = f"{self.address}gradio_api/queue/data?session_hash={session}"
        with urllib.request.urlopen(stream, timeout=PATIENCE) as lines:
            for line in lines:
                if line.startswith(b"data:"):
                    event = json.loads(line[5:])
                    yield event
                    if event.get("msg") == "process_completed":
                        return


def is_answer(event: dict[str, Any], question: str) -> bool:
    """Whether an event brings the answer with its sources; AssertionError where it holds another's question as well."""
    text = json.dumps(event.get("output", {}), ensure_ascii=False)
    if event.get("msg") == "process_completed" and not event.get("success", True):
        raise RuntimeError(f"the page failed: {text[:200]}")
    if 'class=\\"feedback\\"' not in text:
        return False
    asked = re.findall(r"You asked: </span>(.*?)</h2>", text)
    if any(unescape(json.loads(f'"{one}"')) != question for one in asked):
        raise AssertionError(f"asked {question!r}, shown {asked}")
    return True


def ask_at_once(page: Page, questions: Sequence[str], people: int, rounds: int) -> Waits:
    """``people`` have the page open and ask ``rounds`` questions each, one after another, all at the same time and all
    different."""
    askers = [page.open() for _ in range(people)]

    def one(person: int) -> list[float]:
        return [askers[person](questions[(person * rounds + turn) % len(questions)]) for turn in range(rounds)]

    before = processor_seconds(page.process)
    with ThreadPoolExecutor(people) as pool:
        waits = sorted(wait for found in pool.map(one, range(people)) for wait in found)
    spent = processor_seconds(page.process) - before
    p95 = waits[min(len(waits) - 1, round(0.95 * (len(waits) - 1)))]
    return Waits(people, len(waits), statistics.median(waits), p95, waits[-1], round(spent / len(waits), 3) or None)


if __name__ == "__main__":
    main()
