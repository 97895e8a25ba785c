#!/usr/bin/env python3
"""Does the same as PrepareBenchmark with Pillow: decodes a JPEG, resizes to 256, crops to 224. Prints microseconds.

    prepare_pillow.py FILE            measures
    prepare_pillow.py FILE LARGE      writes FILE, enlarged to 2048 x 1536, as LARGE
"""
import io
import sys
import time

import PIL
from PIL import Image

ENCODED = open(sys.argv[1], "rb").read()


def decode():
    return Image.open(io.BytesIO(ENCODED)).convert("RGB").tobytes()


def prepare(draft=False):
    image = Image.open(io.BytesIO(ENCODED))
    width, height = image.size
    if draft:
        image.draft("RGB", (256, 256))
    width, height = (256 * width // height, 256) if width > height else (256, 256 * height // width)
    left, top = (width - 224) // 2, (height - 224) // 2
    return image.convert("RGB").resize((width, height), Image.BILINEAR).crop((left, top, left + 224, top + 224)).tobytes()


def microseconds(work):
    """Returns the minimum, the median and the 90th percentile of single runs for five seconds, after one second of warm-up."""
    times, end = [], time.perf_counter() + 6
    warm = end - 5
    while time.perf_counter() < end:
        start = time.perf_counter()
        work()
        if start > warm:
            times.append((time.perf_counter() - start) * 1e6)
    times.sort()
    return times[0], times[len(times) // 2], times[len(times) * 9 // 10]


if len(sys.argv) > 2:
    Image.open(sys.argv[1]).resize((2048, 1536), Image.LANCZOS).save(sys.argv[2], quality=90)
else:
    for name, work in (("torchvision", prepare), ("draft", lambda: prepare(draft=True)), ("decode", decode)):
        print(f"Pillow {PIL.__version__} {name}: least %.0f, median %.0f, 90 %% %.0f us" % microseconds(work))
