"""The `shixian` program: puts the commands together, and turns errors into messages and exit codes.

Exit codes: 0 done; 1 an expectation differs or a verification failed; 2 a wrong call, or a refusal with its clause.
Only the module that holds the command asked for is imported, so that no call waits for what it does not use.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

from cyclopts import App, CycloptsError, Group

from shixian import __version__
from shixian.rules.errors import ShixianError

HELP = """时限：依条款运行公共科技计划。每个期限、公示期、金额都出自条款，并附计算过程。

Shixian: public science programmes run by the letter of their regulations."""

# Module of shixian/commands -> its commands. One that names none is asked whenever the command is no other's.
COMMANDS: dict[str, tuple[str, ...]] = {
    "time": ("deadline", "workday"),
    "law": ("programmes", "show", "readings", "compute"),
    "clause_index": ("clauses",),
    "simulate": ("simulate",),
    "intake": ("template", "import"),
    "casework": ("migrate", "open", "act", "tick", "call", "put-back"),
    "record": ("case", "cases", "verify", "erratum", "anchor", "people"),
    "cohort": ("rank",),
    "batch": ("batch",),
    "release": ("reconcile",),
    "money": ("appropriation", "account", "recovery", "year-end"),
    "backup": ("backup", "restore"),
    "operate": ("up", "demo"),
    "desk": ("desk",),
    "treasury": ("treasury-simulator",),
    "telling": ("tell", "outbox", "mail-sink"),
    "notices": ("notices",),
}

DONE, REFUSED = 0, 2
PIPED_WIDTH = 400  # help that nobody looks at is not wrapped


def build(words: Sequence[str] = ()) -> App:
    """The program with the module of the command that the words call, or with all modules there are."""
    app = App(
        name="shixian",
        help=HELP,
        version=f"shixian {__version__}",
        help_format="plaintext",
        help_formatter="default" if sys.stdout.isatty() else "plain",
        group_commands=Group("命令 Commands"),
        group_arguments=Group("参数 Arguments"),
        group_parameters=Group("选项 Options"),
        result_action="return_value",
    )
    app["--help"].help = "显示帮助。Show this help."
    app["--version"].help = "显示版本。Show the version."
    if not sys.stdout.isatty() and (not words or {"--help", "-h"} & set(words)):
        from rich.console import Console

        app.console = Console(width=PIPED_WIDTH, color_system=None)
    for name in _modules(words[0] if words else None):
        import_module(f"shixian.commands.{name}").register(app)
    return app


def _modules(wanted: str | None) -> list[str]:
    if wanted == "--version":
        return []
    present = [name for name in COMMANDS if find_spec(f"shixian.commands.{name}") is not None]
    return [name for name in present if wanted in COMMANDS[name]] or present


def main(tokens: Sequence[str] | None = None) -> int:
    """Run one command; the exit code. Errors that are nobody's mistake but ours are not caught."""
    words = list(sys.argv[1:] if tokens is None else tokens)
    try:
        result = build(words)(words, exit_on_error=False, print_error=False)
        sys.stdout.flush()
    except CycloptsError as error:
        print(f"命令有误：{error}", file=sys.stderr)
        print("处理办法：用 shixian --help 查看命令，用 shixian 命令 --help 查看其参数", file=sys.stderr)
        return REFUSED
    except ShixianError as error:
        print(error, file=sys.stderr)
        return REFUSED
    except BrokenPipeError:
        # The reader (head, less) has seen enough. Nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    return result if isinstance(result, int) else DONE


if __name__ == "__main__":
    sys.exit(main())
