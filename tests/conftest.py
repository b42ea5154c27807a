"""What every test stands on: no network, a home folder of its own, and one ingested copy of the shipped documents."""

from __future__ import annotations

import json
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from kb.embedding import Embedder

ROOT = Path(__file__).resolve().parents[1]
OFFLINE = Path(__file__).resolve().parent / "offline"
CORPUS = ROOT / "corpus"

runpy.run_path(str(OFFLINE / "sitecustomize.py"))


def pytest_configure() -> None:
    """Hear Ctrl-C: a shell that starts the tests in the background makes them, and what they start, deaf to it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests first: a file of them is long, and the other core would wait for the last one."""
    items.sort(key=lambda item: not item.path.name.startswith("test_ui"))


@pytest.fixture(scope="session", autouse=True)
def isolated_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """For the whole run: a home folder that is nobody's, no KB_ setting, no model hub, one thread."""
    home = tmp_path_factory.mktemp("home")
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith(("KB_", "XDG_"))]:
        del os.environ[name]
    os.environ |= {
        "HOME": str(home),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join([str(OFFLINE), str(ROOT)]),
    }
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(autouse=True)
def kb_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """KB_HOME of this test: a folder that does not exist yet."""
    home = tmp_path / "kb-home"
    monkeypatch.setenv("KB_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def embedder(isolated_machine: None) -> Embedder:
    """The shipped embedding model."""
    from kb.embedding import embedder as load
    from kb.settings import Settings

    return load(Settings().embedding_model)


@pytest.fixture(scope="session")
def corpus_home(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    """A knowledge base with the shipped documents, ingested once a run; read it, never write to it."""
    from ingest.pipeline import ingest
    from kb.store import KnowledgeBase

    home = tmp_path_factory.mktemp("corpus") / "kb"
    with KnowledgeBase.open(home, create=True) as kb:
        report = ingest([CORPUS], kb, embedder)
    assert not report.refused, report.refused
    assert report.added, "nothing was ingested"
    return home


@dataclass(frozen=True)
class Outcome:
    """How a run of `kb` ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def json_lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


RunKb = Callable[..., Outcome]


@pytest.fixture
def run_kb(capsysbinary: pytest.CaptureFixture[bytes]) -> RunKb:
    """Run `kb` with these arguments in this process."""
    from app.cli import main

    def run(*arguments: object) -> Outcome:
        capsysbinary.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = capsysbinary.readouterr()
        return Outcome(code, out.decode("utf-8"), err.decode("utf-8"))

    return run


def kb_command(*arguments: object) -> list[str]:
    """The command line that runs `kb` as a process of its own."""
    return [sys.executable, "-m", "app.cli", *[str(argument) for argument in arguments]]


def spawn_kb(*arguments: object, **options: Any) -> Outcome:
    """Run `kb` as a process of its own, in a folder that is not the project's."""
    done = subprocess.run(kb_command(*arguments), capture_output=True, timeout=240, **{"cwd": "/", **options})
    return Outcome(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
