"""The application: every command, and how errors become messages and exit codes."""

import sys
from collections.abc import Sequence

import typer

import pinakes
from pinakes.cli import backups, content, demo, doctor, index, search, serve, versions
from pinakes.cli.output import FAILED, USAGE, console, print_error
from pinakes.errors import GateError, IntegrityError, PinakesError

app = typer.Typer(
    name="pinakes",
    help="A search engine for collections of pictures and records.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for command in (
    index.index,
    index.add,
    search.search,
    content.status,
    content.delete,
    content.block,
    content.unblock,
    versions.freeze,
    versions.compact,
    versions.verify,
    versions.publish,
    versions.rollback,
    versions.prune,
    backups.backup,
    backups.restore,
    doctor.doctor,
    serve.serve,
    demo.demo,
):
    app.command()(command)


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
