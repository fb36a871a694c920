#!/usr/bin/env python3
"""The page of a sweep, in a browser: from disk, at the width of a phone and of a desk, in light and in dark, with and without scripts.

usage: report_page.py [--keep DIRECTORY]

Needs chromium. --keep leaves the pages and their pictures there, to be looked at.
"""

import argparse
import contextlib
import json
import pathlib
import shutil
import tempfile
import time

from harness import retape, sweeps
from harness.browser import Browser
from harness.tally import Tally

WIDTHS = (360, 1280)
SCHEMES = ("light", "dark")
LARGE_POINTS = 10_000
MAX_PAGE_BYTES = 15_000_000
# Until it can be used; a browser takes under a second on an idle machine.
MAX_LOAD_SECONDS = 15
# WCAG 2.2, 1.4.3 (AA): 4.5 for text, 3 for large text. Judged for what is seen, over the background that it has.
CONTRASTS = """(() => {
  const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const colour = text => text.match(/[\\d.]+/g).map(Number);
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const c = colour(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255];
  };
  const found = new Map(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || ['SCRIPT', 'STYLE', 'OPTION', 'TITLE', 'title'].includes(e.tagName) || !e.checkVisibility()) continue;
    const style = getComputedStyle(e), size = parseFloat(style.fontSize);
    const [a, b] = [luminance(colour(style.color)), luminance(behind(e))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05), least = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    if (ratio < least) found.set(`${e.tagName}.${e.className}`, ratio.toFixed(2));
  }
  return [...found].map(([what, ratio]) => `${what} has contrast ${ratio}`);
})()"""
OVERFLOW = """(() => {
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  return over > 0 ? [`the page is ${over} px too wide`] : [];
})()"""
INJECTED = """[...document.querySelectorAll('img, iframe, link, object, embed, form')].map(e => e.outerHTML)
  .concat(document.scripts.length === 1 ? [] : [`${document.scripts.length} scripts`])
  .concat(document.querySelectorAll('style').length === 1 ? [] : ['a style'])
  .concat(document.title.includes('fooled') ? [] : [document.title])"""
MISSING_TARGETS = "[...document.querySelectorAll('a[href^=\"#\"]')].filter(a => !document.getElementById(a.hash.slice(1))).map(a => a.hash)"
SHOWN = "document.querySelectorAll('.r:not([hidden])').length"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=pathlib.Path, help="where the pages and pictures go")
    arguments = parser.parse_args()
    tally = Tally("report page")
    if not shutil.which("chromium"):
        tally.skip("all", "no chromium here")
        tally.finish()
    with contextlib.ExitStack() as stack:
        room = arguments.keep or pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="retape-page-")))
        room.mkdir(parents=True, exist_ok=True)
        small = page_of(sweeps.mixed(), room / "mixed")
        large = page_of(sweeps.every_byte(LARGE_POINTS), room / "large")
        browser = stack.enter_context(Browser())
        for width in WIDTHS:
            for scheme in SCHEMES:
                look(browser, small, width, scheme, tally)
        for check in (cell, keyboard, filters, copies, hostile, unscripted):
            tally.check(check.__doc__, tried(check, browser, small))
        tally.check(much.__doc__, tried(much, browser, large))
    tally.finish()


def page_of(report, stem):
    source, page = stem.with_suffix(".json"), stem.with_suffix(".html")
    source.write_text(json.dumps(report))
    done = retape.run("report", "show", source, "--format", "html", "-o", page)
    if done.returncode != 0:
        raise SystemExit(done.stderr.decode())
    return page


def tried(check, browser, path):
    try:
        return check(browser, path)
    except RuntimeError as error:
        return [str(error)]


def look(browser, path, width, scheme, tally):
    """Folded and unfolded: nothing is too wide, too pale, asked for from elsewhere, or complained of."""
    with browser.open(path, width=width, scheme=scheme) as page:
        page.picture(path.with_name(f"{path.stem}-{width}-{scheme}.png"))
        problems = page.value(OVERFLOW)
        page.value("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        page.value("document.querySelectorAll('.r').forEach(r => { r.style.contentVisibility = 'visible'; })")
        problems += page.value(OVERFLOW) + page.value(CONTRASTS) + page.value(MISSING_TARGETS)
        problems += page.complaints() + page.requests()
        tally.check(f"{width} px, {scheme}: fits, is legible, needs nothing", problems)


def cell(browser, path):
    """a click on a cell unfolds its details, with all there is to know"""
    with browser.open(path) as page:
        target = page.value("document.querySelector('.grid a.F:not(.known)').hash")
        page.click(".grid a.F:not(.known)")
        page.until(f"document.querySelector('{target}').open")
        page.picture(path.with_name("cell.png"))
        text = page.value(f"document.querySelector('{target}').innerText")
        top = page.value(f"document.querySelector('{target}').getBoundingClientRect().top")
        wanted = ("close at body 50% on 1", "retape sweep", "--only 'close at body 50% on 1", "exit 0", "Other than unbroken", "7 users", "Standard error", "request", "applied once")
        problems = [f"{word!r} is not there" for word in wanted if word not in text]
        problems += [] if page.value(f"document.querySelector('{target} svg rect') !== null") else ["no picture of the timeline"]
        return problems + ([] if 0 <= top < 600 else [f"its top is at {top}"]) + page.complaints()


def keyboard(browser, path):
    """cells are reached and followed by keys alone"""
    with browser.open(path) as page:
        page.value("document.querySelector('.grid').closest('.scroll').focus()")
        page.press("Tab", 9)
        first = page.value("document.activeElement.hash")
        page.press("Enter", 13, "\r")
        page.until("document.querySelector('.r.at') !== null")
        reached = page.value("document.activeElement.tagName + ' #' + document.activeElement.parentElement.id")
        ring = page.value("getComputedStyle(document.activeElement).outlineStyle")
        return ([] if reached == f"SUMMARY {first}" else [f"the focus is on {reached}, not on {first}"]) + ([] if ring == "solid" else [f"the focus is drawn {ring}"])


def filters(browser, path):
    """filters leave what was asked for, and say when that is nothing"""
    with browser.open(path) as page:
        every = page.value(SHOWN)
        problems = []

        def expect(what, script):
            shown = page.value(SHOWN)
            wanted = page.value(script)
            if shown != wanted or not page.value("document.getElementById('hits').textContent").startswith(f"{wanted} of {every} "):
                problems.append(f"{what}: {shown} are shown, not {wanted}")

        page.click("button[data-o=T]")
        expect("without tolerated", "document.querySelectorAll('.r:not([data-o=T])').length")
        page.click("button[data-o=T]")
        expect("with them again", "document.querySelectorAll('.r').length")
        page.value("(() => { const k = document.getElementById('kind'); k.value = 'stall'; k.dispatchEvent(new Event('change')); })()")
        expect("one kind", "document.querySelectorAll('.r[data-k=stall]').length")
        page.click("#text")
        page.type("Chunk 1 on 2")
        expect("and a text", "2")
        dimmed = page.value("document.querySelectorAll('.grid .m:not(.off)').length")
        problems += [] if dimmed == 2 else [f"{dimmed} cells stand out, not 2"]
        page.type("xyz")
        problems += [] if page.value("!document.getElementById('nothing').hidden") else ["nothing is shown, and nothing said"]
        page.value("document.querySelector('.grid a.F').click()")
        page.until("document.querySelector('.r.at') !== null")
        expect("a cell that was filtered out lifts the filter", "document.querySelectorAll('.r').length")
        return problems + page.complaints()


def copies(browser, path):
    """the command to reproduce is copied as it is"""
    with browser.open(path) as page:
        browser.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        page.value("document.querySelector('.r').open = true")
        page.click(".r .copy")
        page.until("document.querySelector('.r .copy').textContent === 'Copied'")
        command = page.value("document.querySelector('.r code:not(.id)').textContent")
        copied = page.value("navigator.clipboard.readText()")
        return [] if command.startswith("retape sweep ") and copied == command else [f"{copied!r} is not {command!r}"]


def hostile(browser, path):
    """hostile output stays text"""
    with browser.open(path) as page:
        page.value("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        text = page.value("document.body.textContent")
        problems = page.value(INJECTED) + page.complaints() + page.requests()
        problems += [] if "<script>document.title='injected'</script>" in text else ["it is not shown"]
        return problems + [f"U+{ord(c):04X} is in the page" for c in "\x1b\u202e" if c in text]


def unscripted(browser, path):
    """without scripts everything can be read: a cell leads to its details, which unfold"""
    with browser.open(path, scripts=False) as page:
        target = page.value("document.querySelector('.grid a.F').hash")
        page.click(".grid a.F")
        page.until(f"document.querySelector('{target}').matches(':target')")
        page.click(f"{target} summary")
        page.until(f"document.querySelector('{target}').open")
        visible = page.value(f"document.querySelector('{target} .cmd').checkVisibility()")
        useless = page.value("[...document.querySelectorAll('.copy, #filter')].filter(e => e.checkVisibility()).length")
        return ([] if visible else ["the command is not seen"]) + ([f"{useless} controls do nothing"] if useless else [])


def much(browser, path):
    """10,000 points: a small page that loads soon, keeps within its columns, and says what it leaves out"""
    size, started = path.stat().st_size, time.monotonic()
    with browser.open(path, width=360) as page:
        page.until("document.getElementById('hits').textContent !== ''")
        seconds = time.monotonic() - started
        print(f"        {size / 1e6:.1f} MB, usable after {seconds:.1f} s", flush=True)
        problems = [] if size < MAX_PAGE_BYTES else [f"{size} bytes"]
        problems += [] if seconds < MAX_LOAD_SECONDS else [f"usable after {seconds:.1f} s"]
        columns = page.value("document.querySelectorAll('.grid thead th').length")
        problems += [] if 10 < columns <= 160 else [f"{columns} columns"]
        told = page.value("document.getElementById('left-out')?.textContent ?? ''")
        problems += [] if "only marked in the matrix" in told else [f"left out: {told!r}"]
        page.picture(path.with_name("large-360.png"))
        return problems + page.value(OVERFLOW) + page.value(MISSING_TARGETS) + page.complaints()


if __name__ == "__main__":
    main()
