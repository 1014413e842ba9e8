#!/usr/bin/env python3
"""Looks at the page of `kregc inspect --format html` in a real browser.

usage: check-page.py KREGC SCRATCH MODEL… [-- OPTION…]

Chromium without a window renders each page: what it made of it (--dump-dom)
must have a box for each layer of the JSON report inside of the drawing, an arrow
for each edge, every penalty and every warning in words; the screenshot must show
the colours of what is there. Nothing may come from outside, no script run, and
names from the file stay text. Screenshots stay in SCRATCH.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import html.parser
import json
import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np


class Page(html.parser.HTMLParser):
    """Elements and texts of a document."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self.open = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.open.append(tag)

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))

    def find(self, tag, **wanted):
        return [a for t, a in self.elements if t == tag
                and all(value in a.get(key, "").split() for key, value in wanted.items())]


def pixels(path):
    """An 8-bit RGB or RGBA PNG as an array of rows of pixels."""
    data, at, packed = path.read_bytes(), 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
        packed += body if kind == b"IDAT" else b""
        at += 12 + length
    count = {2: 3, 6: 4}[colour]
    assert depth == 8
    raw = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + width * count)
    image = np.zeros((height + 1, width + 1, count), np.int32)  # a border of zeros above and left
    for y in range(height):
        kind, line = raw[y, 0], raw[y, 1:].reshape(width, count).astype(np.int32)
        if kind == 0:
            image[y + 1, 1:] = line
        elif kind == 1:
            image[y + 1, 1:] = np.cumsum(line, axis=0) % 256
        elif kind == 2:
            image[y + 1, 1:] = (line + image[y, 1:]) % 256
        else:
            row, above = image[y + 1].tolist(), image[y].tolist()
            for x in range(width):
                for c in range(count):
                    a, b, d = row[x][c], above[x + 1][c], above[x][c]
                    p = a + b - d
                    guess = (a + b) // 2 if kind == 3 else min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - d), 2, d))[2]
                    row[x + 1][c] = (int(line[x][c]) + guess) % 256
            image[y + 1] = row
    return image[1:, 1:, :3]


def chromium(page, scratch, *arguments):
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
               f"--user-data-dir={scratch}/profile", "--window-size=1100,1400", *arguments, page.resolve().as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=240)


FETCHING = {"script", "iframe", "object", "embed", "link", "img", "image", "use", "foreignobject", "form", "base"}


def from_outside(page):
    """What a browser would fetch, or run."""
    for tag, attributes in page.elements:
        if tag in FETCHING:
            yield f"<{tag}>"
        for name, value in attributes.items():
            link = name in ("src", "href", "xlink:href", "data", "action") and not (value or "").startswith("#")
            if link or name.startswith("on") or re.search(r"url\((?!#)", value or ""):
                yield f"<{tag} {name}={value}>"
    for tag, data in page.texts:
        if tag == "style" and re.search(r"url\(|@import", data):
            yield "a style from elsewhere"


def check_document(page, report):
    boxes = page.find("g", **{"class": "box"})
    names = {p["layer"] for p in report["penalties"]}
    drawn = page.find("svg")[0]
    left, top, width, height = map(float, drawn["viewbox"].split())
    for rect in page.find("rect"):
        x, y, w, h = (float(rect[key]) for key in ("x", "y", "width", "height"))
        if not (left <= x and x + w <= left + width and top <= y and y + h <= top + height):
            yield f"a box leaves the drawing: {rect}"
    if len(boxes) != len(page.find("rect")) or not boxes:
        yield f"{len(boxes)} boxes with {len(page.find('rect'))} rectangles"
    if len({box["id"] for box in boxes}) != len(boxes):
        yield "two boxes have the same id"
    marked = len(page.find("g", **{"class": "penalised"}))
    activity = [p for p in report["penalties"] if p["kind"] == "activity"]
    if marked != len(activity):
        yield f"{marked} boxes are marked as penalised, the report has {len(activity)} penalties"
    words = {data for tag, data in page.texts if tag in ("bdi", "b")}
    yield from (f"no word of layer '{name}'" for name in names if name not in words)
    every = " ".join(data for _, data in page.texts)
    yield from (f"not on the page: {w['text']}" for w in report["warnings"] if w["text"] not in every)
    yield from (f"a name became {what}" for what in from_outside(page))


def check_picture(image, report):
    colours = {tuple(int(value) for value in c) for c in np.unique(image.reshape(-1, 3), axis=0)}
    if len(colours) < 20:
        yield f"the screenshot has {len(colours)} colours only"
    penalised = (0xFE, 0xF3, 0xE2) in colours
    wanted = any(p["kind"] == "activity" for p in report["penalties"])
    if penalised != wanted:
        yield f"the colour of penalties is {'' if penalised else 'not '}on the screenshot"


def check(kregc, scratch, model, options):
    done = subprocess.run([kregc, "inspect", model, "--format", "html", *options], capture_output=True, text=True)
    report = subprocess.run([kregc, "inspect", model, "--format", "json", *options], capture_output=True, text=True)
    if done.returncode or report.returncode:
        yield f"exit {done.returncode}: {done.stderr}"
        return
    report = json.loads(report.stdout)
    page, picture = scratch / f"{Path(model).parent.name}.html", scratch / f"{Path(model).parent.name}.png"
    page.write_text(done.stdout)
    yield from (f"not from this page: {what}" for what in from_outside(Page(done.stdout)))
    dumped = chromium(page, scratch, "--dump-dom")
    if "<svg" not in dumped.stdout:
        yield f"Chromium made nothing of it: {dumped.stderr[-500:]}"
        return
    yield from check_document(Page(dumped.stdout), report)
    chromium(page, scratch, f"--screenshot={picture}")
    yield from check_picture(pixels(picture), report)


def main(kregc, scratch, *rest):
    models = rest[:rest.index("--")] if "--" in rest else rest
    options = rest[len(models) + 1:]
    scratch = Path(scratch)
    scratch.mkdir(parents=True, exist_ok=True)
    amiss = [f"{model}: {what}" for model in models for what in check(kregc, scratch, model, options)]
    print("\n".join(amiss) or f"{len(models)} pages are as they should be")
    return 1 if amiss else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
