"""On paper: a decision and a notice print on A4 without the navigation and without anything to press."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from shixian.casework.staff.people import Role
from tests.browser.conftest import Visit
from tests.browser.house import Desk
from tests.browser.office import UNDISTURBED, award, publish_list

A4 = (595, 842)  # points, 210 mm x 297 mm


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (f"/cases/{UNDISTURBED[0]}/print/decision/redemption", ("15,000.00元", "二（八）")),
        (f"/cases/{UNDISTURBED[0]}/print/notice/publicity", ("2021年7月9日", "予以公示")),
        (f"/notices/{UNDISTURBED[0]}/publicity", ("届满",)),
    ],
)
def test_it_prints_on_a4(desk: Desk, visit: Visit, path: str, words: tuple[str, ...]) -> None:
    publish_list(desk.engine)
    award(desk.engine, UNDISTURBED[0])
    desk.at("2021-07-12T10:00")
    window = visit(Role.OFFICER)
    assert window.open(path) == 200
    window.page.emulate_media(media="print")
    for gone in ("header.top", "footer", ".skip", ".noprint"):
        assert not any(one.is_visible() for one in window.page.locator(gone).all()), gone
    expect(window.page.locator("main")).to_be_visible()
    for word in words:
        expect(window.page.locator("main")).to_contain_text(word)
    pdf = window.page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([0-9.]+) ([0-9.]+)", pdf)
    assert boxes and all((round(float(w)), round(float(h))) == A4 for w, h in boxes), boxes
    assert len(boxes) <= 2, "a sheet, or two"
