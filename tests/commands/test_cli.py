"""The program as a whole: help, exit codes, errors, pipes, what it imports; and that its manual is complete."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from cyclopts import App

import shixian
from shixian.cli import COMMANDS, _modules, build, main
from tests.commands import sample

# The program as a shell would run it, but with the regulation of `sample`.
WITH_SAMPLE = """
import sys
from tests.commands import sample
import shixian.programmes
shixian.programmes.catalogue = sample.catalogue
from shixian.cli import main
sys.exit(main())
"""


def shell(root: Path, *tokens: str, code: str | None = None) -> subprocess.CompletedProcess[str]:
    start = ["-c", code] if code else ["-m", "shixian.cli"]
    return subprocess.run([sys.executable, *start, *tokens], cwd=root, capture_output=True, text=True, encoding="utf-8")


def commands(app: App) -> list[str]:
    return [name for name in app if not name.startswith("-")]


def leaves(app: App, command: str) -> Iterator[App]:
    """The command itself, or the commands that it gathers (`batch propose`, `batch show`, ...)."""
    if app[command].default_command is not None:
        yield app[command]
        return
    for name in commands(app[command]):
        yield from leaves(app[command], name)


def options(app: App, command: str) -> Iterator[str]:
    """The options of a command as one writes them, without the `--no-` twins."""
    for leaf in leaves(app, command):
        for argument in leaf.assemble_argument_collection():
            yield from (name for name in argument.names if name.startswith("--") and not name.startswith("--no-"))


def test_end_to_end_a_table_and_json(root: Path) -> None:
    told = shell(root, "show", "sample-grant", code=WITH_SAMPLE)
    assert told.returncode == 0 and told.stderr == ""
    assert "期限：2个月，自批复日期起；逾期：视为自动放弃（第二条）" in told.stdout
    computed = shell(root, "compute", "sample-grant", "ceiling", "budget=50万元", "grade=B", "--json", code=WITH_SAMPLE)
    assert computed.returncode == 0
    assert json.loads(computed.stdout)["amount"] == "20000.00"  # 500,000 x 8% = 40,000, of which a B takes half


def test_end_to_end_an_expectation_that_differs(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    file.write_text(sample.SCENARIO.replace("reason: lapsed", "reason: waived"), encoding="utf-8")
    told = shell(root, "simulate", str(file), code=WITH_SAMPLE)
    assert told.returncode == 1 and told.stderr == ""
    assert "reason 应为 waived，实为 lapsed" in told.stdout


def test_end_to_end_errors_go_to_stderr(root: Path) -> None:
    told = shell(root, "deadline", "--anchor", "2020-02-31", "--within", "2 months")
    assert (told.returncode, told.stdout) == (2, "")
    assert "2020-02-31" in told.stderr and "处理办法：" in told.stderr and "Traceback" not in told.stderr


def test_a_reader_that_stops_reading_is_no_error(root: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WITH_SAMPLE, "show", "sample-grant"],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0


@pytest.mark.parametrize("tokens", [["nothing"], ["show"], ["show", "a", "--nothing"], ["compute"], ["simulate"]])
def test_a_wrong_call_is_two(capsys: pytest.CaptureFixture[str], tokens: list[str]) -> None:
    assert main(tokens) == 2
    told = capsys.readouterr()
    assert told.out == "" and told.err.startswith("命令有误：") and "--help" in told.err


def test_a_refusal_names_clause_and_remedy(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    sample.use(monkeypatch)
    assert main(["compute", "sample-grant", "ceiling", "budget=-1元", "grade=A"]) == 2
    told = capsys.readouterr()
    assert told.out == "" and "第五条" in told.err and "处理办法：" in told.err


def test_our_own_mistakes_are_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("shixian.programmes.catalogue", broken)
    with pytest.raises(ZeroDivisionError):
        main(["programmes"])


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"shixian {shixian.__version__}\n"
    for tokens in ([], ["--help"]):
        assert main(tokens) == 0
        told = capsys.readouterr().out
        assert "命令 Commands" in told and all(f"{name}: " in told for name in commands(build()))
        assert any(len(line) > 80 for line in told.splitlines()), "piped help is wrapped"


def test_no_command_waits_for_another(root: Path) -> None:
    assert _modules("deadline") == ["time"]
    assert set(_modules("--help")) == set(_modules(None)) == set(_modules("nothing"))
    heavy = "{'prefect', 'sqlalchemy', 'sqlmodel', 'fastapi', 'openpyxl', 'rich.table'}"
    asked = (
        f"import sys, shixian.cli as c; c.main(['workday', '2021-02-20']); print(sorted({heavy} & set(sys.modules)))"
    )
    assert shell(root, code=asked).stdout.splitlines()[-1] == "[]"


def test_all_commands_together_load_neither_prefect_nor_the_database(root: Path) -> None:
    asked = "import sys, shixian.cli as c; c.build(); print(sorted({'prefect', 'sqlalchemy'} & set(sys.modules)))"
    assert shell(root, code=asked).stdout.strip() == "[]"


@pytest.mark.parametrize("module", _modules(None))
def test_a_module_registers_the_commands_it_is_listed_with(module: str) -> None:
    app = App(name="shixian")
    import_module(f"shixian.commands.{module}").register(app)
    assert not COMMANDS[module] or set(commands(app)) == set(COMMANDS[module])


def test_every_command_file_is_listed(root: Path) -> None:
    files = {
        path.stem for path in (root / "shixian/commands").glob("*.py") if "def register(" in path.read_text("utf-8")
    }
    assert files and files <= set(COMMANDS)


@pytest.mark.parametrize("command", commands(build()))
def test_every_command_explains_itself_in_both_languages(command: str) -> None:
    app = build()
    for one in (app[command], *leaves(app, command)):
        assert re.search(r"[\u4e00-\u9fff]{2}", one.help.splitlines()[0]), f"{one.name} has no Chinese help"
        assert re.search(r"[A-Za-z]+ [a-z]+", one.help), f"{one.name} has no English help"
    for leaf in leaves(app, command):
        for argument in leaf.assemble_argument_collection():
            told = argument.parameter.help
            assert told, f"{command} does not explain {argument.name}"
            assert re.search(r"[\u4e00-\u9fff]", told), f"{command} {argument.name}: no Chinese help"


def sections(manual: str) -> dict[str, str]:
    parts = re.split(r"(?m)^## (.+)$", manual)[1:]
    return {name.strip(): text for name, text in zip(parts[::2], parts[1::2], strict=True)}


def test_the_manual_has_every_command_and_no_other(root: Path) -> None:
    manual = sections((root / "docs/commands.md").read_text("utf-8"))
    assert set(manual) == set(commands(build()))


@pytest.mark.parametrize("command", commands(build()))
def test_the_manual_has_every_option_and_no_other(root: Path, command: str) -> None:
    text = sections((root / "docs/commands.md").read_text("utf-8"))[command]
    have = {name for name in options(build(), command)}
    told = set(re.findall(r"--[a-z][a-z-]*", text))
    assert have - told - {"--json"} == set(), f"docs/commands.md does not mention them under {command}"
    assert told - have == set(), f"{command} has no such option"
