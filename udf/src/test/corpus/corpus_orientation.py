"""Orientation in EXIF and XMP, in all formats that can have it."""
import io
import struct
import zlib

from PIL import Image, PngImagePlugin

from make_corpus import encoded, photo

OPTION = "orientation"


def exif(orientation, order="<", entry=(3, 1)):
    head = b"II*\0" if order == "<" else b"MM\0*"
    value = struct.pack(order + "HH", orientation, 0) if entry[0] == 3 else struct.pack(order + "I", orientation)
    return head + struct.pack(order + "IHHHI", 8, 1, 0x112, *entry) + value + bytes(4)


def xmp(orientation, element=False):
    mark = f"<tiff:Orientation>{orientation}</tiff:Orientation>" if element else f'<rdf:Description tiff:Orientation="{orientation}"/>'
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{mark}</x:xmpmeta>'.encode()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks, after=()):
    plain = encoded(photo(), "PNG")
    data = plain.index(b"IDAT") - 4
    end = plain.index(b"IEND") - 4
    return plain[:data] + b"".join(chunks) + plain[data:end] + b"".join(after) + plain[end:]


def raw_profile(tiff):
    data = b"Exif\0\0" + tiff
    digits = data.hex()
    lines = "\n".join(digits[i : i + 72] for i in range(0, len(digits), 72))
    return f"\nexif\n{len(data):8d}\n{lines}\n".encode()


def jpeg(*segments):
    plain = encoded(photo(), "JPEG", quality=90)
    return plain[:2] + b"".join(b"\xff\xe1" + struct.pack(">H", len(s) + 2) + s for s in segments) + plain[2:]


def add_to(corpus):
    for orientation in range(1, 10):
        corpus.equal(f"E1_exif_{orientation}.png", png(chunk(b"eXIf", exif(orientation, ">" if orientation % 2 else "<"))), OPTION)
    corpus.equal("E1_exif_6_in_long.png", png(chunk(b"eXIf", exif(6, entry=(4, 1)))), OPTION)
    corpus.equal("E1_exif_after_pixels.png", png(after=[chunk(b"eXIf", exif(6))]), OPTION)
    corpus.equal("E1_exif_6.png", png(chunk(b"eXIf", exif(6))), "")
    corpus.equal("E1_raw_profile.png", png(chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(raw_profile(exif(8))))), OPTION)
    corpus.equal("E1_raw_profile_as_text.png", png(chunk(b"tEXt", b"Raw profile type exif\0" + raw_profile(exif(3)))), OPTION)
    corpus.equal("E1_raw_profile_app1.png", png(chunk(b"zTXt", b"Raw profile type APP1\0\0" + zlib.compress(raw_profile(exif(8))))), OPTION)
    corpus.equal("E1_xmp.png", png(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(6))), OPTION)
    corpus.equal("E1_xmp_compressed.png", png(chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0en\0k\0" + zlib.compress(xmp(5, True)))), OPTION)
    corpus.equal("E1_exif_1_xmp_6.png", png(chunk(b"eXIf", exif(1)), chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(6))), OPTION)
    corpus.equal("E1_xmp_6.jpg", jpeg(b"http://ns.adobe.com/xap/1.0/\0" + xmp(6)), OPTION)
    corpus.equal("E1_xmp_8_element.jpg", jpeg(b"http://ns.adobe.com/xap/1.0/\0" + xmp(8, True)), OPTION)
    corpus.equal("E1_exif_3_xmp_6.jpg", jpeg(b"http://ns.adobe.com/xap/1.0/\0" + xmp(6), b"Exif\0\0" + exif(3)), OPTION)
    corpus.equal("E1_exif_in_two_segments.jpg", jpeg(b"Exif\0\0" + exif(6)[:15], b"Exif\0\0" + exif(6)[15:]), OPTION)
    for orientation in (2, 5, 6, 8):
        corpus.equal(f"E1_exif_{orientation}.webp", encoded(photo(), "WEBP", lossless=True, exif=exif(orientation)), OPTION)
    corpus.equal("E1_exif_prefix.webp", encoded(photo(), "WEBP", lossless=True, exif=b"Exif\0\0" + exif(7)), OPTION)
    corpus.equal("E1_xmp.webp", encoded(photo(), "WEBP", quality=80, xmp=xmp(4)), OPTION)
    webp = encoded(photo(), "WEBP", lossless=True, exif=exif(6))
    corpus.equal("E1_exif_not_announced.webp", webp[:20] + bytes([webp[20] & ~8]) + webp[21:], OPTION)
    for orientation in (3, 6):
        corpus.equal(f"E1_orientation_{orientation}.tif", encoded(photo(), "TIFF", tiffinfo={0x112: orientation}), OPTION)
    corpus.equal("E1_xmp_6.tif", encoded(photo(), "TIFF", tiffinfo={700: xmp(6)}), OPTION)
    corpus.equal("E1_xmp_6.tif", encoded(photo(), "TIFF", tiffinfo={700: xmp(6)}))
