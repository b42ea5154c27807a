"""The rules of the house, read from the code itself."""

from __future__ import annotations

import ast
import re
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("kb", "ingest", "app", "evals")
MAY_IMPORT = {
    "kb": {"kb"},
    "ingest": {"ingest", "kb"},
    "app": {"app", "ingest", "kb", "evals"},
    "evals": {"evals", "kb"},
}
# What each of these alone may import beyond its package's rule, and why.
EXCEPTIONS = {
    "evals/benchmarks": {"ingest", "app"},  # times ingestion itself, in the words of the command line
}
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
COPYLEFT = re.compile(r"\b(AGPL|Affero|GPL-[23]|GPLv[23])", re.IGNORECASE)


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported_modules(path: Path) -> Iterator[tuple[int, str]]:
    """Line number and dotted name of everything that a file imports, at its top or inside functions."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            yield node.lineno, ".".join([*above, *([node.module] if node.module else [])])


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_downwards_only(package: str) -> None:
    wrong = []
    for path in python_files(package):
        allowed = MAY_IMPORT[package].union(
            *(extra for folder, extra in EXCEPTIONS.items() if relative(path).startswith(folder + "/"))
        )
        wrong += [
            f"{relative(path)}:{line} imports {name}"
            for line, name in imported_modules(path)
            if name.split(".")[0] in PACKAGES and name.split(".")[0] not in allowed
        ]
    assert not wrong


def test_evals_are_only_started_where_people_evaluate() -> None:
    users = {
        relative(path)
        for path in python_files("app")
        for _, name in imported_modules(path)
        if name.split(".")[0] == "evals"
    }
    assert "app/cli/evaluate.py" in users
    assert not [
        user for user in users if not re.fullmatch(r"app/(cli/evaluate|api/evaluating|ui/evaluation\w*)\.py", user)
    ]


def test_the_model_imports_nothing_of_ours() -> None:
    assert not [name for _, name in imported_modules(ROOT / "kb/model.py") if name.split(".")[0] in PACKAGES]


def test_files_stay_short() -> None:
    long = {
        relative(path): length
        for path in python_files(*PACKAGES, "tests", "corpus")
        if (length := len(path.read_text(encoding="utf-8").splitlines())) > MAX_FILE_LINES
    }
    assert not long


def test_functions_stay_short() -> None:
    long = {
        f"{relative(path)}:{node.lineno} {node.name}": length
        for path in python_files(*PACKAGES, "corpus")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_FUNCTION_LINES
    }
    assert not long


def test_packages_do_not_print() -> None:
    calls = [
        f"{relative(path)}:{node.lineno}"
        for path in python_files(*PACKAGES)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not calls


def test_every_file_says_what_it_is_for() -> None:
    files = python_files(*PACKAGES, "tests", "corpus")
    silent = [relative(path) for path in files if not ast.get_docstring(parsed(path))]
    assert not silent


def test_nothing_is_left_for_later() -> None:
    # Put together here so that this file does not find itself.
    marks = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error"]))
    found = [
        f"{relative(path)}:{number}"
        for path in python_files(*PACKAGES, "tests", "corpus")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if marks.search(line)
    ]
    assert not found


NOWHERE = "192.0.2.1"  # an address that is kept free for documentation
CALL_OUT = f"import socket; socket.create_connection(('{NOWHERE}', 80), timeout=1)"


@pytest.mark.parametrize(
    "call",
    [
        lambda: socket.create_connection((NOWHERE, 80), timeout=1),
        lambda: socket.getaddrinfo("example.org", 443),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", (NOWHERE, 53)),
    ],
    ids=["connect", "name", "datagram"],
)
def test_no_connection_leaves_the_machine(call: Callable[[], object]) -> None:
    with pytest.raises(OSError, match="no network"):
        call()


def test_no_connection_of_a_started_process_leaves_the_machine() -> None:
    done = subprocess.run([sys.executable, "-c", CALL_OUT], capture_output=True, text=True, timeout=60)
    assert "no network" in done.stderr


def declared_dependencies() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    return {re.match(r"[\w.-]+", line).group().lower() for line in lines}  # type: ignore[union-attr]


def documented_dependencies() -> dict[str, list[str]]:
    """Name to the cells of its row in docs/dependencies.md."""
    rows = {}
    for line in (ROOT / "docs/dependencies.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| `"):
            rows[cells[0].strip("`").lower()] = cells
    return rows


def test_every_dependency_has_licence_and_reason() -> None:
    rows = documented_dependencies()
    assert set(rows) == declared_dependencies()
    assert not [name for name, cells in rows.items() if len(cells) != 3 or not all(cells)]


def test_no_dependency_has_a_licence_that_binds_us() -> None:
    assert not {name: cells[1] for name, cells in documented_dependencies().items() if COPYLEFT.search(cells[1])}


def test_packages_import_only_what_is_declared() -> None:
    """Every package that our code imports is declared, so that it does not vanish with someone else's update."""
    distributions = packages_distributions()
    undeclared = {
        f"{relative(path)} {top}"
        for path in python_files(*PACKAGES, "corpus", "tests")
        for line, name in imported_modules(path)
        if (top := name.split(".")[0]) not in sys.stdlib_module_names
        and top not in (*PACKAGES, "tests", "", *(other.stem for other in python_files("tests")))
        and not {dist.lower().replace("_", "-") for dist in distributions.get(top, [])} & declared_dependencies()
    }
    assert not undeclared
