"""Pages of images as a clinician uses them: uploads, and what waits for a look."""

from __future__ import annotations

HP, OUTSIDER = "rareliverhpuser1", "ernrndhpuser1"


def token_of(page) -> str:
    """Return the token of a page's forms."""
    return page.html.find("input", {"name": "csrf_token"})["value"]


def uploaded(browser, place: str, content: bytes, piece: int = 300_000) -> dict:
    """Send bytes in pieces, as the drop zone does, and return the receipt."""
    headers = {"X-CSRF-Token": token_of(browser.get(f"{place}/add-study"))}
    begun = browser.post_json(f"{place}/study-upload", {"size": len(content)}, headers=headers).json
    address = f"{place}/study-upload/{begun['upload']}"
    for at in range(0, len(content), piece):
        browser.put(address, content[at : at + piece], headers={**headers, "X-Offset": str(at)},
                    content_type="application/octet-stream")  # fmt: skip
    for _ in range(600):
        answer = browser.post(f"{address}/finish", headers=headers)
        if answer.status_int == 200:
            return answer.json["receipt"]
    raise AssertionError("the work does not end")


def first_held(hp, place) -> str:
    page = hp.get(f"{place}/studies")
    return page.html.find("a", string="Look at them")["href"]
