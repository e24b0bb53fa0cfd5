"""The application: every command, and how errors become messages and exit codes."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

import pinakes
from pinakes.cli.output import FAILED, USAGE, console, print_error
from pinakes.errors import GateError, IntegrityError, PinakesError, UnknownNameError

COMMANDS = {
    "index": "pinakes.cli.index:index",
    "add": "pinakes.cli.index:add",
    "search": "pinakes.cli.search:search",
    "serve": "pinakes.cli.serve:serve",
    "status": "pinakes.cli.content:status",
    "doctor": "pinakes.cli.doctor:doctor",
    "delete": "pinakes.cli.content:delete",
    "block": "pinakes.cli.content:block",
    "unblock": "pinakes.cli.content:unblock",
    "freeze": "pinakes.cli.versions:freeze",
    "compact": "pinakes.cli.versions:compact",
    "tune": "pinakes.cli.tune:tune",
    "verify": "pinakes.cli.versions:verify",
    "publish": "pinakes.cli.versions:publish",
    "rollback": "pinakes.cli.versions:rollback",
    "prune": "pinakes.cli.versions:prune",
    "export": "pinakes.cli.export:export",
    "backup": "pinakes.cli.backups:backup",
    "restore": "pinakes.cli.backups:restore",
    "encoders": "pinakes.cli.encoders:encoders_app",
    "bench": "pinakes.cli.bench:bench",
    "demo": "pinakes.cli.demo:demo",
}
"""Where each command lives, in the order of the help: a search must not wait for a web server's packages."""


class LazyGroup(TyperGroup):
    """Imports a command when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command.

        Raises:
            UnknownNameError: there is none of this name; names the nearest.
        """
        if cmd_name not in COMMANDS:
            raise UnknownNameError("command", cmd_name, COMMANDS)
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            return typer.main.get_group(found)
        alone = typer.Typer(add_completion=False)
        alone.command(cmd_name)(found)
        return typer.main.get_command(alone)


app = typer.Typer(
    name="pinakes",
    cls=LazyGroup,
    help="A search engine for collections of pictures and records.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def version(
    show: bool = typer.Option(False, "--version", help="Print the version and end.", is_eager=True),
) -> None:
    """Print the version when asked for it."""
    if show:
        console().print(pinakes.__version__)
        raise typer.Exit


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process: 0 done, 1 failed gate or damaged data, 2 usage."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; errors of Pinakes are one message, never a traceback."""
    try:
        code = app(args=arguments, standalone_mode=False)
    except typer.TyperException as error:
        if message := error.format_message():  # without arguments the help was printed instead
            print_error(f"{message.rstrip('.')}; see `pinakes --help`")
        return USAGE
    except typer.Abort:
        print_error("interrupted; what was done so far is kept, run it again to go on")
        return 130
    except (GateError, IntegrityError) as error:
        print_error(str(error))
        return FAILED
    except PinakesError as error:
        print_error(str(error))
        return USAGE
    return code if isinstance(code, int) else 0
