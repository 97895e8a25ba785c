#!/usr/bin/python3
"""Writes resize.csv: synthetic images that Pillow resized and cropped as torchvision does.

Needs Pillow 9.4.0 and NumPy (Debian 12: python3-pil, python3-numpy). From the repository root:

    /usr/bin/python3 udf/src/test/python/resize_table.py > udf/src/test/resources/dev/cardinal/udf/image/resize.csv

The image is an integer formula that the Java test repeats (SyntheticPicture). resize and crop are torchvision's
functional.resize (size, interpolation BILINEAR, on a PIL image) and functional.center_crop, written out here so that
torchvision itself is not needed. 0 means none.
"""
import hashlib

import numpy as np
from PIL import Image


def picture(width, height):
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    v = x * 3 + y * 5 + c * 40 + (x * x * 7 + y * y * 13 + x * y * 29 + c * 101) // 31 % 97
    return Image.fromarray((v % 256).astype(np.uint8), "RGB")


def resize(image, size):
    width, height = image.size
    short, long = (width, height) if width <= height else (height, width)
    new_short, new_long = size, int(size * long / short)
    new = (new_short, new_long) if width <= height else (new_long, new_short)
    return image if new == (width, height) else image.resize(new, Image.BILINEAR)


def center_crop(image, size):
    width, height = image.size
    if size > width or size > height:
        left = (size - width) // 2 if size > width else 0
        top = (size - height) // 2 if size > height else 0
        padded = Image.new("RGB", (max(width, size), max(height, size)), 0)
        padded.paste(image, (left, top))
        image = padded
        width, height = image.size
    top = int(round((height - size) / 2.0))
    left = int(round((width - size) / 2.0))
    return image.crop((left, top, left + size, top + size))


def rows():
    sizes = [
        (1, 1), (1, 2), (2, 1), (1, 7), (7, 1), (2, 2), (3, 5), (5, 3), (1, 100), (100, 1), (16, 16), (31, 33),
        (100, 40), (40, 100), (223, 224), (224, 224), (225, 224), (255, 256), (256, 255), (256, 256), (257, 256),
        (256, 300), (300, 256), (320, 240), (341, 256), (375, 500), (500, 375), (500, 334), (512, 512), (640, 427),
        (640, 480), (768, 64), (64, 768), (1000, 20), (20, 1000), (1023, 767), (1280, 720), (1, 3000), (3000, 1),
        (1500, 1501),
    ]
    for width, height in sizes:
        for edge, crop in [(256, 224), (232, 224), (32, 28), (224, 256), (0, 224), (0, 32)]:
            yield width, height, edge, crop
    for width, height in [(500, 375), (333, 517), (97, 89), (2, 300)]:
        for edge, crop in [(255, 224), (256, 225), (257, 224), (128, 112), (7, 5), (1, 1), (300, 299), (0, 0)]:
            yield width, height, edge, crop


def main():
    print("# Pillow's bytes for resize + center crop of synthetic images, made by resize_table.py")
    print("width,height,resize,crop,output_width,output_height,sha256")
    for width, height, edge, crop in rows():
        image = picture(width, height)
        if edge:
            image = resize(image, edge)
        if crop:
            image = center_crop(image, crop)
        digest = hashlib.sha256(image.tobytes()).hexdigest()
        print(f"{width},{height},{edge},{crop},{image.size[0]},{image.size[1]},{digest}")


if __name__ == "__main__":
    main()
