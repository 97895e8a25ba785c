"""JPEG files with broken profiles, missing ends and processes that are not read."""
import struct

import imagecodecs
import numpy as np
from PIL import Image, ImageCms

from make_corpus import encoded, photo


def segment(marker, data):
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def icc(*parts):
    """Profile segments, each (number, of how many, data)."""
    return b"".join(segment(0xE2, b"ICC_PROFILE\0" + bytes([number, count]) + data) for number, count, data in parts)


def after_soi(jpeg, inserted):
    return jpeg[:2] + inserted + jpeg[2:]


def gray_corner():
    """A picture whose last pixel is exactly 128, 128, 128, which libjpeg also writes for missing data."""
    pixels = np.array(photo(48, 40))
    pixels[32:, 32:] = 128
    return Image.fromarray(pixels)


def add_to(corpus):
    made_now = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = made_now[:24] + bytes(12) + made_now[36:]  # without the time
    chains = {
        "1_of_1_twice": icc((1, 1, profile), (1, 1, profile)),
        "1_of_2_alone": icc((1, 2, profile[:300])),
        "2_of_1": icc((2, 1, profile)),
        "empty": icc((1, 1, b"")),
        "inconsistent": icc((1, 2, profile[:300]), (2, 3, profile[300:])),
        "0_of_0": icc((0, 0, profile)),
        "without_numbers": segment(0xE2, b"ICC_PROFILE\0"),
        "zeros": icc((1, 1, bytes(128))),
    }
    cmyk = encoded(photo().convert("CMYK"), "JPEG", quality=90)
    gray = encoded(gray_corner(), "JPEG", quality=90)
    for name, chain in chains.items():
        if name != "without_numbers":
            corpus.equal(f"J1_cmyk_icc_{name}.jpg", after_soi(cmyk, chain))
            corpus.equal(f"J2_gray_corner_icc_{name}.jpg", after_soi(gray, chain))
        else:
            corpus.same_pixels(f"J1_cmyk_icc_{name}.jpg", after_soi(cmyk, chain), Image.open(corpus.files / "J1_cmyk_icc_empty.jpg").convert("RGB"), "a profile without content does not matter")
    plain = encoded(photo(), "JPEG", quality=90)
    body = plain[:-2]
    samsung = b"\0\0\x01\x0a\x0e\0\0\0Image_UTC_Data1605200000000SEFHj\0\0\0\x01\0\0\0\0\0\x01\x0a$\0\0\0\x23\0\0\0\x18\0\0\0SEFT"
    for name, data in (("", body), ("gray_", encoded(photo().convert("L"), "JPEG")[:-2]), ("444_", encoded(photo(), "JPEG", subsampling=0)[:-2]), ("restart_", encoded(photo(40, 40), "JPEG", restart_marker_blocks=1)[:-2])):
        corpus.equal(f"J4_{name}no_eoi_4000_zeros.jpg", data + bytes(4000))
        corpus.equal(f"J4_{name}no_eoi_samsung_trailer.jpg", data + samsung)
    corpus.equal("J4_cmyk_no_eoi_zeros.jpg", cmyk[:-2] + bytes(400))
    corpus.equal("J4_gray_corner_no_eoi_zeros.jpg", gray[:-2] + bytes(400))
    for cut in (1, 2, 3, 20):
        corpus.refused(f"J4_without_last_{cut}_bytes.jpg", plain[:-cut], "undecodable", f"JPEG: premature end of data at byte {len(plain) - cut}")
    corpus.equal("J4_without_last_2_bytes.jpg", plain[:-2], "keep")
    corpus.equal("J4_without_last_20_bytes.jpg", plain[:-20], "keep")
    large = encoded(photo(64, 64), "JPEG", quality=90)
    half = large[: len(large) * 2 // 3]
    early = "the rest would be gray; --truncated keep reads it"
    corpus.refused("J5_half.jpg", half, "undecodable", f"JPEG: premature end of data at byte {len(half)}")
    corpus.equal("J5_half.jpg", half, "keep")
    corpus.refused("J5_half_with_eoi.jpg", half + b"\xff\xd9", "undecodable", "JPEG: the header declares 64 x 64 pixels, but the data end early", why=early)
    corpus.equal("J5_half_with_eoi.jpg", half + b"\xff\xd9", "keep")
    half_cmyk = encoded(photo(64, 64).convert("CMYK"), "JPEG", quality=90)
    corpus.refused("J5_half_cmyk.jpg", half_cmyk[: len(half_cmyk) // 2], "undecodable", f"JPEG: premature end of data at byte {len(half_cmyk) // 2}")
    corpus.equal("J5_half_cmyk.jpg", half_cmyk[: len(half_cmyk) // 2], "keep")
    corpus.equal("J6_segment_of_length_0.jpg", after_soi(plain, b"\xff\xe5\0\0"))
    corpus.equal("J6_segment_of_length_1.jpg", after_soi(plain, b"\xff\xfe\0\1"))
    corpus.equal("M6_stray_bytes_before_tables.jpg", plain[: plain.index(b"\xff\xdb")] + b"\0\0" + plain[plain.index(b"\xff\xdb") :])
    corpus.equal("M6_unknown_jfif_version.jpg", plain.replace(b"JFIF\0\1", b"JFIF\0\7", 1))
    rgb = np.array(photo())
    lossless = imagecodecs.ljpeg_encode(np.array(photo().convert("L")))
    corpus.refused("M1_lossless.jpg", lossless, "unsupported", "unsupported image format: lossless JPEG; convert it to an 8-bit JPEG or PNG", why="libjpeg-turbo in TensorFlow does not read it")
    corpus.refused("M1_12_bits.jpg", imagecodecs.jpeg8_encode(rgb.astype(np.uint16) << 4, bitspersample=12), "unsupported", "unsupported image format: JPEG with 12 bits per sample; convert it to an 8-bit JPEG or PNG")
    corpus.refused("M1_jpeg_ls.jls", imagecodecs.jpegls_encode(rgb), "unsupported", "unsupported image format: JPEG-LS; convert it to an 8-bit JPEG or PNG")
