"""TIFF files of all layouts of samples, compressions and damages."""
import lzma
import struct
import zlib

import imagecodecs
import numpy as np
from PIL import Image

from make_corpus import encoded, photo

WIDTH, HEIGHT = 23, 17
SIZES = {1: "B", 2: "B", 3: "H", 4: "I", 5: "I", 7: "B", 16: "Q"}


def tiff(tags, strips, order="<", big=False, next_ifd=0, tail=b"", tiled=False, counts=True):
    """Writes a TIFF: tags {number: (type, values)}, and the strips' or tiles' bytes."""
    data = b"".join(s + bytes(len(s) & 1) for s in strips)
    start = 16 if big else 8
    offsets, at = [], start
    for strip in strips:
        offsets.append(at)
        at += len(strip) + (len(strip) & 1)
    all_tags = {256: (3, [WIDTH]), 257: (3, [HEIGHT]), (324 if tiled else 273): (4, offsets), **tags}
    if counts:
        all_tags.setdefault(325 if tiled else 279, (4, [len(s) for s in strips]))
    ifd = start + len(data)
    word, code = (8, "Q") if big else (4, "I")
    entry = 4 + 2 * word
    values_at = ifd + (8 if big else 2) + entry * len(all_tags) + word
    head = (b"II" if order == "<" else b"MM") + (struct.pack(order + "HHHQ", 43, 8, 0, ifd) if big else struct.pack(order + "HI", 42, ifd))
    directory, values = struct.pack(order + ("Q" if big else "H"), len(all_tags)), b""
    for tag, (kind, items) in sorted(all_tags.items()):
        packed = struct.pack(f"{order}{len(items)}{SIZES[kind]}", *items)
        count = len(items) // 2 if kind == 5 else len(items)
        directory += struct.pack(order + "HH" + code, tag, kind, count)
        if len(packed) <= word:
            directory += packed + bytes(word - len(packed))
        else:
            directory += struct.pack(order + code, values_at + len(values))
            values += packed + bytes(len(packed) & 1)
    return head + data + directory + struct.pack(order + code, next_ifd) + values + tail


def layout(samples, bits, photometric, extra=(), compression=1, format=None, planar=False, predictor=None, rows=HEIGHT, **more):
    tags = {258: (3, [bits] * samples), 259: (3, [compression]), 262: (3, [photometric]), 277: (3, [samples]), 278: (3, [rows]), 284: (3, [2 if planar else 1])}
    if extra:
        tags[338] = (3, list(extra))
    if format:
        tags[339] = (3, [format] * samples)
    if predictor:
        tags[317] = (3, [predictor])
    tags.update({int(tag[1:]): value for tag, value in more.items()})
    return tags


def rows_of(pixels, rows):
    return [pixels[i : i + rows] for i in range(0, HEIGHT, rows)]


def bits_of(values, bits):
    """Packs samples of any number of bits; rows begin at a byte."""
    out = b""
    for row in values.reshape(values.shape[0], -1):
        out += np.packbits(((row[:, None].astype(np.int64) >> np.arange(bits - 1, -1, -1)) & 1).astype(np.uint8).ravel()).tobytes()
    return out


def split_planes(pixels):
    return [np.ascontiguousarray(pixels[..., c]).tobytes() for c in range(pixels.shape[2])]


def blocks(ycc, across, down):
    """Stores chroma once per block, of the top left pixel; the last blocks repeat the edge."""
    padded = np.pad(ycc, ((0, -ycc.shape[0] % down), (0, -ycc.shape[1] % across), (0, 0)), "edge")
    out = b""
    for y in range(0, padded.shape[0], down):
        for x in range(0, padded.shape[1], across):
            out += padded[y : y + down, x : x + across, 0].tobytes() + padded[y, x, 1:].tobytes()
    return out


COMPRESSIONS = {
    5: imagecodecs.lzw_encode,
    8: lambda data: zlib.compress(data, 9),
    32946: lambda data: zlib.compress(data, 9),
    32773: imagecodecs.packbits_encode,
    34925: lambda data: lzma.compress(data, lzma.FORMAT_XZ, lzma.CHECK_NONE, filters=[{"id": lzma.FILTER_DELTA, "dist": 1}, {"id": lzma.FILTER_LZMA2, "preset": 1, "dict_size": 1 << 16}]),
    50000: imagecodecs.zstd_encode,
}


def add_to(corpus):
    rgb = np.array(photo())
    gray = np.array(photo().convert("L"))
    alpha = ((np.arange(WIDTH) * 11 + np.arange(HEIGHT)[:, None] * 7) % 256).astype(np.uint8)
    cmyk = np.array(photo().convert("CMYK"))
    cmyk[..., 3] = gray // 3
    ramp = (np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH) - 100).astype(np.int64)
    stack = lambda *parts: np.dstack(parts)
    wide = lambda values, order="<": (values.astype(np.uint16) * 257 ^ 0x55).astype(order + "u2")

    # Alpha by which the colors are multiplied.
    associated = stack(rgb * (alpha[..., None] / 255), alpha).astype(np.uint8)
    corpus.equal("T1_associated_8_bits.tif", tiff(layout(4, 8, 2, [1]), [associated.tobytes()]))
    corpus.equal("T1_associated_8_bits_lzw.tif", tiff(layout(4, 8, 2, [1], 5), [imagecodecs.lzw_encode(associated.tobytes())]))
    corpus.equal("T1_associated_8_bits_big_endian.tif", tiff(layout(4, 8, 2, [1]), [associated.tobytes()], ">"))
    corpus.equal("T1_associated_planar_deflate.tif", tiff(layout(4, 8, 2, [1], 8, planar=True), [zlib.compress(p) for p in split_planes(associated)]))
    corpus.equal("T1_associated_and_another_sample.tif", tiff(layout(5, 8, 2, [1, 0]), [stack(associated, gray).tobytes()]))
    corpus.equal("T1_unassociated_8_bits.tif", tiff(layout(4, 8, 2, [2]), [stack(rgb, alpha).tobytes()]))
    corpus.equal("T1_alpha_not_listed.tif", tiff(layout(4, 8, 2), [stack(rgb, alpha).tobytes()]))
    for order in "<>":
        corpus.equal(f"T1_associated_16_bits_{'little' if order == '<' else 'big'}_endian.tif", tiff(layout(4, 16, 2, [1], 8), [zlib.compress(wide(associated, order).tobytes())], order))
    corpus.equal("T1_unassociated_16_bits.tif", tiff(layout(4, 16, 2, [2]), [wide(stack(rgb, alpha)).tobytes()]))
    corpus.equal("T1_gray_and_alpha.tif", tiff(layout(2, 8, 1, [2]), [stack(gray, alpha).tobytes()]))
    corpus.same_pixels("T1_gray_and_unspecified.tif", tiff(layout(2, 8, 1, [0]), [stack(gray, alpha).tobytes()]), Image.fromarray(gray).convert("RGB"), "Pillow refuses it")

    # Inks and other samples.
    corpus.equal("T4_cmyk.tif", tiff(layout(4, 8, 5), [cmyk.tobytes()]))
    corpus.equal("T4_cmyk_and_spot.tif", tiff(layout(5, 8, 5, [0]), [stack(cmyk, alpha).tobytes()]))
    corpus.equal("T4_cmyk_and_2_spots_lzw.tif", tiff(layout(6, 8, 5, [0, 0], 5, predictor=2), [imagecodecs.lzw_encode(imagecodecs.delta_encode(stack(cmyk, alpha, gray), axis=1).tobytes())]))
    without_alpha = Image.frombytes("CMYK", (WIDTH, HEIGHT), cmyk.tobytes()).convert("RGB")
    corpus.same_pixels("T4_cmyk_and_alpha.tif", tiff(layout(5, 8, 5, [2]), [stack(cmyk, alpha).tobytes()]), without_alpha, "Pillow refuses it")
    for order in "<>":
        corpus.equal(f"T4_cmyk_16_bits_{'little' if order == '<' else 'big'}_endian.tif", tiff(layout(4, 16, 5), [wide(cmyk, order).tobytes()], order))
    corpus.equal("T4_cmyk_planar_lzw.tif", tiff(layout(4, 8, 5, compression=5, planar=True), [imagecodecs.lzw_encode(p) for p in split_planes(cmyk)]))
    corpus.refused("T4_other_inks.tif", tiff(layout(4, 8, 5, t332=(3, [2])), [cmyk.tobytes()]), "unsupported", "unsupported image format: TIFF with inks other than CMYK", why="its inks are not cyan, magenta, yellow and black")
    corpus.equal("T4_rgb_and_2_samples.tif", tiff(layout(5, 8, 2, [0, 0]), [stack(rgb, alpha, gray).tobytes()]))
    corpus.equal("T4_palette_and_unspecified.tif", tiff(layout(2, 8, 3, [0], t320=(3, list(range(0, 65536, 256)) * 3)), [stack(gray, alpha).tobytes()]))
    colormap = np.random.default_rng(4).integers(0, 65536, 768).tolist()
    corpus.equal("T4_palette_and_alpha.tif", tiff(layout(2, 8, 3, [2], t320=(3, colormap)), [stack(gray, alpha).tobytes()]))
    corpus.equal("T4_palette_4_bits.tif", tiff(layout(1, 4, 3, t320=(3, colormap[:48])), [bits_of(gray >> 4, 4)]))
    small = [value >> 8 for value in colormap]
    expected = Image.fromarray(np.array(small, np.uint8).reshape(3, 256).T[gray])
    corpus.same_pixels("T8_palette_of_bytes.tif", tiff(layout(1, 8, 3, t320=(3, small)), [gray.tobytes()]), expected, "Pillow's page is black")
    planar = wide(rgb)
    corpus.same_pixels("T9_planar_16_bits.tif", tiff(layout(3, 16, 2, planar=True), split_planes(planar)), Image.fromarray((planar >> 8).astype(np.uint8)), "Pillow's picture is noise")
    corpus.equal("T9_planar_16_bits_lzw.tif", tiff(layout(3, 16, 2, compression=5, planar=True), [imagecodecs.lzw_encode(p) for p in split_planes(planar)]))

    corpus.equal("T4_planar_without_extra_plane.tif", tiff(layout(2, 8, 1, [0], 8, planar=True, t273=(4, [8, 0]), t279=(4, [len(zlib.compress(gray.tobytes())), 0])), [zlib.compress(gray.tobytes())]))

    # Types and depths.
    for order in "<>":
        corpus.equal(f"T6_int16_{'little' if order == '<' else 'big'}_endian.tif", tiff(layout(1, 16, 1, format=2), [ramp.astype(order + "i2").tobytes()], order))
        corpus.equal(f"T12_int32_{'little' if order == '<' else 'big'}_endian.tif", tiff(layout(1, 32, 1, format=2), [ramp.astype(order + "i4").tobytes()], order))
        corpus.equal(f"T12_float32_{'little' if order == '<' else 'big'}_endian.tif", tiff(layout(1, 32, 1, format=3), [(ramp * 1.3).astype(order + "f4").tobytes()], order))
    corpus.equal("T6_int8.tif", tiff(layout(1, 8, 1, format=2), [gray.tobytes()]))
    corpus.equal("T12_uint32.tif", tiff(layout(1, 32, 1), [np.abs(ramp).astype("<u4").tobytes()]))
    special = (ramp * 1.3).astype("<f4")
    special[0, :4] = np.nan, np.inf, -np.inf, 255.99
    corpus.equal("T12_float32_not_a_number.tif", tiff(layout(1, 32, 1, format=3), [special.tobytes()]))
    corpus.equal("T12_float32_predictor_3_deflate.tif", tiff(layout(1, 32, 1, compression=8, format=3, predictor=3), [zlib.compress(imagecodecs.floatpred_encode((ramp * 1.3).astype("<f4"), axis=1).tobytes())]))
    clipped = Image.fromarray(np.clip(ramp * 1.3, 0, 255).astype(np.uint8)).convert("RGB")
    corpus.same_pixels("T12_float32_predictor_3_lzw_big_endian.tif", tiff(layout(1, 32, 1, compression=5, format=3, predictor=3), [imagecodecs.lzw_encode(imagecodecs.floatpred_encode((ramp * 1.3).astype(">f4"), axis=1).tobytes())], ">"), clipped, "Pillow swaps the bytes of compressed big-endian floats")
    swapped = tiff(layout(1, 32, 1, compression=8, format=2), [zlib.compress(ramp.astype(">i4").tobytes())], ">")
    corpus.same_pixels("T12_int32_deflate_big_endian.tif", swapped, Image.fromarray(np.clip(ramp, 0, 255).astype(np.uint8)).convert("RGB"), "Pillow swaps the bytes of compressed big-endian integers")
    corpus.equal("T12_int32_predictor_2.tif", tiff(layout(1, 32, 1, compression=8, format=2, predictor=2), [zlib.compress(imagecodecs.delta_encode(ramp.astype("<i4"), axis=1).tobytes())]))
    corpus.equal("T12_white_is_zero_float.tif", tiff(layout(1, 32, 0, format=3), [(ramp * 1.3).astype("<f4").tobytes()]))
    corpus.equal("T12_16_bits.tif", tiff(layout(1, 16, 1), [np.abs(ramp).astype("<u2").tobytes()]))
    corpus.equal("T12_16_bits_white_is_zero.tif", tiff(layout(1, 16, 0), [np.abs(ramp).astype("<u2").tobytes()]))
    corpus.equal("T12_rgb_16_bits_predictor_2_big_endian.tif", tiff(layout(3, 16, 2, compression=5, predictor=2), [imagecodecs.lzw_encode(imagecodecs.delta_encode(wide(rgb), axis=1).astype(">u2").tobytes())], ">"))
    corpus.equal("T10_gray_12_bits.tif", tiff(layout(1, 12, 1), [bits_of(np.abs(ramp), 12)]))
    for bits in (6, 10, 14):
        corpus.refused(f"T10_gray_{bits}_bits.tif", tiff(layout(1, bits, 1), [bits_of(np.abs(ramp) % 64, bits)]), "unsupported", f"unsupported image format: TIFF with 1 samples of {bits} bits (unsigned) per pixel, gray")
    for bits in (2, 4, 10, 12, 14):
        corpus.refused(f"T10_rgb_{bits}_bits.tif", tiff(layout(3, bits, 2), [bits_of(rgb >> 6, bits)]), "unsupported", f"unsupported image format: TIFF with 3 samples of {bits} bits (unsigned) per pixel, RGB")
    corpus.refused("T10_gray_of_3_samples.tif", tiff(layout(3, 8, 1), [rgb.tobytes()]), "unsupported", "unsupported image format: TIFF with 3 samples of 8 bits (unsigned) per pixel, gray")
    corpus.refused("T10_rgb_float.tif", tiff(layout(3, 32, 2, format=3), [rgb.astype("<f4").tobytes()]), "unsupported", "unsupported image format: TIFF with 3 samples of 32 bits (floating point) per pixel, RGB")
    corpus.refused("T10_float64.tif", tiff(layout(1, 64, 1, format=3), [ramp.astype("<f8").tobytes()]), "unsupported", "unsupported image format: TIFF with 1 samples of 64 bits (floating point) per pixel, gray")
    corpus.refused("T10_different_depths.tif", tiff({**layout(3, 8, 2), 258: (3, [8, 8, 4])}, [rgb.tobytes()]), "unsupported", "unsupported image format: TIFF with different bits per sample")
    corpus.refused("T13_lab.tif", tiff(layout(3, 8, 8), [rgb.tobytes()]), "unsupported", "unsupported image format: TIFF with colors in CIE L*a*b*", why="not converted here")
    corpus.equal("T10_2_bits.tif", tiff(layout(1, 2, 1), [bits_of(gray >> 6, 2)]))
    corpus.equal("T10_4_bits_white_is_zero.tif", tiff(layout(1, 4, 0), [bits_of(gray >> 4, 4)]))
    corpus.equal("T10_1_bit_lowest_first.tif", tiff(layout(1, 1, 1, t266=(3, [2])), [bytes(int(f"{b:08b}"[::-1], 2) for b in bits_of(gray >> 7, 1))]))
    corpus.equal("T10_1_bit_lowest_first_lzw.tif", tiff(layout(1, 1, 1, compression=5, t266=(3, [2])), [bytes(int(f"{b:08b}"[::-1], 2) for b in imagecodecs.lzw_encode(bits_of(gray >> 7, 1)))]))

    # BigTIFF.
    for name, tags, data in (("rgb", layout(3, 8, 2), rgb.tobytes()), ("gray_lzw", layout(1, 8, 1, compression=5), imagecodecs.lzw_encode(gray.tobytes())), ("associated", layout(4, 8, 2, [1]), associated.tobytes())):
        corpus.equal(f"T11_big_{name}.tif", tiff(tags, [data], big=True))
    corpus.equal("T11_big_jpeg.tif", tiff(layout(1, 8, 1, compression=7), [encoded(photo().convert("L"), "JPEG")], big=True))
    corpus.equal("T11_big_strips_of_long8.tif", tiff({**layout(3, 8, 2, rows=5)}, [r.tobytes() for r in rows_of(rgb, 5)], big=True))
    corpus.same_pixels("T11_big_endian.tif", tiff(layout(3, 8, 2), [rgb.tobytes()], ">", big=True), photo(), "Pillow reads only the little-endian order")

    # Compressions.
    for number, encode in COMPRESSIONS.items():
        corpus.equal(f"T14_compression_{number}.tif", tiff(layout(3, 8, 2, compression=number, rows=6), [encode(r.tobytes()) for r in rows_of(rgb, 6)]))
        if number != 32773:
            corpus.equal(f"T14_compression_{number}_predictor.tif", tiff(layout(3, 8, 2, compression=number, predictor=2), [encode(imagecodecs.delta_encode(rgb, axis=1).tobytes())]))
    noise = np.random.default_rng(8).integers(0, 256, (90, 90), dtype=np.uint8)
    tags = {**layout(1, 8, 1, compression=5, rows=90), 256: (3, [90]), 257: (3, [90])}
    corpus.equal("T14_lzw_long_codes.tif", tiff(tags, [imagecodecs.lzw_encode(noise.tobytes())]))
    tile = np.zeros((32, 32, 3), np.uint8)
    tile[:HEIGHT, :WIDTH] = rgb
    tiles = [np.ascontiguousarray(tile[y : y + 16, x : x + 16]).tobytes() for y in (0, 16) for x in (0, 16)]
    tile_tags = {**layout(3, 8, 2, compression=50000), 322: (3, [16]), 323: (3, [16])}
    del tile_tags[278]
    corpus.equal("T14_tiles_zstd.tif", tiff(tile_tags, [imagecodecs.zstd_encode(t) for t in tiles], tiled=True))
    for number, name in ((6, "old-style JPEG"), (34712, "JPEG 2000"), (34887, "LERC"), (50001, "WebP"), (50002, "JPEG XL"), (33003, "method 33003"), (32809, "ThunderScan")):
        corpus.refused(f"T14_compression_{number}.tif", tiff(layout(3, 8, 2, compression=number), [rgb.tobytes()]), "unsupported", f"unsupported image format: TIFF compressed with {name}; convert it, for example with tiffcp -c lzw")
    corpus.refused("T14_predictor_of_4_bits.tif", tiff(layout(1, 4, 1, compression=5, predictor=2), [imagecodecs.lzw_encode(bits_of(gray >> 4, 4))]), "unsupported", "unsupported image format: TIFF with predictor 2 for samples of 4 bits")

    corpus.equal("T14_packbits_ignores_predictor.tif", tiff(layout(3, 8, 2, compression=32773, predictor=2), [imagecodecs.packbits_encode(rgb.tobytes())]))
    corpus.equal("T14_uncompressed_ignores_predictor.tif", tiff(layout(3, 8, 2, predictor=2), [rgb.tobytes()]))
    corpus.equal("T18_palette_as_jpeg.tif", tiff(layout(1, 8, 3, compression=7, t320=(3, colormap)), [encoded(photo().convert("L"), "JPEG")]))
    planes = [encoded(Image.fromarray(rgb[..., c]), "JPEG") for c in range(3)]
    corpus.refused("T18_jpeg_in_planes.tif", tiff(layout(3, 8, 2, compression=7, planar=True), planes), "unsupported", "unsupported image format: TIFF with JPEG data of 3 samples of 8 bits in planes", why="TwelveMonkeys does not read it")
    ycc = photo().convert("YCbCr").tobytes()
    corpus.equal("T20_ycbcr_deflate.tif", tiff(layout(3, 8, 6, compression=8, t530=(3, [1, 1])), [zlib.compress(ycc)]))
    corpus.equal("T20_ycbcr_zstd.tif", tiff(layout(3, 8, 6, compression=50000, t530=(3, [1, 1])), [imagecodecs.zstd_encode(ycc)]))
    coefficients = dict(t529=(5, [2126, 10000, 7152, 10000, 722, 10000]), t532=(5, [16, 1, 235, 1, 128, 1, 240, 1, 128, 1, 240, 1]))
    corpus.equal("T20_ycbcr_coefficients.tif", tiff(layout(3, 8, 6, compression=5, t530=(3, [1, 1]), **coefficients), [imagecodecs.lzw_encode(ycc)]))
    for across, down in ((2, 2), (2, 1), (1, 2), (4, 2), (4, 4), (4, 1)):
        corpus.equal(f"T20_ycbcr_{across}x{down}.tif", tiff(layout(3, 8, 6, compression=5, rows=4, t530=(3, [across, down])), [imagecodecs.lzw_encode(blocks(part, across, down)) for part in rows_of(np.frombuffer(ycc, np.uint8).reshape(HEIGHT, WIDTH, 3), 4)]))
    corpus.same_pixels("T6_int16_deflate_big_endian.tif", tiff(layout(1, 16, 1, compression=8, format=2), [zlib.compress(ramp.astype(">i2").tobytes())], ">"), Image.fromarray(np.clip(ramp, 0, 255).astype(np.uint8)).convert("RGB"), "Pillow swaps the bytes of compressed big-endian integers")

    # Damage outside of the first page's pixels.
    plain = [rgb.tobytes()]
    for name, offset in (("ffffffff", 0xFFFFFFFF), ("beyond_end", 1 << 20), ("into_pixels", 20), ("itself", 8 + len(plain[0]) + 1)):
        corpus.equal(f"T16_next_ifd_{name}.tif", tiff(layout(3, 8, 2), plain, next_ifd=offset))
    corpus.equal("T16_next_ifd_wild_lzw.tif", tiff(layout(3, 8, 2, compression=5), [imagecodecs.lzw_encode(plain[0])], next_ifd=0xFFFFFFFE))
    whole = tiff(layout(3, 8, 2, t34377=(7, [1] * 40)), plain)
    corpus.equal("T16_photoshop_tag_beyond_end.tif", whole[:-20])
    corpus.equal("T16_strip_bytes_too_large.tif", tiff(layout(3, 8, 2, t279=(4, [99999])), plain))
    corpus.same_pixels("T16_strip_bytes_too_large_lzw.tif", tiff(layout(3, 8, 2, compression=5, t279=(4, [99999])), [imagecodecs.lzw_encode(plain[0])]), photo(), "the strip is whole")
    corpus.equal("T16_no_strip_bytes.tif", tiff(layout(3, 8, 2), plain, counts=False))
    two = encoded(photo(), "TIFF", save_all=True, append_images=[photo(seed=2)])
    corpus.equal("T16_second_page_cut.tif", two[: len(two) - 900])
    jpegs = encoded(photo(), "TIFF", save_all=True, append_images=[photo(seed=2)], compression="jpeg")
    corpus.equal("T16_second_page_damaged_jpeg.tif", jpegs[:-300] + b"\xff" * 300)
    cut = imagecodecs.lzw_encode(plain[0])
    corpus.refused("T17_lzw_cut.tif", tiff(layout(3, 8, 2, compression=5), [cut[: len(cut) * 9 // 10]]), "undecodable", "TIFF: the header declares 17 rows, the data contain 15")
    corpus.refused("T17_strip_missing.tif", tiff(layout(3, 8, 2, compression=5, rows=6), [imagecodecs.lzw_encode(r.tobytes()) for r in rows_of(rgb, 6)][:2]), "undecodable", "TIFF: corrupt data: a strip or tile has no offset")
    at_end = len(tiff(layout(3, 8, 2, t273=(4, [0])), [b""])) + 1
    corpus.refused("T17_pixels_cut.tif", tiff(layout(3, 8, 2, t273=(4, [at_end])), [b""], tail=b"\0" + plain[0][:600]), "undecodable", "TIFF: the header declares 17 rows, the data contain 8")
    corpus.refused("T18_gray_and_alpha_as_jpeg.tif", encoded(Image.fromarray(stack(gray, alpha), "LA"), "TIFF", compression="jpeg"), "unsupported", "unsupported image format: TIFF with JPEG data of 2 samples of 8 bits", why="TwelveMonkeys does not read it")

    # JPEG with coefficients that do not count.
    ycbcr = layout(3, 8, 6, compression=7, t529=(5, [1, 3, 1, 3, 1, 3]), t532=(5, [16, 1, 235, 1, 128, 1, 240, 1, 128, 1, 240, 1]), t530=(3, [2, 2]))
    corpus.equal("T19_unusual_coefficients.tif", tiff(ycbcr, [encoded(photo(), "JPEG", quality=90)]))
    corpus.equal("T19_jpeg_rgb.tif", tiff(layout(3, 8, 2, compression=7), [imagecodecs.jpeg8_encode(rgb, colorspace="RGB", outcolorspace="RGB")]))

    # Camera raw files have a thumbnail as their first page.
    thumbnail = layout(3, 8, 2, t254=(4, [1]), t330=(4, [8]), t50706=(1, [1, 4, 0, 0]))
    corpus.refused("M2_dng.tif", tiff(thumbnail, plain), "unsupported", "unsupported image format: camera raw (DNG); convert it to JPEG or PNG", why="the first page is a thumbnail")
    del thumbnail[50706]
    corpus.refused("M2_nef.tif", tiff(thumbnail, plain), "unsupported", "unsupported image format: camera raw (NEF or similar); convert it to JPEG or PNG", why="the first page is a thumbnail")
    corpus.refused("M2_sensor.tif", tiff(layout(1, 16, 32803), [wide(gray).tobytes()]), "unsupported", "unsupported image format: camera raw (NEF or similar); convert it to JPEG or PNG")
