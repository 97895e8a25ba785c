"""BMP files with all headers, odd palettes, run lengths and wrong sizes."""
import struct

import numpy as np
from PIL import Image

from make_corpus import encoded, photo

WIDTH, HEIGHT = 23, 17


def bmp(bits, rows, *, info=40, palette=b"", compression=0, colors=0, offset=None, size=None, masks=b"", height=HEIGHT, width=WIDTH, tail=b""):
    if info == 12:
        head = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        head = struct.pack("<IiiHHIIiiII", info, width, height, 1, bits, compression, len(rows), 2835, 2835, colors, 0)
        head += masks if info > 40 else b""
        head += bytes(info - len(head)) + (masks if info == 40 else b"")
    at = 14 + len(head) + len(palette)
    whole = at + len(rows)
    return b"BM" + struct.pack("<IHHI", whole if size is None else size, 0, 0, at if offset is None else offset) + head + palette + rows + tail


def packed(indices, bits):
    out = b""
    for row in indices[::-1]:
        data = np.packbits(((row[:, None] >> np.arange(bits - 1, -1, -1)) & 1).astype(np.uint8).ravel()).tobytes()
        out += data + bytes(-len(data) % 4)
    return out


def bgr(rgb, channels=3):
    pixels = np.zeros((HEIGHT, WIDTH, channels), np.uint8)
    pixels[..., :3] = rgb[..., ::-1]
    return b"".join(row.tobytes() + bytes(-len(row.tobytes()) % 4) for row in pixels[::-1])


def colors(count, size=4, seed=5):
    table = np.random.default_rng(seed).integers(0, 256, (count, size), dtype=np.uint8)
    return table.tobytes(), table[:, 2::-1]


def rle8(indices, end=b"\0\1"):
    out = b""
    for row in indices[::-1]:
        for index in row:
            out += bytes([1, index])
        out += b"\0\0"
    return out[:-2] + end if end else out


def rle4(indices):
    out = b""
    for row in indices[::-1]:
        out += bytes([0, 15]) + bytes(row[i] << 4 | (row[i + 1] if i + 1 < 15 else 0) for i in range(0, 15, 2))
        out += bytes([8, row[15] << 4 | row[16]])
        out += b"\0\0"
    return out + b"\0\1"


def add_to(corpus):
    rgb = np.array(photo())
    gray = np.array(photo().convert("L"))
    table256, _ = colors(256)
    table16, rgb16 = colors(16)
    for info in (40, 52, 56, 64, 108, 124):
        corpus.equal(f"B1_header_of_{info}_bytes_24_bits.bmp", bmp(24, bgr(rgb), info=info))
        corpus.equal(f"B1_header_of_{info}_bytes_8_bits.bmp", bmp(8, packed(gray, 8), info=info, palette=table256))
    corpus.equal("B1_header_of_64_bytes_1_bit.bmp", bmp(1, packed(gray >> 7, 1), info=64, palette=colors(2)[0]))
    corpus.equal("B1_header_of_12_bytes_4_bits.bmp", bmp(4, packed(gray >> 4, 4), info=12, palette=colors(16, 3)[0]))
    corpus.equal("B1_header_of_12_bytes_32_bits.bmp", bmp(32, bgr(rgb, 4), info=12))
    corpus.refused("B1_header_of_16_bytes.bmp", bmp(24, bgr(rgb), info=40).replace(struct.pack("<I", 40), struct.pack("<I", 16), 1), "unsupported", "unsupported image format: BMP with a header of 16 bytes")
    for name, size in (("0", 0), ("1", 1), ("too_large", 0x7FFFFFFF), ("headers_only", 54)):
        corpus.equal(f"B2_file_size_{name}.bmp", bmp(24, bgr(rgb), size=size))
    corpus.equal("B3_index_beyond_palette.bmp", bmp(8, packed(gray, 8), palette=colors(100)[0], colors=100))
    corpus.equal("B3_index_beyond_palette_4_bits.bmp", bmp(4, packed(gray >> 4, 4), palette=colors(9)[0], colors=9))
    corpus.equal("B3_one_color_of_1_bit.bmp", bmp(1, packed(gray >> 7, 1), palette=colors(1)[0], colors=1))
    ramp = b"".join(bytes([i, i, i, 0]) for i in range(256))
    corpus.equal("B3_gray_ramp.bmp", bmp(8, packed(gray, 8), palette=ramp))
    corpus.equal("B3_index_beyond_gray_ramp.bmp", bmp(8, packed(gray, 8), palette=ramp[:400], colors=100))
    corpus.equal("B3_black_and_white.bmp", bmp(1, packed(gray >> 7, 1), palette=b"\0\0\0\0\xff\xff\xff\0"))
    corpus.equal("B3_white_and_black.bmp", bmp(1, packed(gray >> 7, 1), palette=b"\xff\xff\xff\0\0\0\0\0"))
    corpus.equal("B4_without_last_padding.bmp", bmp(24, bgr(rgb))[:-3])
    corpus.refused("B4_without_last_pixel.bmp", bmp(24, bgr(rgb))[:-4], "undecodable", f"BMP: premature end of data at byte {len(bmp(24, bgr(rgb))) - 4}")
    corpus.equal("B4_pixel_offset_0.bmp", bmp(24, bgr(rgb), offset=0))
    corpus.equal("B4_pixel_offset_0_palette.bmp", bmp(8, packed(gray, 8), palette=table256, offset=0))
    corpus.equal("B4_pixel_offset_at_palette.bmp", bmp(8, packed(gray, 8), palette=table256, offset=54))
    corpus.equal("B4_gap_before_pixels.bmp", bmp(24, b"\x55" * 10 + bgr(rgb), offset=64))
    corpus.equal("B4_top_down.bmp", bmp(24, bgr(rgb[::-1]), height=-HEIGHT))
    corpus.equal("B4_bytes_behind.bmp", bmp(24, bgr(rgb), tail=b"more"))
    fields = lambda *masks: struct.pack(f"<{len(masks)}I", *masks)
    wide = bgr(rgb, 4)
    corpus.equal("B5_fields_bgrx.bmp", bmp(32, wide, compression=3, masks=fields(0xFF0000, 0xFF00, 0xFF)))
    corpus.equal("B5_fields_xbgr.bmp", bmp(32, wide, compression=3, masks=fields(0xFF000000, 0xFF0000, 0xFF00)))
    corpus.equal("B5_fields_rgba_v4.bmp", bmp(32, wide, compression=3, info=108, masks=fields(0xFF, 0xFF00, 0xFF0000, 0xFF000000)))
    corpus.equal("B5_fields_565.bmp", bmp(16, packed(gray.astype(np.uint16) * 257 ^ 0x1234, 16), compression=3, masks=fields(0xF800, 0x7E0, 0x1F)))
    corpus.equal("B5_16_bits.bmp", bmp(16, packed(gray.astype(np.uint16) * 257 ^ 0x1234, 16)))
    words = (rgb[..., 0].astype(np.uint16) >> 4) << 8 | (rgb[..., 1].astype(np.uint16) >> 4) << 4 | rgb[..., 2] >> 4
    swapped = words << 8 | words >> 8
    right = Image.fromarray(((rgb >> 4).astype(np.int32) * 255 // 15).astype(np.uint8))
    corpus.same_pixels("B5_fields_444.bmp", bmp(16, packed(swapped, 16), compression=3, masks=fields(0xF00, 0xF0, 0xF)), right, "valid fields that Pillow refuses")
    corpus.equal("B6_rle8.bmp", bmp(8, rle8(gray), palette=table256, compression=1))
    corpus.equal("B6_rle8_without_end.bmp", bmp(8, rle8(gray, b""), palette=table256, compression=1))
    row = 2 * WIDTH + 2
    holes = rle8(gray)[: row + 10] + b"\0\2\4\1" + rle8(gray)[2 * row + 18 :]
    corpus.equal("B6_rle8_with_holes.bmp", bmp(8, holes, palette=table256, compression=1))
    few = gray >> 4
    few[:, 15:] = np.where(np.arange(8) % 2 == 0, few[:, 15:16], few[:, 16:17])
    corpus.same_pixels("B6_rle4.bmp", bmp(4, rle4(few), palette=table16, compression=2), Image.fromarray(rgb16[np.minimum(few, 15)]), "a valid file that Pillow garbles")
    corpus.refused("B6_rle8_too_few_rows.bmp", bmp(8, rle8(gray[9:]), palette=table256, compression=1), "undecodable", "BMP: the header declares 17 rows, the data contain 8")
    corpus.refused("B7_jpeg_inside.bmp", bmp(24, encoded(photo(), "JPEG"), compression=4), "unsupported", "unsupported image format: BMP that contains a JPEG, or with run lengths of 24 bits")
    corpus.refused("B7_png_inside.bmp", bmp(24, encoded(photo(), "PNG"), compression=5), "unsupported", "unsupported image format: BMP that contains a PNG")
    corpus.refused("B7_2_bits.bmp", bmp(2, packed(gray >> 6, 2), palette=colors(4)[0]), "unsupported", "unsupported image format: BMP with 2 bits per pixel and compression 0")
    corpus.refused("B7_header_only.bmp", bmp(24, b""), "undecodable", "BMP: premature end of data at byte 54")
