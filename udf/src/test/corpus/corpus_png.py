"""PNG files with wrong checksums, cut ends and odd chunks."""
import struct
import zlib

import numpy as np

from make_corpus import encoded, photo


def chunk(kind, data, crc=None):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data) if crc is None else crc)


def parts(image=None, **options):
    """Returns the signature and a list of the chunks (kind, data)."""
    data, chunks, at = encoded(image or photo(), "PNG", **options), [], 8
    while at < len(data):
        length = struct.unpack_from(">I", data, at)[0]
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return data[:8], chunks


def png(image=None, wrong=(), without=(), before_data=b"", before_end=b"", ihdr=None, idat=None):
    signature, chunks = parts(image)
    out = signature
    for kind, data in chunks:
        out += before_data if kind == b"IDAT" else before_end if kind == b"IEND" else b""
        data = ihdr(data) if kind == b"IHDR" and ihdr else idat(data) if kind == b"IDAT" and idat else data
        if kind not in without:
            out += chunk(kind, data, 0x12345678 if kind in wrong else None)
    return out


def split(image=None, pieces=3, wrong=()):
    """Splits the pixels into several IDAT chunks."""
    signature, chunks = parts(image)
    out = signature
    for kind, data in chunks:
        if kind != b"IDAT":
            out += chunk(kind, data)
            continue
        step = len(data) // pieces + 1
        for i in range(pieces):
            out += chunk(kind, data[i * step : (i + 1) * step], 1 if i in wrong else None)
    return out


def rows(data, keep):
    return zlib.compress(zlib.decompress(data)[: keep * (23 * 3 + 1)])


def add_to(corpus):
    gray, palette, bits = photo().convert("L"), photo().quantize(16), photo().convert("1")
    corpus.equal("P1_wrong_crc_of_idat.png", png(wrong=[b"IDAT"]))
    corpus.equal("P1_wrong_crc_of_iend.png", png(wrong=[b"IEND"]))
    corpus.equal("P1_wrong_crc_of_both.png", png(wrong=[b"IDAT", b"IEND"]))
    corpus.equal("P1_wrong_crc_of_second_idat.png", split(wrong=[1]))
    corpus.equal("P1_wrong_crc_gray.png", png(gray, wrong=[b"IDAT"]))
    corpus.equal("P1_wrong_crc_palette.png", png(palette, wrong=[b"IDAT"]))
    corpus.equal("P1_wrong_crc_1_bit.png", png(bits, wrong=[b"IDAT"]))
    corpus.refused("P1_wrong_crc_of_ihdr.png", png(wrong=[b"IHDR"]), "undecodable", "PNG: corrupt data: wrong checksum of the chunk IHDR")
    corpus.refused("P1_wrong_crc_of_plte.png", png(palette, wrong=[b"PLTE"]), "undecodable", "PNG: corrupt data: wrong checksum of the chunk PLTE")
    whole = png()
    corpus.equal("P2_no_iend.png", png(without=[b"IEND"]))
    for cut in (1, 4, 8, 11, 13, 16, 20):
        corpus.equal(f"P2_without_last_{cut}_bytes.png", whole[:-cut])
    corpus.equal("P2_iend_is_zeros.png", whole[:-12] + bytes(12))
    corpus.refused("P2_without_last_40_bytes.png", whole[:-40], "undecodable", "PNG: the header declares 17 rows, the data contain 16")
    corpus.equal("P2_without_last_40_bytes.png", whole[:-40], "keep")
    corpus.refused("P2_half.png", whole[: len(whole) // 2], "undecodable", "PNG: the header declares 17 rows, the data contain 7")
    corpus.equal("P2_half.png", whole[: len(whole) // 2], "keep")
    half_palette = png(palette)
    corpus.refused("P2_half_palette.png", half_palette[: len(half_palette) * 2 // 3], "undecodable", "PNG: the header declares 17 rows, the data contain 6")
    corpus.equal("P2_half_palette.png", half_palette[: len(half_palette) * 2 // 3], "keep")
    apng = encoded(photo(), "PNG", save_all=True, append_images=[photo(seed=2), photo(seed=3)])
    corpus.equal("P2_apng_cut_in_frame_2.png", apng[: apng.index(b"fdAT") + 100])
    few = "half of the picture would be black; --truncated keep reads it"
    corpus.refused("P2_too_few_rows.png", png(idat=lambda d: rows(d, 9)), "undecodable", "PNG: the header declares 17 rows, the data contain 9", why=few)
    corpus.equal("P2_too_few_rows.png", png(idat=lambda d: rows(d, 9)), "keep")
    corpus.equal("P2_too_many_rows.png", png(idat=lambda d: zlib.compress(zlib.decompress(d) + bytes(700))))
    corpus.refused("P2_damaged_pixels.png", png(idat=lambda d: d[:300] + bytes(40) + d[340:]), "undecodable", "PNG: corrupt data: the header is invalid or the pixels are damaged")
    corpus.refused("P2_wrong_adler.png", png(idat=lambda d: d[:-4] + bytes(4)), "undecodable", "PNG: corrupt data: the header is invalid or the pixels are damaged")
    corpus.equal("P4_unknown_critical_chunk.png", png(before_data=chunk(b"CODE", b"hello")))
    corpus.equal("P4_compression_method_1.png", png(ihdr=lambda d: d[:10] + b"\1" + d[11:]))
    corpus.equal("P4_ihdr_of_14_bytes.png", png(ihdr=lambda d: d + b"\0"))
    corpus.same_pixels("P5_wrong_crc_of_text.png", png(before_data=chunk(b"tEXt", b"Comment\0hello", 1)), photo(), "a wrong checksum of metadata does not matter")
    corpus.same_pixels("P5_wrong_crc_of_gamma.png", png(before_data=chunk(b"gAMA", struct.pack(">I", 45455), 1)), photo(), "a wrong checksum of metadata does not matter")
    corpus.refused("P6_header_only.png", whole[:33], "undecodable", "PNG: premature end of data at byte 33")
