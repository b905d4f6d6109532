"""Tests the HTML reports in a real browser.

    python3 tests/browser.py path/to/tunelint

Requires `playwright` (tests/tools.txt) and Debian's Chromium; .ci/run installs both.
TUNELINT_UPDATE=1 retakes the screenshot in the README.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs/report.png"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAYLOADS = [
    "<script>window.hit = 1</script>",
    '"><img src=x onerror="window.hit = 1">',
    "</style></script><svg onload='window.hit = 1'>",
    "<iframe srcdoc='<script>parent.hit = 1</script>'></iframe>",
    "javascript:window.hit=1",
    "<a href='javascript:alert(1)'>{{ 7*7 }}</a>",
]
# Records everything that the Content-Security-Policy blocks. Runs before the page's own script.
WATCH = """
window.refused = [];
document.addEventListener('securitypolicyviolation', (event) => {
  window.refused.push(event.violatedDirective + ' ' + event.blockedURI);
});
"""


def main(program: str) -> None:
    browser = shutil.which("chromium") or sys.exit("chromium is not installed")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        pages = make_pages(program, Path(folder))
        chromium = playwright.chromium.launch(executable_path=browser, args=FLAGS)
        for test in TESTS:
            test(Browser(chromium), pages)
            print("ok:", test.__doc__.rstrip("."))
        chromium.close()


def make_pages(program: str, folder: Path) -> dict[str, Path]:
    """Generates every page once and returns the paths by name."""

    def page(name: str, *arguments: str, directory: Path = ROOT) -> Path:
        command = [program, *arguments, "--format", "html"]
        run = subprocess.run(command, cwd=directory, stdout=subprocess.PIPE, check=False)
        assert run.returncode in (0, 1), (arguments, run.returncode)
        path = folder / f"{name}.html"
        path.write_bytes(run.stdout)
        return path

    hostile = folder / "hostile"
    hostile.mkdir()
    names = hostile_files(hostile)
    return {
        "check": page("check", "check", "examples/tickets.csv", "tests/data/mistakes.jsonl"),
        "targets": page("targets", "check", "tests/data/mistakes.csv", "--target", "all"),
        "many": page("many", "check", *many(folder), "--select", "empty-output,empty-input"),
        "clean": page("clean", "check", "tests/data/clean-pairs.jsonl", "--target", "openai"),
        "stats": page("stats", "stats", "--target", "gemini-api", "tests/data/sentiments.csv"),
        "beside": page("beside", "stats", "--target", "gemini-api",
                       "tests/data/sentiments.csv", "examples/tickets.csv"),
        "loss": page("loss", "loss", "tests/data/loss/trainer_state.json"),
        "flat": page("flat", "loss", "tests/data/loss/gemini.json"),
        "hostile check": page("hostile-check", "check", *names, directory=hostile),
        "hostile stats": page("hostile-stats", "stats", *names, directory=hostile),
        "hostile loss": page("hostile-loss", "loss", "<img src=x onerror=hit=1>.csv", directory=hostile),
    }


def many(folder: Path) -> list[str]:
    """Creates a file with more findings than a page lists, and one with a few."""
    first, second = folder / "many.jsonl", folder / "few.jsonl"
    # What holds for nearly every record is one finding.
    good = '{"text_input":"a","output":"b"}\n'
    first.write_text(('{"text_input":"a","output":""}\n' + good) * 250)
    second.write_text('{"text_input":"","output":"b"}\n' * 3)
    return [str(first), str(second)]


def hostile_files(folder: Path) -> list[str]:
    """Creates files whose texts, keys, labels, ids and file names contain markup."""
    lines = []
    for number in range(120):
        label, other = (PAYLOADS[(number + more) % len(PAYLOADS)] for more in (0, 1))
        text = f"{PAYLOADS[0]} {other} {number}"
        lines.append(json.dumps({"id": other, "text_input": text, "output": label, other: label}))
    lines.append(json.dumps({"text_input": "</script><script>hit = 1", "output": ""}))
    names = ["<script>window.hit = 1<'{{ 7*7 }}.jsonl", '"><img src=x onerror=window.hit=1>.jsonl']
    for name in names:
        (folder / name).write_text("\n".join(lines) + "\n")
    (folder / "<img src=x onerror=hit=1>.csv").write_text("epoch,loss\n1,5\n2,2\n3,1\n4,0.5\n5,0.5\n")
    return names


class Browser:
    """Opens pages and fails on console output, errors, dialogs, requests and policy violations."""

    def __init__(self, chromium):
        self.chromium = chromium

    @contextmanager
    def open(self, path: Path, **context):
        context = self.chromium.new_context(**context)
        page = context.new_page()
        page.add_init_script(WATCH)
        said = []
        page.on("console", lambda message: said.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: said.append(f"request: {request.url}"))
        page.goto(path.as_uri(), wait_until="load")
        yield page
        refused = page.evaluate("window.refused")
        others = [word for word in said if word != f"request: {path.as_uri()}"]
        assert (others, refused) == ([], []), (path.name, others, refused)
        context.close()


def shown(page, selector: str) -> int:
    """Number of visible elements."""
    return page.locator(f"{selector}:visible").count()


def quiet(browser: Browser, pages: dict[str, Path]) -> None:
    """Every page loads without errors, policy violations or requests."""
    for path in pages.values():
        with browser.open(path) as page:
            assert page.locator("h1").count() == 1
            assert page.locator("main section, main .judged").count() > 0, path


def filters(browser: Browser, pages: dict[str, Path]) -> None:
    """The filters hide findings that do not match and count those that do."""
    with browser.open(pages["check"]) as page:
        every = shown(page, ".finding")
        rules = shown(page, "section.rule")
        assert page.locator("#shown").inner_text() == f"{every} findings"

        option = page.locator("select[name=rule] option", has_text="empty-output").inner_text()
        page.select_option("select[name=rule]", label=option)
        assert shown(page, "section.rule") == 1
        assert page.locator("section.rule:visible h3").inner_text().split()[1] == "empty-output"
        assert option == "empty-output (3)" and shown(page, ".finding") == 3
        assert page.locator("#shown").inner_text() == f"3 of {every} findings"

        page.select_option("select[name=file]", index=1)
        assert shown(page, ".finding") == 2
        assert page.locator("#shown").inner_text() == f"2 of {every} findings"

        page.select_option("select[name=severity]", "advice")
        assert shown(page, ".finding") == 0 and page.locator("#none").is_visible()

        page.get_by_role("button", name="Show all").click()
        page.wait_for_function(f"document.getElementById('shown').textContent === '{every} findings'")
        assert (shown(page, ".finding"), shown(page, "section.rule")) == (every, rules)

        page.select_option("select[name=file]", index=2)
        places = page.locator(".finding:visible .place .path").all_inner_texts()
        assert 0 < len(places) < every
        assert all(place.startswith("tests/data/mistakes.jsonl") for place in places), places

        page.locator(".chips a", has_text="spreadsheet-damage").first.click()
        assert shown(page, ".finding") == every


def keyboard(browser: Browser, pages: dict[str, Path]) -> None:
    """The filter works from the keyboard."""
    with browser.open(pages["check"]) as page:
        every = shown(page, ".finding")
        page.locator("select[name=severity]").focus()
        page.keyboard.press("ArrowDown")
        errors = shown(page, ".finding")
        assert 0 < errors < every and shown(page, ".finding[data-severity=error]") == errors
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.name") == "rule"


def bounds(browser: Browser, pages: dict[str, Path]) -> None:
    """A long list is truncated, and a rule without matching findings is hidden."""
    with browser.open(pages["many"]) as page:
        assert shown(page, ".finding") == 103
        assert page.get_by_text("150 more not listed").count() == 1
        page.select_option("select[name=file]", index=2)
        assert (shown(page, ".finding"), shown(page, "section.rule")) == (3, 1)


def inert(browser: Browser, pages: dict[str, Path]) -> None:
    """Hostile data is rendered as text."""
    plain = {"check": "check", "stats": "beside", "loss": "flat"}
    tags = "Array.from(document.querySelectorAll('*'), (of) => of.localName)"
    for name, other in plain.items():
        with browser.open(pages[other]) as page:
            known = set(page.evaluate(tags))
        with browser.open(pages[f"hostile {name}"]) as page:
            assert page.evaluate("window.hit") is None
            found = page.evaluate(tags)
            assert set(found) <= known | {"ul"}, set(found) - known
            assert found.count("script") == 1 and found.count("style") == 1
            links = page.evaluate("Array.from(document.links, (of) => of.getAttribute('href'))")
            assert all(link.startswith(("#", "https://")) for link in links), links
            text = page.locator("body").inner_text()
            assert "onerror" in text or "<script>" in text
            if name != "loss":
                assert "{{ 7*7 }}" in text and PAYLOADS[0] in text, text
                page.select_option("select[name=file]", index=1)
                assert page.evaluate("window.hit") is None


def script_less(browser: Browser, pages: dict[str, Path]) -> None:
    """Without JavaScript, everything except the filter works."""
    for name in ("check", "beside"):
        with browser.open(pages[name]) as page:
            every = shown(page, ".finding")
        context = browser.chromium.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(pages[name].as_uri())
        assert shown(page, ".finding") == every > 0 and not page.locator("#filter").is_visible()
        context.close()


def schemes(browser: Browser, pages: dict[str, Path]) -> None:
    """Light and dark schemes differ, and both have sufficient contrast."""
    for path in pages.values():
        grounds = []
        for scheme in ("light", "dark"):
            with browser.open(path, color_scheme=scheme) as page:
                grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
                poor = page.evaluate(CONTRAST)
                assert poor == [], (path.name, scheme, poor)
        assert grounds[0] != grounds[1], grounds


# Finds text whose contrast ratio with its background is below 4.5.
CONTRAST = """() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = (color) => {
    const [r, g, b] = numbers(color).map((part) => part / 255)
      .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (of) => {
    for (let at = of; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (numbers(color)[3] !== 0) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  const poor = [];
  for (const of of document.querySelectorAll('body *')) {
    const own = Array.from(of.childNodes).some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !of.checkVisibility()) continue;
    const style = getComputedStyle(of);
    const color = of.closest('svg') ? style.fill : style.color;
    if (!color.startsWith('rgb')) continue;
    const [a, b] = [luminance(color), luminance(ground(of))].sort((a, b) => b - a);
    if ((a + 0.05) / (b + 0.05) < 4.5) poor.push(`${of.localName}.${of.className} ${color} on ${ground(of)}`);
  }
  return Array.from(new Set(poor));
}"""


def print_media(browser: Browser, pages: dict[str, Path]) -> None:
    """Printed pages show all findings, whatever the filter, and no controls."""
    with browser.open(pages["check"]) as page:
        every = shown(page, ".finding")
        page.select_option("select[name=severity]", "advice")
        assert shown(page, ".finding") < every
        page.emulate_media(media="print", color_scheme="dark")
        assert shown(page, ".finding") == every and not page.locator("#filter").is_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def phone(browser: Browser, pages: dict[str, Path]) -> None:
    """Nothing overflows at phone width."""
    for path in pages.values():
        with browser.open(path, viewport={"width": 400, "height": 800}) as page:
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= 400, (path.name, width)


def picture(browser: Browser, pages: dict[str, Path]) -> None:
    """The screenshot for the README exists and is small enough."""
    if os.environ.get("TUNELINT_UPDATE"):
        size = {"width": 1040, "height": 900}
        with browser.open(pages["stats"], viewport=size, color_scheme="light") as page:
            end = page.locator("#labels").bounding_box()
            height = end["y"] + end["height"] + 32
            clip = {"x": 0, "y": 0, "width": size["width"], "height": height}
            page.screenshot(path=PICTURE, clip=clip, full_page=True)
    assert PICTURE.is_file(), "missing screenshot: run with TUNELINT_UPDATE=1"
    assert PICTURE.stat().st_size < 200_000, PICTURE.stat().st_size


TESTS = [quiet, filters, keyboard, bounds, inert, script_less, schemes, print_media, phone, picture]

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(str(Path(sys.argv[1]).resolve()))
