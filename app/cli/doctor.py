"""`kb doctor`: what works, what does not, and what to do about it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import HomeOption

if TYPE_CHECKING:
    from kb.settings import Settings
    from kb.store import KnowledgeBase

LOW_DISK_BYTES = 500_000_000
INSTALL_AGAIN = "Run `make install` in the project's folder."
EMBED_AGAIN = "Run `kb ingest`: the vectors are made again with the new model, from the text that is held."


@dataclass(frozen=True)
class Finding:
    """One thing looked at; ``remedy`` is what to do where it is not as it should be, else None."""

    subject: str
    text: str
    remedy: str | None = None


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    home: HomeOption = None,
) -> None:
    """Check packages, model and knowledge base.

    Each finding comes with what to do about it; the exit code is 1 when there is one.
    """
    from app.cli.errors import ERROR
    from app.cli.options import read_settings
    from app.cli.output import write_json

    settings = read_settings(home)
    findings = [
        *check_packages(),
        *check_model(settings),
        *check_language_model(settings),
        *check_recognition(),
        *check_disk(settings),
        *check_knowledge_base(settings),
        *check_users(settings),
    ]
    if as_json:
        write_json([{"subject": one.subject, "text": one.text, "remedy": one.remedy} for one in findings])
    else:
        show_findings(findings)
    if any(finding.remedy for finding in findings):
        raise typer.Exit(ERROR)


def check_packages() -> Iterator[Finding]:
    """Python, and every package that collabkb needs, against the versions that it was made for."""
    from importlib.metadata import PackageNotFoundError, requires, version

    from packaging.requirements import Requirement

    yield Finding("python", sys.version.split()[0])
    try:
        needed = [Requirement(line) for line in requires("collabkb") or []]
    except PackageNotFoundError:
        yield Finding("packages", "collabkb is run from a folder and not installed; versions are not checked")
        return
    fitting = []
    for requirement in needed:
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            yield Finding(requirement.name, "is not installed", INSTALL_AGAIN)
            continue
        if requirement.specifier.contains(installed, prereleases=True):
            fitting.append(f"{requirement.name} {installed}")
        else:
            yield Finding(requirement.name, f"{installed}, but {requirement.specifier} is needed", INSTALL_AGAIN)
    yield Finding("packages", ", ".join(fitting))


def check_model(settings: Settings) -> Iterator[Finding]:
    """Whether the embedding model loads and makes vectors."""
    from kb.embedding import embedder
    from kb.errors import ModelError

    try:
        vectors = embedder(settings.embedding_model).encode(["police collaboration"])
    except ModelError as error:
        yield Finding("embedding model", "does not load; answers come from keyword search alone", str(error))
        return
    yield Finding("embedding model", f"{settings.embedding_model}, {vectors.shape[1]} dimensions")


def check_language_model(settings: Settings) -> Iterator[Finding]:
    """Whether the language model that is set answers; it is no fault where none is set."""
    from kb.errors import LanguageModelError

    if settings.llm is None:
        yield Finding("language model", "none is set; answers are in the documents' own words")
        return
    from kb.answering.llm_client import settings_to_model

    model = settings_to_model(settings)
    try:
        model.reach()
    except LanguageModelError as error:
        yield Finding("language model", f"{model.model}: {error}", "Start its server, or mend or unset KB_LLM.")
        return
    yield Finding("language model", f"{model.model} at {model.address}")


def check_recognition() -> Iterator[Finding]:
    """Whether pages that are pictures can be read; it is no fault where they cannot, as most documents have none."""
    from ingest.readers.ocr import is_available

    found = "Tesseract is there; pages that are pictures are read"
    missing = "Tesseract is not there; pages that are pictures are named and not read (docs/operations.md)"
    yield Finding("text recognition", found if is_available() else missing)


def check_disk(settings: Settings) -> Iterator[Finding]:
    """Room on the disk of the knowledge base."""
    import shutil

    folder = nearest_existing(settings.home_folder())
    free = shutil.disk_usage(folder).free
    remedy = "Free some space before you ingest." if free < LOW_DISK_BYTES else None
    yield Finding("disk", f"{free / 1e9:,.1f} GB free under {folder}", remedy)


def nearest_existing(folder: Path) -> Path:
    """The folder itself, else the nearest one above it that exists."""
    return next(place for place in (folder, *folder.absolute().parents) if place.exists())


def check_knowledge_base(settings: Settings) -> Iterator[Finding]:
    """Whether the knowledge base opens, holds documents, and holds together."""
    from kb.errors import KnowledgeBaseError
    from kb.store import KnowledgeBase

    home = settings.home_folder()
    try:
        kb = KnowledgeBase.open(home)
    except KnowledgeBaseError as error:
        yield Finding("knowledge base", f"{home} does not open", str(error))
        return
    with kb:
        yield from check_contents(kb, settings)


def check_contents(kb: KnowledgeBase, settings: Settings) -> Iterator[Finding]:
    counts = ", ".join(f"{number:,} {name}" for name, number in kb.counts().items())
    empty = None if kb.documents() else "Run `kb ingest` for the shipped documents, or `kb ingest FOLDER` for your own."
    yield Finding("knowledge base", f"{kb.home}: {counts}", empty)
    model = kb.embedding_model()
    if model is not None and model != settings.embedding_model:
        yield Finding("vectors", f"were made with {model}, the settings say {settings.embedding_model}", EMBED_AGAIN)
    problems = kb.check()
    for problem in problems:
        yield Finding("store", "something is not as it should be", problem)
    if not problems:
        yield Finding("store", "nothing is damaged, missing or left over")


def check_users(settings: Settings) -> Iterator[Finding]:
    """Who may sign in, where KB_AUTH names a file of users."""
    from app.access.users import Users, UsersFileError

    if settings.auth is None:
        return
    users = Users(settings.auth)
    try:
        held = users.all()
    except UsersFileError as error:
        yield Finding("login", "nobody can sign in", str(error))
        return
    cleared = sum(user.cleared for user in held)
    told = f"{len(held)} may sign in, {cleared} of them see documents marked not public"
    remedy = None if held else "Add the first user with `kb users add NAME --role editor`."
    if users.path.stat().st_mode & 0o077:
        remedy = f"Other users of this machine can read the file: chmod 600 {users.path}"
    yield Finding("login", told, remedy)


def show_findings(findings: list[Finding]) -> None:
    """One line a finding, what to do below it."""
    from app.cli.output import console, printable

    out = console()
    for finding in findings:
        mark, style = ("  x", "red") if finding.remedy else (" ok", None)
        out.print(f"{mark}  {finding.subject}: {printable(finding.text)}", style=style)
        if finding.remedy:
            out.print(f"     -> {printable(finding.remedy)}", style="yellow")
    wrong = sum(bool(finding.remedy) for finding in findings)
    out.print(f"{wrong} to mend" if wrong else "All is well.", style="bold")
