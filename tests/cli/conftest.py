"""What the tests of commands share."""

import pytest

from pinakes.cli.app import run


@pytest.fixture
def pinakes(capsys):
    """Run the command line: returns (exit code, standard output, standard error)."""

    def call(*arguments):
        code = run([str(a) for a in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call
