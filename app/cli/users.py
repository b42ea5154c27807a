"""`kb users`: who may sign in where `kb serve` asks for a login."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from app.access.users import Users

users = typer.Typer(
    help="Who may sign in: the users in the file that KB_AUTH names.", no_args_is_help=True, rich_markup_mode=None
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The name that they sign in with.")]


@users.command("add")
def add(
    name: NameArgument,
    role: Annotated[
        str, typer.Option(metavar="ROLE", help="reader: asks and reads; editor: adds, corrects and removes as well.")
    ] = "reader",
    cleared: Annotated[bool, typer.Option("--cleared", help="They see documents marked not public, too.")] = False,
) -> None:
    """Add a user; the password is asked for, or read from the first line of standard input."""
    from app.cli.output import console

    held = open_users()
    added = held.add(name, read_password(name), role, cleared)
    console().print(f"{added.name} can sign in{' and sees documents marked not public' if cleared else ''}.")


@users.command("list")
def list_users(
    as_json: Annotated[bool, typer.Option("--json", help="Print a list for programs.")] = False,
) -> None:
    """List the users and what they may do."""
    import json

    from app.cli.output import console

    held = open_users().all()
    if as_json:
        entries = [
            {"name": user.name, "role": user.role, "cleared": user.cleared, "token": user.token is not None}
            for user in held
        ]
        typer.echo(json.dumps(entries, ensure_ascii=False))
        return
    from rich.table import Table

    table = Table("Name", "Role", "Documents not public", "Token", box=None, pad_edge=False)
    for user in held:
        table.add_row(user.name, user.role, "seen" if user.cleared else "hidden", "yes" if user.token else "no")
    console().print(table)


@users.command("change")
def change(
    name: NameArgument,
    role: Annotated[str | None, typer.Option(metavar="ROLE", help="reader or editor.")] = None,
    cleared: Annotated[
        bool | None, typer.Option("--cleared/--not-cleared", help="Whether they see documents marked not public.")
    ] = None,
) -> None:
    """Change what a user may do, from their next request on."""
    from app.cli.output import console
    from kb.errors import CollabkbError

    if role is None and cleared is None:
        raise CollabkbError("Say what to change: --role reader, --role editor, --cleared or --not-cleared.")
    user = open_users().change(name, role, cleared)
    seen = "sees documents marked not public" if user.cleared else "does not see documents marked not public"
    console().print(f"{user.name} is {'an editor' if user.role == 'editor' else 'a reader'} and {seen}.")


@users.command("remove")
def remove(name: NameArgument) -> None:
    """Take a user out; their sessions and token end at once."""
    from app.cli.output import console

    open_users().remove(name)
    console().print(f"{name} can no longer sign in.")


@users.command("password")
def password(name: NameArgument) -> None:
    """Give a user a new password; the sessions begun with the old one end."""
    from app.cli.output import console

    held = open_users()
    known(held, name)
    held.set_password(name, read_password(name))
    console().print(f"{name} has a new password.")


@users.command("token")
def token(
    name: NameArgument,
    end: Annotated[bool, typer.Option("--end", help="Take the token away instead.")] = False,
) -> None:
    """Make a token with which a program acts for a user, and print it once; the one before ends."""
    from app.cli.output import console

    held = open_users()
    if end:
        held.end_token(name)
        console().print(f"{name} has no token any more.")
        return
    typer.echo(held.make_token(name))


def open_users() -> Users:
    """The users of KB_AUTH. CollabkbError: it is not set."""
    from app.access.users import Users
    from app.cli.options import read_settings
    from kb.errors import CollabkbError

    path = read_settings().auth
    if path is None:
        raise CollabkbError(
            "KB_AUTH is not set. Set it to the file that the users are kept in, for example: "
            "export KB_AUTH=~/collabkb-users.json"
        )
    return Users(path)


def known(held: Users, name: str) -> None:
    """NotFound, before a password is asked for in vain."""
    from kb.errors import NotFound

    if held.find(name) is None:
        raise NotFound(f"There is no user {name}. 'kb users list' names those there are.")


def read_password(name: str) -> str:
    """A password typed twice without being shown; the first line of standard input where that is no keyboard."""
    from kb.errors import CollabkbError

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass(f"Password for {name}: ")
    if getpass.getpass("The same again: ") != first:
        raise CollabkbError("The two were not the same. Nothing was changed; run the command again.")
    return first
