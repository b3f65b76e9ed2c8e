"""The command line: parse, call one public function, render."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper


def main() -> None:
    """Run the command line and leave with its exit code.

    0 answered; 1 a gate that the user asked for; 2 bad input or no answer; 101 a bug.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    import click

    from highfence.cli.app import app
    from highfence.core.errors import HighfenceError

    try:
        result = app.main(arguments, prog_name="highfence", standalone_mode=False)
    except HighfenceError as problem:
        click.echo(f"highfence: {problem}", err=True)
        return 2
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as problem:
        problem.show()
        return 2
    except click.Abort:
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as problem:
        click.echo(f"highfence: {problem.strerror}" + (f": {problem.filename}" if problem.filename else ""), err=True)
        return 2
    except Exception:
        import traceback

        traceback.print_exc()
        click.echo("highfence: this is a bug; please report it with the lines above.", err=True)
        return 101
    return result if isinstance(result, int) else 0


__all__ = ["main", "run"]
