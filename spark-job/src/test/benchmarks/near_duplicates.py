"""Measures how many planted copies the difference hash finds, and how many different pictures it confuses.

    python spark-job/src/test/benchmarks/near_duplicates.py

Needs NumPy, Pillow, scikit-image and scikit-learn; the photos are those that come with the last two. The hash is calculated here by its
definition; DifferenceHashTest checks that Cardinal's is the same.

The pictures are 15 parts of each photo (parts of one photo can overlap and are not compared with each other), and 200 pictures of random
clouds with the spectrum of photos. Each has four copies: encoded again as JPEG with a quality from 40 to 95; resized to 25 to 90 % and encoded
again; with 2.5 % cropped from each side (5 % of width and height); and mirrored.
"""
import io

import numpy as np
import skimage.data
import sklearn.datasets
from PIL import Image

PHOTOS = ["astronaut", "chelsea", "coffee", "camera", "rocket", "coins", "hubble_deep_field", "immunohistochemistry", "retina", "brick",
          "grass", "gravel", "moon", "cat"]
KINDS = ["encoded again", "resized", "cropped", "mirrored"]
BITS = [0, 2, 4, 6, 8, 10]


def pictures(random):
    """Yields the number of the photo, and a picture."""
    photos = []
    for name in PHOTOS:
        try:
            photos.append(np.asarray(Image.fromarray(np.asarray(getattr(skimage.data, name)())).convert("RGB")))
        except Exception as e:  # photos that are not in the package are downloaded
            print("without", name, type(e).__name__)
    photos += sklearn.datasets.load_sample_images().images
    for number, photo in enumerate(photos):
        height, width, _ = photo.shape
        for _ in range(15):
            w = int(random.integers(min(200, width), min(501, width + 1)))
            h = int(min(height, w * random.uniform(0.66, 1.2)))
            x, y = int(random.integers(0, width - w + 1)), int(random.integers(0, height - h + 1))
            yield number, Image.fromarray(photo[y : y + h, x : x + w])
    for number in range(200):
        h, w = 375, 500
        frequency = np.maximum(np.hypot(np.fft.fftfreq(w)[None], np.fft.fftfreq(h)[:, None]), 1 / w)
        spectrum = frequency ** -random.uniform(1.1, 1.6)
        light, color = (np.fft.ifft2(spectrum * np.fft.fft2(random.normal(size=(h, w)))).real for _ in range(2))
        light = (light - light.mean()) / light.std() * random.uniform(20, 60) + random.uniform(80, 170)
        color = color / color.std() * 15
        rgb = np.stack([light + color, light, light - color], -1)
        yield 1000 + number, Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8))


def jpeg(image, quality):
    data = io.BytesIO()
    image.save(data, "JPEG", quality=quality)
    return data.getvalue()


def copies(image, random):
    w, h = image.size
    scale = random.uniform(0.25, 0.9)
    smaller = image.resize((max(16, int(w * scale)), max(16, int(h * scale))), Image.LANCZOS)
    yield jpeg(image, int(random.integers(40, 96)))
    yield jpeg(smaller, 85)
    yield jpeg(image.crop((int(w * 0.025), int(h * 0.025), w - int(w * 0.025), h - int(h * 0.025))), 90)
    yield jpeg(image.transpose(Image.FLIP_LEFT_RIGHT), 90)


def difference_hash(encoded):
    """Returns the bits of the hash; see docs/select.md."""
    pixels = np.asarray(Image.open(io.BytesIO(encoded)).convert("RGB")).astype(np.int64).sum(-1)
    height, width = pixels.shape
    lines = max(10, min(24, height // 32))
    chosen = pixels[(2 * np.arange(8 * lines) + 1) * height // (16 * lines)]
    # The sum left of each cell's edge, in ninths: whole pixels, and the part of the next one.
    sums = np.concatenate([np.zeros((8 * lines, 1), np.int64), np.cumsum(chosen, 1)], 1)
    chosen = np.concatenate([chosen, np.zeros((8 * lines, 1), np.int64)], 1)
    edges, parts = np.arange(10) * width // 9, np.arange(10) * width % 9
    left = 9 * sums[:, edges] + parts * chosen[:, edges]
    cells = np.diff(left).reshape(8, lines, 9).sum(1)
    return (2 * np.diff(cells) > 3 * lines * width).ravel()


random = np.random.default_rng(1)
photo, originals, distances = [], [], []
for source, image in pictures(random):
    photo.append(source)
    originals.append(difference_hash(jpeg(image, 95)))
    distances.append([np.sum(difference_hash(copy) ^ originals[-1]) for copy in copies(image, random)])
photo, originals, distances = np.array(photo), np.array(originals), np.array(distances)
print("| bits |", " | ".join(KINDS), "| different pictures, of a million pairs |")
print("| ---: |" + " ---: |" * (len(KINDS) + 1))
ones = originals.astype(np.float32)
between = ones @ (1 - ones).T + (1 - ones) @ ones.T
different = between[photo[:, None] < photo[None]]
for bits in BITS:
    found = (distances <= bits).mean(0)
    print(f"| {bits} | " + " | ".join(f"{100 * f:.1f} %" for f in found) + f" | {1e6 * np.mean(different <= bits):.0f} |")
print(len(photo), "pictures,", len(different), "pairs of different pictures")
