"""Prints the difference hashes of images by their definition, in exact fractions, for DifferenceHashTest.

    python udf/src/test/python/difference_hash.py > udf/src/test/resources/dev/cardinal/udf/image/difference_hash.csv

Made with Pillow 12 or later, and Python 3.
"""
import os
from fractions import Fraction
from PIL import Image

IMAGES = os.path.join(os.path.dirname(__file__), "../resources/dev/cardinal/udf/image/images")
FILES = ["photo_500x375.jpg", "rgb_8_bit.png", "one_pixel.png", "one_row.jpg", "quality_3.jpg", "baseline_444.jpg",
         "progressive_420.jpg", "rgb_24_bit.bmp", "turned_6.tif"]


def brightness(line, left, right):
    """Returns the sum of R + G + B between two columns."""
    total = Fraction(0)
    for x in range(int(left), len(line)):
        part = min(right, x + 1) - max(left, x)
        if part <= 0:
            break
        total += part * sum(line[x])
    return total


def difference_hash(image):
    width, height = image.size
    lines = max(10, min(24, height // 32))
    pixels = list(image.get_flattened_data() if hasattr(image, "get_flattened_data") else image.getdata())
    bits = ""
    for row in range(8):
        cells = [Fraction(0)] * 9
        for j in range(lines):
            y = (2 * (lines * row + j) + 1) * height // (16 * lines)
            line = pixels[y * width : (y + 1) * width]
            for c in range(9):
                cells[c] += brightness(line, Fraction(c * width, 9), Fraction((c + 1) * width, 9))
        area = Fraction(lines * width, 9)
        bits += "".join("1" if cells[c + 1] - cells[c] > Fraction(3, 2) * area else "0" for c in range(8))
    return bits


print("file,bits")
for file in FILES:
    with Image.open(os.path.join(IMAGES, file)) as image:
        print(file + "," + difference_hash(image.convert("RGB")))
