"""The fuzz job: changed files of every format are read for a given time; a Document that holds, or a refusal in words.

Run: ``python tests/fuzz/run.py [--seconds 120] [--seed N] [--failures DIR]``, or with files to read these once more.
A crash, a hang, too much memory, an exception that no reader has words for, and a Document that is not whole are
failures: the file is written to DIR, and the run ends with 1. Each round of examples has a seed of its own, printed.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import secrets
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from invariants import document_to_problems
from mutations import MUTATIONS, PLACE, Mutation, mutate
from seeds import make_seeds

from ingest.readers.bounded import BoundedReader
from ingest.readers.limits import Limits

EXAMPLES_A_ROUND = 100
# A small file that takes a fraction of what any file may take is a failure already.
LIMITS = Limits(cpu_seconds=20, memory_bytes=1024**3)


class Fuzzer:
    """Reads changed files and counts what becomes of them."""

    def __init__(self, failures: Path, folder: Path) -> None:
        self.failures = failures
        self.folder = folder
        self.reader = BoundedReader(LIMITS)
        self.broken = Broken()
        self.counts: Counter[str] = Counter()
        self.formats: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.found: dict[str, Path] = {}

    def run(self, seconds: float, first_seed: int) -> None:
        """Rounds of examples until the time is over."""
        seeds = make_seeds()
        # Formats take turns, and then the files of a format.
        formats: dict[str, list[str]] = {}
        for name in sorted(seeds):
            formats.setdefault(Path(name).suffix, []).append(name)
        names = st.sampled_from(sorted(formats)).flatmap(lambda suffix: st.sampled_from(formats[suffix]))
        end = time.monotonic() + seconds
        number = first_seed
        while time.monotonic() < end:

            @seed(number)
            @settings(
                max_examples=EXAMPLES_A_ROUND,
                deadline=None,
                database=None,
                phases=(Phase.generate,),
                suppress_health_check=list(HealthCheck),
            )
            @given(name=names, mutations=MUTATIONS, member=st.none() | PLACE)
            def example(name: str, mutations: list[Mutation], member: float | None) -> None:
                if time.monotonic() < end:
                    self.read(name, mutate(seeds[name], mutations, member))

            say(f"seed {number}: {sum(self.formats.values())} files so far, {len(self.found)} kinds of failure")
            example()
            number += 1

    def read(self, name: str, data: bytes) -> None:
        """Read one changed file; a failure is written down once a kind."""
        path = self.folder / name
        path.write_bytes(data)
        self.formats[path.suffix] += 1
        for problem in self.file_to_problems(path):
            self.counts["failed"] += 1
            if problem not in self.found:
                digest = hashlib.sha256(data).hexdigest()[:8]
                self.failures.mkdir(parents=True, exist_ok=True)
                self.found[problem] = self.failures / f"{path.stem}-{digest}{path.suffix}"
                self.found[problem].write_bytes(data)
                say(f"FAILED {self.found[problem]}: {problem}")

    def file_to_problems(self, path: Path) -> list[str]:
        """What went wrong in reading a file; empty for a whole Document and for a refusal."""
        deaths = self.reader.deaths
        self.broken.traces.clear()
        readings = list(self.reader.read(path))
        problems = [trace_to_kind(trace) for trace in self.broken.traces]
        if self.reader.deaths > deaths:
            problems += [r.refused.reason for r in readings if r.refused is not None][-1:]
        for reading in readings:
            if reading.document is not None:
                self.counts["read"] += 1
                try:
                    problems += document_to_problems(reading.document)[:1]
                except Exception:
                    problems.append(trace_to_kind(traceback.format_exc()))
            elif reading.refused is not None:
                self.counts["refused"] += 1
                self.reasons[reading.refused.reason.split(":")[0]] += 1
        return problems


class Broken(logging.Handler):
    """Catches the tracebacks of readers that broke."""

    def __init__(self) -> None:
        super().__init__()
        self.traces: list[str] = []
        logging.getLogger("ingest.readers.bounded").addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.traces.append(record.getMessage())


def trace_to_kind(trace: str) -> str:
    """Where an exception came from in our code, and which it is: the same failure has the same words."""
    lines = [line.strip() for line in trace.strip().splitlines()]
    places = [line for line in lines if line.startswith("File ") and ("/ingest/" in line or "/kb/" in line)]
    place = places[-1].split("/")[-1].replace('"', "") if places else "no place of ours"
    return f"{lines[-1].split(':')[0]} at {place}"


def main() -> int:
    """Run, say what was found, and end with 1 where it was anything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("files", nargs="*", type=Path, help="files to read once more, as they are")
    parser.add_argument("--seconds", type=float, default=120, help="how long (default: 120)")
    parser.add_argument("--seed", type=int, default=None, help="the seed of the first round (default: a random one)")
    parser.add_argument("--failures", type=Path, default=Path("build/fuzz"), help="where failing files are written")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fuzzer = Fuzzer(options.failures, Path(folder))
        start = time.monotonic()
        with fuzzer.reader:
            for path in options.files:
                for problem in fuzzer.file_to_problems(path):
                    fuzzer.found[problem] = path
                    say(f"FAILED {path}: {problem}")
            if not options.files:
                first = secrets.randbelow(10**9) if options.seed is None else options.seed
                fuzzer.run(options.seconds, first)
    files = sum(fuzzer.formats.values())
    say(
        f"{files} changed files in {time.monotonic() - start:.0f} s ({dict(sorted(fuzzer.formats.items()))}): "
        f"{fuzzer.counts['read']} documents read, {fuzzer.counts['refused']} refused, "
        f"{fuzzer.counts['failed']} failures of {len(fuzzer.found)} kinds; "
        f"memory {fuzzer.reader.peak_bytes / 1024**2:.0f} MB at most"
    )
    for problem, path in fuzzer.found.items():
        say(f"  {problem}: {path}")
    return 1 if fuzzer.found else 0


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
