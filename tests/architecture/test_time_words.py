"""Only `shixian/rules` adds to a date, and only `shixian/clock.py` asks what time it is.

The systems before this one had three to five deadline functions, and they disagreed. So the words with which one would
write another are refused in shixian/, flows/, tasks/ and models/; an exception is listed below, with its reason.
"""

from __future__ import annotations

import ast

import pytest

from tests.architecture.source import PACKAGES, ROOT, python_files

# (file, word) -> why it may stand there.
ALLOWED: dict[tuple[str, str], str] = {
    ("shixian/clock.py", "datetime.datetime.now"): "the one place where the edge asks the clock",
}

# Full names, as the file's own imports resolve them. Refused everywhere, in rules too.
CLOCK_WORDS = {
    "datetime.date.today",
    "datetime.datetime.today",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
    "sqlalchemy.func.now",
    "sqlalchemy.func.current_date",
    "sqlalchemy.func.current_timestamp",
    "sqlmodel.func.now",
    "sqlmodel.func.current_date",
    "sqlmodel.func.current_timestamp",
    "pendulum.now",
    "pendulum.today",
}
# Refused outside rules: as a call on whatever object, or named on the class (`key=date.weekday`).
COUNTING_METHODS = {"weekday", "isoweekday", "isocalendar", "toordinal", "fromordinal"}
COUNTING_NAMES = {
    "datetime.timedelta",
    "calendar.monthrange",
    "dateutil.relativedelta",
    *(f"datetime.{owner}.{method}" for owner in ("date", "datetime") for method in COUNTING_METHODS),
}
# Stands for the class when a file got the name by another way than `from datetime import`.
USUAL = {"date": "datetime.date", "datetime": "datetime.datetime", "timedelta": "datetime.timedelta"}


def time_words(source: str, *, counting_allowed: bool = False) -> list[tuple[int, str]]:
    """Each refused word in a module, with its line. `counting_allowed` is for shixian/rules: dates yes, clock no."""
    tree = ast.parse(source)
    names = dict(USUAL)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname:
                    names[alias.asname] = alias.name
                else:
                    names[alias.name.split(".")[0]] = alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                local = alias.asname or alias.name
                if node.module == "datetime" or local not in USUAL:  # `from elsewhere import date` is date all the same
                    names[local] = f"{node.module}.{alias.name}"

    def full_name(node: ast.AST) -> str | None:
        if isinstance(node, ast.Name):
            return names.get(node.id, node.id)
        if isinstance(node, ast.Attribute) and (base := full_name(node.value)):
            return f"{base}.{node.attr}"
        return None

    found: set[tuple[int, str]] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            name = full_name(node)
            if name in CLOCK_WORDS:
                found.add((node.lineno, str(name)))
            if counting_allowed:
                continue
            if name and any(name == word or name.startswith(word + ".") for word in COUNTING_NAMES):
                found.add((node.lineno, name))
        elif isinstance(node, ast.ImportFrom) and not counting_allowed:
            for alias in node.names:
                if alias.name in ("timedelta", "relativedelta"):
                    found.add((node.lineno, f"{node.module}.{alias.name}"))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not counting_allowed:
            parts = {str(keyword.arg) for keyword in node.keywords} & {"year", "month", "day"}
            if node.func.attr in COUNTING_METHODS:
                found.add((node.lineno, f".{node.func.attr}()"))
            if node.func.attr == "replace" and parts:
                found.add((node.lineno, f".replace({', '.join(sorted(parts))}=)"))
    return sorted(found)


def all_findings() -> list[tuple[str, int, str]]:
    return [
        (path.as_posix(), line, word)
        for path in python_files(*PACKAGES)
        for line, word in time_words(
            (ROOT / path).read_text("utf-8"), counting_allowed=path.is_relative_to("shixian/rules")
        )
    ]


def test_only_rules_add_to_a_date_and_only_the_clock_asks_the_time() -> None:
    faults = [f"{path}:{line} {word}" for path, line, word in all_findings() if (path, word) not in ALLOWED]
    assert not faults, "count in shixian/rules, ask shixian.clock:\n" + "\n".join(faults)


def test_every_exception_is_still_needed_and_says_why() -> None:
    found = {(path, word) for path, _, word in all_findings()}
    assert set(ALLOWED) <= found, f"no longer needed: {set(ALLOWED) - found}"
    assert all(len(reason) > 10 for reason in ALLOWED.values())
    assert len(ALLOWED) <= 5, "a list of exceptions this long is a rule given up"


@pytest.mark.parametrize(
    "bad",
    [
        "from datetime import timedelta",
        "import datetime\nx = datetime.timedelta(days=1)",
        "import datetime as dt\nx = dt.date.today()",
        "from datetime import date as day\nx = day.today()",
        "from somewhere import date\nx = date.today()",
        "from datetime import datetime\nx = datetime.now()",
        "from datetime import datetime\nf(default_factory=datetime.utcnow)",
        "import time\nx = time.time()",
        "from time import time\nx = time()",
        "from sqlalchemy import func\nx = func.now()",
        "def f(d):\n    return d.weekday() < 5",
        "x = case.opened.isoweekday()",
        "x = d.replace(day=1)",
        "from datetime import date\nx = sorted(days, key=date.weekday)",
        "import calendar\nx = calendar.monthrange(2024, 2)",
        "from dateutil.relativedelta import relativedelta",
        "x = d.fromordinal(d.toordinal() + 1)",
    ],
)
def test_the_checker_sees(bad: str) -> None:
    assert time_words(bad), "let through"


@pytest.mark.parametrize(
    "good",
    [
        "from shixian.clock import today\nx = today()",
        "from shixian import clock\nx = clock.now()",
        "from datetime import date\nx = date(2024, 2, 29)",
        "import time\nx = time.monotonic()",
        "x = text.replace('a', 'b')",
        "x = legal_day.weekday",
        "x = instant.replace(tzinfo=zone)",
        "'timedelta and date.today() in a string'",
    ],
)
def test_the_checker_lets_through(good: str) -> None:
    assert not time_words(good)


def test_rules_may_count_but_not_ask_the_clock() -> None:
    assert not time_words("from datetime import timedelta\nx = d.weekday()", counting_allowed=True)
    assert time_words("from datetime import date\nx = date.today()", counting_allowed=True)
