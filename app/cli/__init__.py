"""The command line ``kb``: one file a group of commands, put together here.

Importing this must stay cheap (``kb --help`` is asked often): a command imports what it needs when it runs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from app.cli import ask, doctor, documents, evaluate, export, feedback, ingest, mcp, serve, tables, users
from app.cli.errors import EXIT_CODES, words_and_exit_codes
from app.cli.options import HomeOption, prepare_environment


class Commands(TyperGroup):
    """Runs a command so that whatever goes wrong ends in words and a documented exit code."""

    def invoke(self, ctx: Any) -> Any:
        with words_and_exit_codes(ctx):
            return super().invoke(ctx)


def exit_codes_in_words() -> str:
    return "Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items()) + "."


def show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"collabkb {version('collabkb')}")
        except PackageNotFoundError:
            typer.echo("collabkb (run from a folder, not installed)")
        raise typer.Exit()


app = typer.Typer(
    name="kb",
    cls=Commands,
    help="Answers about police collaborations, quoted or computed from documents, each with its proof.",
    epilog=exit_codes_in_words(),
    no_args_is_help=True,
    add_completion=False,
    # Help in Rich's colours costs as much time again as all else that `kb --help` does.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def collabkb(
    home: HomeOption = None,
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    prepare_environment(home)


app.command("ingest")(ingest.ingest)
app.command("ask")(ask.ask)
app.command("tables")(tables.tables)
app.command("documents")(documents.documents)
app.command("remove")(documents.remove)
app.command("restore")(documents.restore)
app.command("correct")(documents.correct)
app.command("reread")(ingest.reread)
app.command("export", epilog=export.EPILOG)(export.export)
app.command("serve")(serve.serve)
app.command("eval")(evaluate.evaluate)
app.command("feedback")(feedback.feedback)
app.command("doctor")(doctor.doctor)
app.command("mcp")(mcp.mcp)
app.add_typer(users.users, name="users")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``kb`` with the arguments (default: those of the process) and return its exit code."""
    try:
        app(args=sys.argv[1:] if arguments is None else list(arguments), prog_name="kb")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    return 0
