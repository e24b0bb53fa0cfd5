"""The application: every command, and how errors become messages and exit codes."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

import pinakes
from pinakes.cli.output import FAILED, USAGE, console, print_error
from pinakes.errors import GateError, IntegrityError, PinakesError, UnknownNameError

COMMANDS = {
    "init": (
        "pinakes.cli.init:init",
        "Write a commented pinakes.toml to start from; index works without one, too.",
    ),
    "index": (
        "pinakes.cli.index:index",
        "Make a folder of pictures or a table searchable; run it again to bring it up to date.",
    ),
    "add": (
        "pinakes.cli.index:add",
        "Add or replace the items of another table, and publish a release with them.",
    ),
    "search": (
        "pinakes.cli.search:search",
        "Search a collection by words, by picture, by item, or by several of them.",
    ),
    "explain": (
        "pinakes.cli.explain:explain",
        "Say why an item ranks where it does for a query, or why it is not found.",
    ),
    "serve": (
        "pinakes.cli.serve:serve",
        "Serve a collection over HTTP until interrupted.",
    ),
    "status": (
        "pinakes.cli.content:status",
        "Show what a collection holds, what is served, and what is in quarantine.",
    ),
    "doctor": (
        "pinakes.cli.doctor:doctor",
        "Look for silent trouble: duplicates, spellings of one value, quarantine, missing or damaged files.",
    ),
    "delete": (
        "pinakes.cli.content:delete",
        "Delete items from the collection, and publish a release without them.",
    ),
    "block": (
        "pinakes.cli.content:block",
        "Take items down at once: they are not shown by any release, old or new.",
    ),
    "unblock": (
        "pinakes.cli.content:unblock",
        "Let blocked items be shown again.",
    ),
    "freeze": (
        "pinakes.cli.versions:freeze",
        "Write what changed since the last release as a verified snapshot, without publishing it.",
    ),
    "compact": (
        "pinakes.cli.versions:compact",
        "Write base and deltas together as one new base and publish it; fitted encoders are kept.",
    ),
    "tune": (
        "pinakes.cli.tune:tune",
        "Measure every index on the collection's own vectors, and keep the fastest that finds enough.",
    ),
    "verify": (
        "pinakes.cli.versions:verify",
        "Hash and check every file of a release; ends with status 1 when anything is wrong.",
    ),
    "publish": (
        "pinakes.cli.versions:publish",
        "Publish a snapshot: point a ref at it, with the base and the deltas before it.",
    ),
    "rollback": (
        "pinakes.cli.versions:rollback",
        "Go back to an earlier release: point a ref at it again.",
    ),
    "prune": (
        "pinakes.cli.versions:prune",
        "Delete snapshots that no recent release needs, and fetched pictures that nothing shows.",
    ),
    "export": (
        "pinakes.cli.export:export",
        "Write the vectors of a space as .npy, and the id and role of each row as Parquet.",
    ),
    "backup": (
        "pinakes.cli.backups:backup",
        "Write a collection to one file: settings, catalogue, served releases and models.",
    ),
    "restore": (
        "pinakes.cli.backups:restore",
        "Put a collection from a backup into a new folder, after every hash was checked.",
    ),
    "encoders": (
        "pinakes.cli.encoders:encoders_app",
        "List encoders and what they cost here, fetch and export models, migrate a collection.",
    ),
    "bench": (
        "pinakes.cli.bench:bench",
        "Measure latency, recall, throughput, build time, memory and disk of Pinakes and its peers.",
    ),
    "demo": (
        "pinakes.cli.demo:demo",
        "Generate a sample gallery, index it, answer a search, and serve it.",
    ),
}
"""Where each command lives and what it does, in the order of the help: neither search nor help must wait
for a web server's packages."""


INTERRUPTED = 130
"""Exit code of a command that was ended with Ctrl-C."""


class LazyCommand(TyperCommand):
    """A command that is imported when it is run."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Return the context of the command itself."""
        module, _, attribute = COMMANDS[self.name or ""][0].partition(":")
        found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            command: Any = typer.main.get_group(found)
        else:
            alone = typer.Typer(add_completion=False)
            alone.command(self.name)(found)
            command = typer.main.get_command(alone)
        return command.make_context(info_name, args, parent=parent, **extra)


class LazyGroup(TyperGroup):
    """Knows its commands by name."""

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
        return LazyCommand(cmd_name, help=COMMANDS[cmd_name][1])


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
    """Run the command line and end the process: 0 done, 1 failed or damaged, 2 usage, 130 stopped."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; errors of Pinakes are one message, never a traceback."""
    try:
        code = app(args=arguments, standalone_mode=False)
    except typer.TyperException as error:
        if message := error.format_message():  # without arguments the help was printed instead
            context = getattr(error, "ctx", None)
            root = "" if context is None else context.find_root().command_path
            command = "pinakes" if context is None else f"pinakes{context.command_path.removeprefix(root)}"
            print_error(f"{message.rstrip('.')}; see `{command} --help`")
        return USAGE
    except typer.Abort:  # a question was answered with no
        print_error("stopped; run it again to go on")
        return FAILED
    except (GateError, IntegrityError) as error:
        print_error(str(error))
        return FAILED
    except PinakesError as error:
        print_error(str(error))
        return USAGE
    except PermissionError as error:  # of a folder on the way to what was named, or of the system
        print_error(f"{error.filename}: permission denied" if error.filename else str(error))
        return USAGE
    if code == INTERRUPTED:  # which typer makes of Ctrl-C
        print_error("interrupted; what was done so far is kept, run it again to go on")
    return code if isinstance(code, int) else 0
