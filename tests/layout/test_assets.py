"""Static files, the stylesheet, and light and dark."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from webob import Request

from cpms_portal.layout import assets, stylesheet
from cpms_portal.layout.theme import local_path
from tests.layout.site import PAGE, Node, TinySite

STATIC = Path(assets.__file__).parent / "static"
TOKENS = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")


def address(site, path):
    """Return the address of a file of the layout."""
    return f"/static/layout/{site.config.registry.cpms_assets['layout']}/{path}"


def test_a_static_file_may_be_kept_for_a_year(site):
    """Its address changes when any file of the folder does."""
    app = site.app()
    for path in ("js/portal.js", "css/portal.css", "img/icons.svg"):
        header = app.get(address(site, path)).headers["Cache-Control"]
        assert "max-age=31536000" in header and "immutable" in header


def test_an_old_address_still_answers_but_is_not_kept(site):
    """A page opened before an update goes on working."""
    response = site.app().get("/static/layout/0123456789ab/js/portal.js")
    assert response.headers["Cache-Control"] == "public, max-age=60"


def test_what_is_not_there_is_not_found_and_not_kept(site):
    """Nothing outside the folder is served either."""
    app = site.app()
    for path in ("js/none.js", "../__init__.py", "css/other.css"):
        app.get(address(site, path), status=404)


def test_the_fingerprint_follows_content_and_names(tmp_path):
    """Either change makes a new address."""
    (tmp_path / "a.js").write_text("1")
    first = assets.fingerprint(tmp_path)
    (tmp_path / "a.js").write_text("2")
    second = assets.fingerprint(tmp_path)
    (tmp_path / "a.js").rename(tmp_path / "b.js")
    assert len({first, second, assets.fingerprint(tmp_path)}) == 3


def test_the_stylesheet_holds_every_component_and_no_address_elsewhere():
    """One file is fetched, from here."""
    text = stylesheet.stylesheet()
    for path in (STATIC / "css").rglob("*.css"):
        assert stylesheet.as_sent(path.read_text(encoding="utf-8")) in text, path.name
    assert not re.search(r"https?://|@import", text)


def test_the_stylesheet_names_only_fonts_that_are_shipped():
    """A missing font would be asked for on every page."""
    named = re.findall(r'url\("\.\./fonts/([^"]+)"\)', stylesheet.stylesheet())
    assert named
    assert {name for name in named if not (STATIC / "fonts" / name).exists()} == set()


def test_every_colour_used_is_a_token():
    """A colour said twice is two colours one day; print is black on white."""
    defined = set(re.findall(r"(--[\w-]+):", TOKENS))
    for path in sorted((STATIC / "css").rglob("*.css")):
        text = path.read_text(encoding="utf-8")
        assert set(re.findall(r"var\((--[\w-]+)", text)) <= defined, path.name
        if path.parent.name == "components":
            assert not re.search(r"#[0-9a-f]{3,8}\b", text), path.name


def luminance(colour):
    """Return the relative luminance of #rrggbb (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """Return the contrast ratio of two colours."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


PAIRS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", TOKENS
    )
}
TEXT_ON = [
    *((ink, ground) for ink in ("ink", "ink-soft", "ink-faint", "brand") for ground in
      ("paper", "surface", "sunken")),
    ("ink-soft", "brand-soft"), ("brand-strong", "brand-soft"), ("on-brand", "brand"),
    ("on-danger", "danger-fill"), ("danger", "surface"), ("danger", "paper"),
    *((tone, f"{tone}-soft") for tone in
      ("neutral", "info", "progress", "attention", "success", "danger")),
]  # fmt: skip


@pytest.mark.parametrize(("ink", "ground"), TEXT_ON)
def test_text_can_be_read_on_its_ground_in_light_and_dark(ink, ground):
    """WCAG 2.2, 1.4.3: 4.5 to 1."""
    for scheme in (0, 1):
        assert contrast(PAIRS[ink][scheme], PAIRS[ground][scheme]) >= 4.5


@pytest.mark.parametrize("mark", ["line-strong", "focus", "danger-fill", "brand"])
def test_edges_of_controls_can_be_seen_in_light_and_dark(mark):
    """WCAG 2.2, 1.4.11: 3 to 1."""
    for ground in ("paper", "surface"):
        for scheme in (0, 1):
            assert contrast(PAIRS[mark][scheme], PAIRS[ground][scheme]) >= 3


def test_every_icon_that_is_named_is_drawn():
    """An empty square says nothing."""
    sprite = (STATIC / "img" / "icons.svg").read_text(encoding="utf-8")
    drawn = set(re.findall(r'id="([\w-]+)"', sprite))
    package = STATIC.parent.parent
    named = set()
    for template in package.rglob("*.pt"):
        text = template.read_text(encoding="utf-8")
        named |= set(re.findall(r"""(?:layout\.)?\bicon\(['"]([\w-]+)['"]""", text))
    assert named
    assert named - drawn == set()


def test_the_choice_of_light_or_dark_is_remembered(site):
    """By a cookie the server reads, so the first paint is right."""
    site.config.add_view(lambda c, r: {}, context=Node, permission="place:view", renderer=PAGE)
    app = site.app()
    page = app.get("/networks/")
    assert "data-theme" not in page.html.html.attrs
    switch = next(form for form in page.forms.values() if form.action == "/theme")
    back = switch.submit("theme")
    assert back.location == "http://localhost/networks/"
    assert back.follow().html.html["data-theme"] == "dark"


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere", "", "/\n/x"]
)
def test_the_switch_of_the_theme_leads_nowhere_else(address):
    """An open redirect would lend our name to others."""
    assert local_path(address) == "/"


def test_the_style_guide_is_shown_on_training_sites_only(tmp_path):
    """It holds nothing to hide, but a production site shows nothing it need not."""
    TinySite(tmp_path).app().get("/system/style")
    TinySite(tmp_path, **{"cpms.site": "production"}).app().get("/system/style", status=404)


def asked(app, path, encodings):
    """Ask as a browser does; WebTest would unpack what comes."""
    answer = Request.blank(path, headers={"Accept-Encoding": encodings}).get_response(app)
    assert answer.body
    return answer


def test_text_goes_packed_to_a_browser_that_can_unpack_it_and_whole_to_all_others(site):
    """Both are the same file, and caches between are told which is which."""
    app = site.app().app
    for path in ("js/picker.js", "css/portal.css"):
        whole = asked(app, address(site, path), "identity")
        assert "Content-Encoding" not in whole.headers
        packed = asked(app, address(site, path), "br;q=0.5, gzip")
        assert packed.headers["Content-Encoding"] == "gzip"
        assert int(packed.headers["Content-Length"]) < len(whole.body) / 2
        assert gzip.decompress(packed.body) == whole.body
        assert "immutable" in packed.headers["Cache-Control"]
        assert packed.headers["Vary"] == whole.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("said", [None, "", "br", "gzip;q=0, identity"])
def test_who_cannot_unpack_gets_the_file_as_it_is(site, said):
    """A program that says nothing may be one that cannot."""
    headers = {} if said is None else {"Accept-Encoding": said}
    answer = site.app().get(address(site, "js/picker.js"), headers=headers)
    assert "Content-Encoding" not in answer.headers
    assert answer.body == (STATIC / "js" / "picker.js").read_bytes()


def test_what_is_packed_already_is_not_packed_again(site):
    """Fonts and pictures would only cost time."""
    font = next(STATIC.rglob("*.woff2")).relative_to(STATIC)
    answer = asked(site.app().app, address(site, str(font)), "gzip")
    assert "Content-Encoding" not in answer.headers
