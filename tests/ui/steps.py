"""What tests in the browser do again and again."""

from __future__ import annotations

from playwright.sync_api import Page, expect

QUESTION = "血液透析中心累计血透多少人次?"


def ask(page: Page, question: str) -> None:
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    expect(page.locator("#current .question")).to_have_text(question)
    expect(page.locator("#current .tools")).to_be_visible()
    expect(page.locator("#send")).to_be_visible()


def in_view(page: Page, selector: str) -> bool:
    """Whether the element can be seen: inside the window and not under what covers it."""
    return bool(
        page.locator(selector).first.evaluate(
            """node => {
              const box = node.getClientRects()[0];
              const hit = document.elementFromPoint(box.left + 2, box.top + box.height / 2);
              return hit !== null && (node === hit || node.contains(hit));
            }"""
        )
    )


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
