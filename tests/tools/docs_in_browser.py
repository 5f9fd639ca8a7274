# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs_in_browser.py DIRECTORY [PICTURES]: every page of the built documentation in a browser, on a large screen and on a telephone.

Prints what is wider than the screen, pictures that do not load, text in columns too narrow to read, and what a page asks the network for.
With a directory for PICTURES, a screenshot of each page as well. Exit status 0 only where there is nothing to print.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.cloudwatch.agent.tests.support.browser import Page, browser

WIDTHS = (1280, 360)
TALLEST = 12_000
"""Of a screenshot, in pixels: a list of a thousand messages says nothing more further down."""
FAULTS = """(() => {
  const width = document.documentElement.clientWidth, found = [];
  const bounded = (element) => ['auto', 'scroll', 'hidden'].includes(getComputedStyle(element).overflowX);
  const scrolls = (element) => element && (bounded(element) || scrolls(element.parentElement));
  const name = (element) => element.tagName.toLowerCase() + ' ' + JSON.stringify(element.textContent.trim().slice(0, 60));
  if (document.documentElement.scrollWidth > width) {
    const wide = Array.from(document.body.querySelectorAll('*')).filter((e) => e.getBoundingClientRect().right > width + 1 && !scrolls(e));
    const innermost = wide.filter((e) => !wide.some((other) => other !== e && e.contains(other)));
    found.push('is ' + document.documentElement.scrollWidth + ' wide' + innermost.slice(0, 3).map((e) => ': ' + name(e)).join(''));
  }
  for (const image of document.images) if (!image.naturalWidth) found.push('picture does not load: ' + image.src.split('/').pop());
  for (const cell of document.querySelectorAll('td, th')) {
    const box = cell.getBoundingClientRect();
    if (box.width && box.width < 70 && box.height > 8 * box.width) found.push('narrow column: ' + name(cell));
  }
  return found;
})()"""


def faults(page: Page, file: Path, pictures: Path | None) -> Iterator[str]:
    """What is wrong with a page, by width."""
    page.requests.clear()
    page.errors.clear()
    page.open(file)
    yield from (f"{file.name}: asks for {url}" for url in page.requests if not url.startswith(("file:", "data:")))
    yield from (f"{file.name}: {text}" for text in page.errors)
    for width in WIDTHS:
        page.show(width)
        yield from (f"{file.name} at {width} pixels: {text}" for text in page.evaluate(FAULTS))
        if pictures:
            page.show(width, min(page.evaluate("document.documentElement.scrollHeight"), TALLEST))
            (pictures / f"{file.stem}-{width}.png").write_bytes(page.screenshot())


def main() -> int:
    """Open all pages; return the exit status."""
    directory = Path(sys.argv[1]).resolve()
    pictures = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    if pictures:
        pictures.mkdir(exist_ok=True)
    files = sorted(directory.rglob("*.html"))
    assert files, f"no pages in {directory}"
    with browser() as page:
        found = [text for file in files for text in faults(page, file, pictures)]
    print("\n".join([*found, f"{len(files)} pages at {' and '.join(map(str, WIDTHS))} pixels: {len(found) or 'no'} faults"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
