#!/usr/bin/env python3
"""Writes resize_filters.csv: synthetic images that Pillow resized with each of its filters.

Needs Pillow 12.3 and NumPy. From the repository root:

    python3 udf/src/test/python/resize_filters.py > udf/src/test/resources/dev/cardinal/udf/image/resize_filters.csv

The image is the one of resize_table.py. Sizes are random with a fixed seed; the last column is the first half of the
SHA-256 of the pixels. Images that are more than 100 times as tall as wide are left out: Pillow 12.3 scales the columns of some
of them before the rows, all versions before it scale rows first, as Cardinal does. Pillow 13.0 scales columns first more
often; of the table of resize_table.py it changes two rows.
"""
import hashlib
import random

from PIL import Image

from resize_table import picture

FILTERS = ["BOX", "BILINEAR", "HAMMING", "BICUBIC", "LANCZOS"]


def main():
    print("# Pillow's bytes for a resize of synthetic images with each filter, made by resize_filters.py")
    print("filter,width,height,output_width,output_height,sha256")
    rng = random.Random(20)
    for i in range(1000):
        # half of the images are small, because borders and few taps are the difficult part
        largest = 12 if i % 2 else 400
        width, height, new_width, new_height = (rng.randint(1, largest) for _ in range(4))
        if height > 100 * width:
            continue
        name = FILTERS[i % len(FILTERS)] if i % 3 else "BICUBIC"
        image = picture(width, height).resize((new_width, new_height), Image.Resampling[name])
        digest = hashlib.sha256(image.tobytes()).hexdigest()[:32]
        print(f"{name},{width},{height},{new_width},{new_height},{digest}")


if __name__ == "__main__":
    main()
