"""The case page: every case readable, every disabled control explained, every deadline and amount opened."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from sqlalchemy import func, select

from models import case_file, case_look, look
from shixian.casework.database import reading
from shixian.casework.staff.people import Role
from shixian.casework.views import read_case
from shixian.desk.chart import chart_of, layers
from shixian.desk.config import DeskConfig
from shixian.desk.words import plain_page
from shixian.display.plain import Plain
from shixian.programmes import catalogue
from shixian.rules.lifecycle import edge
from shixian.rules.state import Progress
from tests.desk.conftest import ClientOf
from tests.desk.office import OVERDUE, UNDECIDED
from tests.desk.plain import internal


def _refs(desk: DeskConfig) -> list[str]:
    with reading(desk.engine) as connection:
        return list(connection.scalars(select(case_file.c.ref).order_by(case_file.c.id)))


class _Disabled(HTMLParser):
    """Disabled controls of a page with the texts that describe them."""

    def __init__(self) -> None:
        super().__init__()
        self.controls: list[str] = []
        self.texts: dict[str, dict[str, str]] = {}
        self._stack: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "disabled" in given or given.get("aria-disabled") == "true":
            self.controls.append(given.get("aria-describedby", ""))
        if tag in ("br", "input", "meta", "link", "path"):
            return
        self._stack.append((tag, given.get("id", ""), given.get("class", "")))
        if given.get("id", "").startswith("why-"):
            self.texts.setdefault(given["id"], {})

    def handle_endtag(self, tag: str) -> None:
        while self._stack and self._stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        inside = next((key for _, key, _ in reversed(self._stack) if key in self.texts), None)
        if inside is not None:
            part = next(
                (name for _, _, name in reversed(self._stack) if name in ("because", "why-clause", "unblock")), ""
            )
            self.texts[inside][part] = self.texts[inside].get(part, "") + data.strip()


def unexplained(html: str) -> list[str]:
    """Disabled controls that lack what blocks them, its clause, or who can unblock them."""
    page = _Disabled()
    page.feed(html)
    wrong = []
    for key in page.controls:
        said = page.texts.get(key, {})
        if not said.get("because") or not said.get("why-clause") or len(said.get("unblock", "").partition("：")[2]) < 2:
            wrong.append(f"{key}: {said}")
    return wrong


def test_the_checker_finds_a_control_without_explanation() -> None:
    control = '<span aria-disabled="true" aria-describedby="why-a">x</span>'
    bare = f'{control}<div id="why-a"><span class="because">b</span></div>'
    assert unexplained(bare) and unexplained("<button disabled>x</button>")


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SECTION_HEAD, Role.FINANCE_MAKER, Role.AUDITOR])
def test_every_case_opens_and_no_control_is_disabled_without_its_reason(
    client_of: ClientOf, desk: DeskConfig, role: Role
) -> None:
    """★ F3, over every case of the office and every form that its page offers or blocks."""
    client, disabled = client_of(role), 0
    for ref in _refs(desk):
        page = client.get(f"/cases/{ref}")
        assert page.status_code == 200, (ref, page.text[-500:])
        assert not unexplained(page.text), ref
        assert not list(internal(page.text)), ref
        disabled += page.text.count('aria-disabled="true"')
        assert "<style" not in page.text and " style=" not in page.text and "<script>" not in page.text
        for path in sorted(set(re.findall(r'class="button[^"]*" href="(/cases/[^"]+/act/[^"]+)"', page.text)))[:2]:
            form = client.get(path)
            assert form.status_code == 200, path
            assert not unexplained(form.text), path
            assert not list(internal(form.text)), path
    if role is not Role.SECTION_HEAD:
        assert disabled > 20


def test_a_reader_who_may_record_nothing_is_offered_nothing(client_of: ClientOf) -> None:
    page = client_of(Role.AUDITOR).get(f"/cases/{OVERDUE}").text
    assert "/act/" not in page.replace('id="', "")
    assert "现在没有您可以办理的行为" in page or "案件已于" in page


def test_the_public_and_applicants_do_not_open_cases(client_of: ClientOf) -> None:
    assert client_of(None).get(f"/cases/{OVERDUE}").status_code == 303
    assert client_of(Role.PUBLIC).get(f"/cases/{OVERDUE}").status_code == 403
    assert client_of(Role.APPLICANT).get(f"/cases/{OVERDUE}").status_code == 403
    assert client_of(Role.OFFICER).get("/cases/SH-NO-1").status_code == 404


def test_opening_the_page_is_a_look(client_of: ClientOf, desk: DeskConfig) -> None:
    client_of(Role.AUDITOR).get(f"/cases/{OVERDUE}")
    with reading(desk.engine) as connection:
        row = connection.execute(select(look).where(look.c.subject == OVERDUE)).one()
        assert (row.person, row.what) == ("auditor", "case")
        seen = select(case_look.c.number).where(case_look.c.person == "auditor")
        assert connection.scalar(seen) == read_case(desk.engine, OVERDUE).row["number"]


def test_every_deadline_opens_its_working_and_every_amount_its_tree(client_of: ClientOf, desk: DeskConfig) -> None:
    client = client_of(Role.OFFICER)
    page = client.get("/cases/SH-MF-2020-0002").text
    view = read_case(desk.engine, "SH-MF-2020-0002")
    set_days = [one for one in view.events if one.kind == "deadline_set" and one.data.get("working")]
    assert set_days and view.decisions
    plain = Plain(desk.books.lifecycle("sh-matching-funds"), desk.books.lifecycles)
    for one in set_days:
        assert all(plain_page(plain(str(line))) in page for line in one.data["working"])
    assert page.count("金额构成") >= len(view.decisions)
    assert "上限" in page and "第五条" in page


def test_a_past_day_shows_what_was_then(client_of: ClientOf) -> None:
    client = client_of(Role.OFFICER)
    path = "/cases/SH-MF-2020-0002"
    then = client.get(f"{path}?as_of=2020-08-10").text
    assert "所示为过去的状态" in then and "地方配套资金批复预算" not in then.partition('id="timeline"')[0]
    assert "/act/" not in then
    # What was recorded by an instant: the act of 28 July was not known on the 27th.
    known = client.get(f"{path}?known=2020-07-27T09:00").text
    assert "提交配套备案" not in known.partition('id="timeline"')[2]
    assert "提交配套备案" in client.get(f"{path}?known=2020-07-28T12:00").text
    assert client.get(f"{path}?as_of=2020-01-01").status_code == 404
    for wrong in ("as_of=notaday", "known=2020", "as_of=2020-08-10&known=x", "done=x"):
        assert client.get(f"{path}?{wrong}").status_code == 422, wrong


def test_the_timeline_is_filtered(client_of: ClientOf) -> None:
    client = client_of(Role.OFFICER)
    path = "/cases/SH-MF-2020-0002"
    whole, documents = client.get(path).text, client.get(f"{path}?group=document").text
    assert whole.count('class="entry') > documents.count('class="entry document') > 0
    assert documents.count('class="entry') == documents.count('class="entry document')
    filing = client.get(f"{path}?stage=filing&q=第八条").text
    assert 0 < filing.count('class="entry') < whole.count('class="entry')
    assert client.get(f"{path}?group=nonsense").text.count('class="entry') == 0
    first, last = (client.get(f"{path}?order={order}").text.find("立案，适用") for order in ("old", "new"))
    assert first < last


def test_parent_and_child_lead_to_each_other(client_of: ClientOf) -> None:
    client = client_of(Role.OFFICER)
    child = "SH-MF-2020-0002/drawdown1"
    assert f'href="/cases/{child}"' in client.get("/cases/SH-MF-2020-0002").text
    assert 'href="/cases/SH-MF-2020-0002"' in client.get(f"/cases/{child}").text
    assert client.get(f"/cases/{child}/act/drawdown_application/submit").status_code == 200


def test_who_waits_for_a_decision_is_told(client_of: ClientOf) -> None:
    page = client_of(Role.OFFICER).get(f"/cases/{UNDECIDED}").text
    assert "待人处理" in page and "先决定是否准予逾期办理" in page


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_the_chart_lays_every_stage_out_once_and_no_two_on_each_other(key: str) -> None:
    lifecycle = catalogue()[key]
    chart, place = chart_of(lifecycle, Progress()), layers(lifecycle)
    assert [node.key for node in chart.nodes] == [stage.key for stage in lifecycle.stages]
    assert len(chart.edges) == sum(len(stage.after) for stage in lifecycle.stages)
    for stage in lifecycle.stages:
        assert all(place[edge(text)[0]] < place[stage.key] for text in stage.after)
    boxes = [(node.x, node.y) for node in chart.nodes]
    for number, (x, y) in enumerate(boxes):
        assert 0 <= x <= chart.width - 150 and 0 <= y <= chart.height - 92
        assert all(abs(x - a) >= 150 or abs(y - b) >= 92 for a, b in boxes[:number])


def test_states_differ_in_words_and_in_shape(client_of: ClientOf) -> None:
    client = client_of(Role.OFFICER)
    page = client.get("/cases/SH-A-2021-0003").text
    for state, mark in (("done", "✓"), ("open", "●"), ("waiting", "○"), ("dead", "－")):
        assert f'class="stage {state}"' in page and mark in page
    outlines = {
        state: re.sub(
            r"[0-9. ]+", "", re.search(rf'class="stage {state}">\s*<path class="outline" d="([^"]+)"', page)[1]
        )
        for state in ("done", "open", "dead")
    }
    assert len(set(outlines.values())) == 3
    assert "/regulations/sh-award/clauses/" in page


def test_no_page_of_a_case_is_slow_in_queries(client_of: ClientOf, desk: DeskConfig) -> None:
    """A page of a long case reads a bounded number of times, however many events it has."""
    from sqlalchemy import event as listen

    client, count = client_of(Role.OFFICER), 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    listen.listen(desk.engine, "before_cursor_execute", counted)
    client.get("/cases/SH-MF-2020-0002")
    with reading(desk.engine) as connection:
        events = connection.scalar(select(func.max(case_file.c.number)))
    assert count < 60 < events
