"""Run the benchmarks: ``python -m benchmarks [--list] [name ...]``; all of them when none is named.

What follows one name and is none itself is for that benchmark: ``python -m benchmarks live_updates 10000``.
"""

import argparse
import ast
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from pinakes.bench.machine import describe_machine
from pinakes.errors import UnknownNameError

FOLDER = Path(__file__).parent


def found() -> dict[str, str]:
    """Return the first line of every benchmark: a module of this package with a ``main()``, by name."""
    lines = {}
    for path in sorted(FOLDER.glob("[!_]*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))  # not imported: a list must be quick
        if any(isinstance(part, ast.FunctionDef) and part.name == "main" for part in module.body):
            lines[path.stem] = (ast.get_docstring(module) or "").partition("\n")[0]
    return lines


def run(name: str, options: Sequence[str] = ()) -> int:
    """Run one benchmark in a process of its own, so that none warms another; return its exit status."""
    print(f"\n== {name} ==", flush=True)
    start = time.perf_counter()
    status = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *options], check=False).returncode
    print(f"({time.perf_counter() - start:.0f} s{f', exit status {status}' if status else ''})", flush=True)
    return status


def is_option(word: str) -> bool:
    """Whether a word of the command line is given to a benchmark, and names none: an option or a number."""
    return word.startswith("-") or word.isdigit()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; return 0, 1 if a benchmark failed, or 2 if one does not exist."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help="benchmarks to run; all of them when none is named")
    parser.add_argument("--list", action="store_true", help="say what there is")
    given = list(sys.argv[1:] if arguments is None else arguments)
    named = next((n for n, word in enumerate(given) if n and is_option(word)), len(given))
    options = given[named:]
    asked = parser.parse_args(given[:named])
    known = found()
    if asked.list:
        for name, line in known.items():
            print(f"{name:20} {line}")
        return 0
    unknown = [name for name in asked.names if name not in known]
    if unknown:
        print(UnknownNameError("benchmark", unknown[0], known), file=sys.stderr)
        return 2
    if options and len(asked.names) != 1:
        print(f"{' '.join(options)}: what is given to a benchmark follows its name alone", file=sys.stderr)
        return 2
    print(describe_machine(), flush=True)
    failed = [name for name in asked.names or known if run(name, options)]
    if failed:
        print(f"\nfailed: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
