#!/usr/bin/python3
"""Does the same as PrepareBenchmark with Pillow: decodes a JPEG of 500 x 375, resizes to 256, crops to 224. Prints microseconds."""
import io
import sys
import time

import PIL
from PIL import Image

ENCODED = open(sys.argv[1], "rb").read()


def decode():
    return Image.open(io.BytesIO(ENCODED)).convert("RGB").tobytes()


def prepare():
    return Image.open(io.BytesIO(ENCODED)).convert("RGB").resize((341, 256), Image.BILINEAR).crop((58, 16, 282, 240)).tobytes()


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


for name, work in (("torchvision", prepare), ("decode", decode)):
    print(f"Pillow {PIL.__version__} {name}: least %.0f, median %.0f, 90 %% %.0f us" % microseconds(work))
