"""The fuzz job itself: its files are whole before they are changed, and what is not whole is noticed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

FUZZ = Path(__file__).resolve().parent / "fuzz"
sys.path.insert(0, str(FUZZ))

from invariants import document_to_problems  # noqa: E402
from mutations import mutate  # noqa: E402
from seeds import make_seeds  # noqa: E402

from ingest.readers import READERS, read  # noqa: E402
from ingest.readers.bounded import BoundedReader  # noqa: E402


def test_every_format_has_a_file_and_each_is_read_whole(tmp_path: Path) -> None:
    seeds = make_seeds()
    assert {suffix.removesuffix("l") for suffix in READERS} <= {
        Path(name).suffix.removesuffix("l") for name in seeds
    } | {".xlsm", ".docm", ".pptm"}
    with BoundedReader() as reader:
        for name, data in seeds.items():
            (tmp_path / name).write_bytes(data)
            for reading in reader.read(tmp_path / name):
                assert reading.document is not None, (reading.source, reading.refused)
                assert document_to_problems(reading.document) == [], reading.source


def test_what_is_not_whole_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes(make_seeds()["report.txt"])
    document = read(path)
    block, table = document.blocks[0], document.tables[0]
    piece, cell = block.pieces[0], table.cells[0]
    broken = [
        replace(document, text=document.text.replace("Report", "Rapport")),
        replace(document, title="\ud800"),
        replace(document, blocks=(replace(block, pieces=(replace(piece, start=1, end=10**6),)),)),
        replace(document, blocks=(*document.blocks, document.blocks[0])),
        replace(document, tables=(replace(table, cells=(replace(cell, colspan=99),)),)),
        replace(document, tables=(replace(table, cells=(cell, cell)),)),
        replace(document, tables=(replace(table, row_pages=(1,)),)),
    ]
    assert document_to_problems(document) == []
    assert all(document_to_problems(one) for one in broken)


def test_a_change_in_a_member_leaves_an_archive_that_opens() -> None:
    import io
    import zipfile

    data = make_seeds()["report.docx"]
    changed = mutate(data, [("put", 0.5, 0.5, b"0123456789")], 0.5)
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(io.BytesIO(changed)) as after:
        assert before.namelist() == after.namelist() and after.testzip() is None
        assert sum(before.read(name) != after.read(name) for name in before.namelist()) == 1


@pytest.mark.parametrize("seed", [20140923])
def test_a_short_run_of_the_job_finds_nothing(tmp_path: Path, seed: int) -> None:
    command = [sys.executable, str(FUZZ / "run.py"), "--seconds", "6", "--seed", str(seed), "--failures", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 failures" in done.stdout
