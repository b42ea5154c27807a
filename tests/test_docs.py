"""The documentation says what the code does: commands, options, settings, exit codes, links."""

from __future__ import annotations

import re
import shlex
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import typer

from app.cli import app
from app.cli.errors import EXIT_CODES
from kb.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "corpus/README.md"]
OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")

GROUP = typer.main.get_command(app)


def command_options() -> dict[str, set[str]]:
    """Command name to every option that it, or a command of its own, takes."""
    return {
        name: {
            option
            for one in (command, *getattr(command, "commands", {}).values())
            for parameter in one.params
            for option in [*parameter.opts, *parameter.secondary_opts]
        }
        for name, command in GROUP.commands.items()  # type: ignore[attr-defined]
    }


def documented_calls() -> list[tuple[str, list[str]]]:
    """Page name and words of every `kb …` call in code spans and code blocks."""
    calls = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        spans = re.findall(r"`(kb [^`]+)`", text)
        blocks = re.findall(r"^ {4}(?:\.venv/bin/)?(kb .+)$", text, flags=re.MULTILINE)
        calls += [(page.name, shlex.split(call.split("  #")[0], comments=False)) for call in [*spans, *blocks]]
    return calls


def test_documented_calls_are_found() -> None:
    assert len(documented_calls()) > 15


@pytest.mark.parametrize(
    ("page", "words"), documented_calls(), ids=lambda value: " ".join(value) if isinstance(value, list) else value
)
def test_documented_calls_exist(page: str, words: list[str]) -> None:
    options = command_options()
    name = words[1]
    if name in ("COMMAND", "--help"):
        return
    assert name in options, f"{page}: there is no command {name}"
    used = {word.split("=")[0] for word in words[2:] if word.startswith("--")}
    assert used <= options[name] | {"--home", "--help"}, f"{page}: {words}"


@pytest.mark.parametrize("command", sorted(command_options()))
def test_every_command_is_documented(command: str) -> None:
    assert re.search(rf"^\| `kb {command}\b", OPERATIONS, flags=re.MULTILINE)


@pytest.mark.parametrize("field", sorted(Settings.model_fields))
def test_every_setting_is_documented_with_its_default(field: str) -> None:
    row = re.search(rf"^\| `KB_{field.upper()}` \| (.+?) \|", OPERATIONS, flags=re.MULTILINE)
    assert row, f"KB_{field.upper()} is missing in docs/operations.md"
    default = Settings.model_fields[field].default
    assert default is None or row.group(1).strip("`") == str(default)


def test_no_setting_is_documented_that_does_not_exist() -> None:
    named = set(re.findall(r"\bKB_([A-Z_]+)\b", "".join(page.read_text(encoding="utf-8") for page in PAGES)))
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_exit_codes_are_documented() -> None:
    section = OPERATIONS.split("## Exit codes")[1].split("##")[0]
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", section, flags=re.MULTILINE)] == list(EXIT_CODES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not missing


def test_make_targets_in_the_documentation_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert set(re.findall(r"(?:^ {4}|`)make ([a-z]+)", text, flags=re.MULTILINE)) <= targets


def test_pictures_load_nothing_from_elsewhere() -> None:
    for picture in (ROOT / "docs/images").glob("*.svg"):
        for element in ElementTree.parse(picture).iter():
            assert not [value for name, value in element.attrib.items() if name.endswith("href")]


def test_licence_is_the_full_text() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text and "END OF TERMS AND CONDITIONS" in text
