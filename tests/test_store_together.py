"""Threads and processes that use one knowledge base at the same time."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from made import KINDS, ROOT, make_vectors, put

from kb.errors import NotFound
from kb.store import KnowledgeBase
from kb.store.kept import Kept


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "kb"


@pytest.fixture
def kb(home: Path) -> KnowledgeBase:
    return KnowledgeBase.open(home, create=True)


def test_many_threads_read_while_one_writes(kb: KnowledgeBase) -> None:
    _, vectors = put(kb, "d0", [f"Vans {n}." for n in range(30)])
    failures: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        try:
            while not stop.is_set():
                assert kb.search_vectors(vectors[3], KINDS, 3)[0][0] == "d0:s3"
                assert kb.search_text(["vans"], KINDS, 3)
                kb.document("d0")
        except BaseException as error:
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(6)]
    for reader in readers:
        reader.start()
    for n in range(1, 6):
        put(kb, f"d{n}", ["Cars.", "Bikes."], seed=n + 50)
    kb.remove("d2")
    stop.set()
    for reader in readers:
        reader.join()
    assert failures == [] and kb.check() == []


WRITER = """
import sys
sys.path.insert(0, {root!r}); sys.path.insert(0, {tests!r})
from pathlib import Path
from made import put
from kb.errors import NotFound
from kb.store import KnowledgeBase
from kb.store.kept import Kept
with KnowledgeBase.open(Path({home!r}), create=True) as kb:
    for n in range(6):
        put(kb, f"{{sys.argv[1]}}{{n}}", ["Vans.", "Cars."], seed=n)
        put(kb, f"both{{n}}", ["Bikes."], seed=n)
"""


def test_two_processes_write_at_once_and_a_third_sees_it_all(kb: KnowledgeBase, home: Path) -> None:
    put(kb, "first", ["Vans."], 99)
    query = make_vectors(1, 99)[0]
    assert len(kb.search_vectors(query, KINDS, 99)) == 1
    script = WRITER.format(root=str(ROOT), tests=str(ROOT / "tests"), home=str(home))
    writers = [subprocess.Popen([sys.executable, "-c", script, name]) for name in "ab"]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    assert len(kb.search_vectors(query, KINDS, 99)) == kb.counts()["vectors"] == 31
    assert kb.check() == []


REMOVER = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from kb.errors import NotFound
from kb.store import KnowledgeBase
from kb.store.kept import Kept
with KnowledgeBase.open(Path({home!r})) as kb:
    kb.remove("gone")
"""


def test_what_another_process_removes_is_not_kept_in_memory(kb: KnowledgeBase, home: Path) -> None:
    put(kb, "stays", ["Vans."])
    put(kb, "gone", ["Cars.", "Bikes."], seed=2)

    def seen() -> list[object]:
        return [
            [info.id for info in kb.documents()],
            kb.has("gone"),
            list(kb.chunks(["gone:s0", "stays:s0"])),
            list(kb.vectors(["gone:s0", "stays:s0"])),
            [name for name, _ in kb.search_vectors(make_vectors(1, 2)[0], KINDS, 9)],
            [name for name, _ in kb.search_text(["cars", "vans"], KINDS, 9)],
        ]

    both = [["gone", "stays"], True, ["gone:s0", "stays:s0"], ["gone:s0", "stays:s0"]]
    assert seen()[:4] == both and kb.document("gone").id == "gone"
    script = REMOVER.format(root=str(ROOT), home=str(home))
    assert subprocess.run([sys.executable, "-c", script], timeout=120).returncode == 0
    assert seen() == [["stays"], False, ["stays:s0"], ["stays:s0"], ["stays:s0"], ["stays:s0"]]
    with pytest.raises(NotFound):
        kb.document("gone")


def test_what_was_read_before_a_change_is_not_kept_after_it() -> None:
    state = [1]
    kept: Kept[str] = Kept(9, lambda: state[0])

    def load_slowly(ids: list[str]) -> dict[str, str]:
        state[0] = 2  # somebody commits while this thread still holds what it read
        assert kept.get(["x"], lambda ids: {"x": "new"}) == {"x": "new"}
        return dict.fromkeys(ids, "old")

    assert kept.get(["x", "y"], load_slowly) == {"x": "old", "y": "old"}
    assert kept.get(["x", "y"], lambda ids: dict.fromkeys(ids, "new")) == {"x": "new", "y": "new"}
