#!/usr/bin/python3
"""Writes torch7.csv: the results of the definition of Torch7's preprocessing for synthetic images.

Needs NumPy (Debian 12: python3-numpy; and python3-pil for resize_table). From the repository root:

    /usr/bin/python3 udf/src/test/python/torch7_table.py > udf/src/test/resources/dev/cardinal/udf/image/torch7.csv

The definition: pixels are 0 to 1 in single precision. The shorter edge becomes `resize`, the longer edge long / short * resize,
truncated. Along rows, then along columns, output sample i of n is at position i * (m - 1) / (n - 1) of the m source samples. It
is interpolated with Catmull-Rom's cubic through four neighbors; a missing neighbor is the linear continuation of the other two.
The last output sample is the last source sample. The crop begins at ceil((size - crop) / 2). Cardinal rounds the result to 8
bits: sha256 is the hash of those bytes. deviation is the largest difference, in units of 1/255, between them and the exact
result in double precision, for exact results between 0 and 1; overshoot is the furthest that an exact result is outside.
"""
import hashlib
import math

import numpy as np

from resize_table import picture


def weights(m, n, kind):
    """Returns n x 4 weights and their n x 4 samples."""
    i = np.arange(n)
    scale = np.float32(m - 1) if n == 1 else np.float32(m - 1) / np.float32(n - 1)
    at = i.astype(np.float32) * scale
    left = at.astype(np.int64)
    x = (at - left.astype(np.float32)).astype(kind)
    half, c25, c15, one, two = (kind(v) for v in (0.5, 2.5, 1.5, 1, 2))
    w0 = x * (-half + x * (one - half * x))
    w1 = one + x * x * (-c25 + c15 * x)
    w2 = x * (half + x * (two - c15 * x))
    w3 = x * x * (-half + half * x)
    first = left == 0
    w1, w2, w0 = w1 + np.where(first, two * w0, 0), w2 - np.where(first, w0, 0), np.where(first, 0, w0)
    last = left + 2 >= m
    w2, w1, w3 = w2 + np.where(last, two * w3, 0), w1 - np.where(last, w3, 0), np.where(last, 0, w3)
    w = np.stack([w0, w1, w2, w3], -1).astype(kind)
    w[(i == n - 1) | (left >= m - 1)] = (0, 1, 0, 0)
    left = np.where((i == n - 1) | (left >= m - 1), m - 1, left)
    if m == n:
        w[:] = (0, 1, 0, 0)
        left = i
    return w, np.clip(left[:, None] + np.arange(-1, 3), 0, m - 1)


def scale(pixels, n, axis, kind):
    w, samples = weights(pixels.shape[axis], n, kind)
    shape = [1, 1, 1]
    shape[axis] = n
    total = np.take(pixels, samples[:, 0], axis) * w[:, 0].reshape(shape)
    for t in (1, 2, 3):
        total = total + np.take(pixels, samples[:, t], axis) * w[:, t].reshape(shape)
    return total


def prepare(pixels, edge, crop, kind):
    height, width = pixels.shape[:2]
    new_width, new_height = (edge, int(height / width * edge)) if width <= height else (int(width / height * edge), edge)
    values = pixels.astype(kind) / kind(255)
    values = scale(scale(values, new_width, 1, kind), new_height, 0, kind)
    left, top = math.ceil((new_width - crop) / 2), math.ceil((new_height - crop) / 2)
    return values[top : top + crop, left : left + crop]


def main():
    print("# Torch7's bicubic and crop by definition, on synthetic images, made by torch7_table.py")
    print("width,height,resize,crop,sha256,deviation,overshoot")
    sizes = [
        (1, 1), (1, 2), (2, 1), (2, 2), (3, 2), (3, 3), (4, 7), (1, 300), (300, 1), (100, 40), (224, 224), (255, 256), (256, 256),
        (256, 300), (257, 256), (300, 256), (341, 256), (375, 500), (500, 375), (500, 334), (640, 427), (1023, 767), (1280, 720),
    ]
    for width, height in sizes:
        for edge, crop in [(256, 224), (255, 224), (64, 56)]:
            pixels = np.asarray(picture(width, height))
            single = prepare(pixels, edge, crop, np.float32) * np.float32(255)
            rounded = np.clip((single + np.float32(0.5)).astype(np.int32), 0, 255).astype(np.uint8)
            exact = prepare(pixels, edge, crop, np.float64) * 255
            inside = (exact >= 0) & (exact <= 255)
            deviation = np.abs(rounded - exact)[inside].max()
            overshoot = max(0, -exact.min(), exact.max() - 255)
            digest = hashlib.sha256(rounded.tobytes()).hexdigest()
            print(f"{width},{height},{edge},{crop},{digest},{deviation:.5f},{overshoot:.2f}")


main()
