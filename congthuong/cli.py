"""The command line: `congthuong COMMAND`. One file a command in `commands/`; errors become one message and an exit code here."""

import importlib
import sys
from keyword import iskeyword
from pathlib import Path
from typing import Any

import click

from archive.errors import ArchiveError

COMMANDS = ("backup", "crawl", "demo", "export", "import", "read", "rebuild", "serve", "sites", "status", "verify")


class Commands(click.Group):
    """Loads a command's module when it is asked for, so that `--help` is quick, and says our errors without a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name  # import_.py
        command = importlib.import_module(f"congthuong.commands.{name}").command
        if not isinstance(command, click.Command):
            msg = f"congthuong.commands.{cmd_name} has no command"
            raise TypeError(msg)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ArchiveError as error:
            click.echo(f"congthuong: {error}", err=True)
            ctx.exit(error.exit_code)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="congthuong")
def main() -> None:
    """Keep, read and serve the news of Vietnam's provincial departments of industry and trade.

    Results go to stdout, everything else to stderr. Exit codes: 0 done as asked, 1 short or broken, 2 wrong use, 3 another run holds the lock.
    """


data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="CONGTHUONG_DATA",
    default=Path("data"),
    show_default=True,
    help="The folder that holds captures and archive ($CONGTHUONG_DATA).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def on_terminal() -> bool:
    """Is a person watching stderr?"""
    return sys.stderr.isatty()
