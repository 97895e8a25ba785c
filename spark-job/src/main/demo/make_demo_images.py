"""Makes the demo's images: the first 1,000 Fashion-MNIST test images, and five files that are not images.

usage, from the repository's root: python3 spark-job/src/main/demo/make_demo_images.py
needs: Debian's dataset-fashion-mnist. It replaces images/, images.txt and LICENSE-fashion-mnist in the job's resources.
"""
import gzip
import re
import shutil
import struct
import zlib
from pathlib import Path

DATA = Path('/usr/share/datasets/fashion-mnist')
COPYRIGHT = Path('/usr/share/doc/dataset-fashion-mnist/copyright')
OUT = Path('spark-job/src/main/resources/dev/cardinal/job/demo')
CLASSES = 'tshirt_top trouser pullover dress coat sandal shirt sneaker bag ankle_boot'.split()
COUNT = 1000
EDGE = 28


def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def png(pixels):
    """Returns an 8-bit gray PNG without row filters."""
    rows = b''.join(b'\0' + pixels[y * EDGE:(y + 1) * EDGE] for y in range(EDGE))
    header = struct.pack('>IIBBBBB', EDGE, EDGE, 8, 0, 0, 0, 0)
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header) + chunk(b'IDAT', zlib.compress(rows, 9)) + chunk(b'IEND', b'')


def license_text():
    """Returns the notice of the data set from the Debian package: its copyright line and the Expat (MIT) text."""
    text = COPYRIGHT.read_text()
    holder = re.search(r'^Files: \*\nCopyright: (\d+, [^,]+)', text, re.M).group(1)
    body = text.split('License: Expat\n Permission')[1]
    lines = ['Permission' + body.splitlines()[0]] + [line.strip() for line in body.splitlines()[1:]]
    notice = '\n'.join('' if line == '.' else line for line in lines).strip()
    return (
        'The images in images/ are from Fashion-MNIST (https://github.com/zalandoresearch/fashion-mnist),\n'
        'which is under the MIT license:\n\n'
        f'Copyright {holder}\n\n{notice}\n')


def main():
    images = gzip.open(DATA / 't10k-images-idx3-ubyte.gz').read()[16:]
    labels = gzip.open(DATA / 't10k-labels-idx1-ubyte.gz').read()[8:]

    def test_image(i):
        return png(images[i * EDGE * EDGE:(i + 1) * EDGE * EDGE])

    files = {f'images/{CLASSES[labels[i]]}/{i:05d}.png': test_image(i) for i in range(COUNT)}
    cut = test_image(COUNT)
    html = ('<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head>\n'
            '<body><h1>Not Found</h1><p>The requested image was not found on this server.</p></body></html>\n')
    heic = struct.pack('>I', 24) + b'ftypheic' + bytes(4) + b'mif1heic' + struct.pack('>I', 8) + b'mdat'
    files.update({
        'images/not_images/01021.jpg': b'',
        'images/not_images/01022.png': cut[:len(cut) // 2],
        'images/not_images/01023.jpg': html.encode(),
        'images/not_images/IMG_1024.HEIC': heic,
        'images/not_images/notes.txt': b'Photographed on a white table, second shelf. To be sorted.\n',
    })

    shutil.rmtree(OUT / 'images', ignore_errors=True)
    for name, content in files.items():
        path = OUT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (OUT / 'images.txt').write_text(''.join(f'{name}\n' for name in sorted(files)))
    (OUT / 'LICENSE-fashion-mnist').write_text(license_text())
    print(f'{len(files)} files, {sum(map(len, files.values()))} bytes in {OUT}')


if __name__ == '__main__':
    main()
