"""WebP files with wrong lengths and cut ends."""
import struct

from make_corpus import encoded, photo


def add_to(corpus):
    lossless = encoded(photo(), "WEBP", lossless=True)
    plain = photo()
    why = "the pixels are whole"
    for name, size in (("0", 0), ("too_small", 20)):
        corpus.same_pixels(f"W1_riff_size_{name}.webp", lossless[:4] + struct.pack("<I", size) + lossless[8:], plain, why)
    corpus.equal("W1_bytes_behind.webp", lossless + b"more bytes")
    corpus.refused("W1_riff_size_too_large.webp", lossless[:4] + struct.pack("<I", len(lossless) + 100) + lossless[8:], "undecodable", f"WEBP: premature end of data at byte {len(lossless)}")
    corpus.refused("W2_cut.webp", lossless[:-40], "undecodable", f"WEBP: premature end of data at byte {len(lossless) - 40}")
    lossy = encoded(photo(), "WEBP", quality=60)
    corpus.equal("W3_lossy.webp", lossy)
    corpus.refused("W3_lossy_cut.webp", lossy[: len(lossy) // 2], "undecodable", f"WEBP: premature end of data at byte {len(lossy) // 2}")
