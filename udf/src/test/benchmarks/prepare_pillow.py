#!/usr/bin/python3
"""What PrepareBenchmark does, with Pillow: decode a JPEG of 500 x 375, resize to 256, crop to 224. Prints microseconds."""
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
    """The mean of one second, five times; the best and the median of them."""
    means = []
    for _ in range(5):
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < 1:
            work()
            count += 1
        means.append((time.perf_counter() - start) / count * 1e6)
    return sorted(means)[0], sorted(means)[2]


for name, work in (("torchvision", prepare), ("decode", decode)):
    work()
    best, median = microseconds(work)
    print(f"Pillow {PIL.__version__} {name}: best {best:.0f} median {median:.0f} us")
