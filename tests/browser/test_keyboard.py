"""Keys alone: sign in, find a case on the worklist, act on it. Whatever has the focus shows it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.house import Desk, Visitor
from tests.browser.office import UNDISTURBED
from tests.desk.office import PASSWORD

CASE = UNDISTURBED[0]

FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return {tag: one.tagName, href: one.getAttribute('href') || '', name: one.getAttribute('name') || '',
          ring: ring || style.outlineStyle === 'auto', seen: box.width > 0 && box.height > 0 && box.right > 0};
}"""


def tab_to(window: Visitor, *, href: str = "", name: str = "", tag: str = "", most: int = 200) -> int:
    """Press Tab until the focus is there; everything on the way shows that it has the focus. Gives how often."""
    window.loaded()
    for times in range(1, most + 1):
        window.page.keyboard.press("Tab")
        at = window.page.evaluate(FOCUSED)
        assert at["ring"] and at["seen"], f"the focus is not to be seen on {at} of {window.page.url}"
        if (href and at["href"].endswith(href)) or (name and at["name"] == name) or (tag and at["tag"] == tag):
            return times
    raise AssertionError(f"{href or name or tag} is not to be reached by Tab on {window.page.url}")


def test_sign_in_worklist_case_act(desk: Desk, visit: Visit) -> None:
    window = visit()
    window.open("/sign-in?next=/worklist?tab=all")
    keys = window.page.keyboard
    expect(window.page.get_by_label("账号")).to_be_focused()  # the account has the focus when the page opens
    keys.type("officer")
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(window.page.locator("h1")).to_have_text("待办")

    # The skip link is the first stop, shows itself, and jumps over the navigation.
    keys.press("Tab")
    at = window.page.evaluate(FOCUSED)
    assert at["href"] == "#main" and at["seen"]
    keys.press("Enter")
    assert tab_to(window, name="province") <= 6, "after the skip link come the lists and the filters, no navigation"

    # Find the case by its number, and go to it.
    tab_to(window, name="q")
    keys.type(CASE)
    keys.press("Enter")
    expect(window.page.locator("table.cases tbody tr")).to_have_count(1)
    tab_to(window, href=f"/cases/{CASE}")
    keys.press("Enter")
    expect(window.page.locator("h1")).to_contain_text(CASE)

    tab_to(window, href="/act/review/pass_early")
    keys.press("Enter")
    expect(window.page.locator("h1")).to_contain_text("先行兑付")
    tab_to(window, name="reason")
    keys.type("服务机构即将改制，须在改制前结清")
    tab_to(window, tag="BUTTON")
    keys.press("Enter")
    expect(window.page.locator("section.done")).to_contain_text("刚才记录")
    expect(window.page.locator("p.where")).to_contain_text("公示兑付清单")


def test_every_stop_of_the_notice_and_its_form_shows_the_focus(desk: Desk, visit: Visit) -> None:
    window = visit()
    window.open("/notices/SH-A-2021-0009/second_review_notice")
    tab_to(window, href="/objections/SH-A-2021-0009/second_review_notice")
    window.page.keyboard.press("Enter")
    expect(window.page.locator("h1")).to_have_text("提出异议")
    tab_to(window, name="grounds")
