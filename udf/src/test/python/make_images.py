#!/usr/bin/python3
"""Makes the encoded test images, and images.csv with the pixels that Pillow decodes from each.

Debian 12: python3-pil (Pillow 9.4.0), python3-numpy, libjpeg-turbo-progs, imagemagick, webp, gifsicle, libtiff-tools.
From the repository root:

    /usr/bin/python3 udf/src/test/python/make_images.py udf/src/test/resources/dev/cardinal/udf/image

images.csv has, for each file in images/: width, height, SHA-256 of Image.open(file).convert("RGB").tobytes(), and SHA-256
of the same image resized to 256 and cropped to 224 as in torchvision's evaluation (resize_table.py).
exif.csv has, for each orientation_*.jpg: width, height and SHA-256 of the pixels after ImageOps.exif_transpose.
"""
import hashlib
import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from resize_table import center_crop, resize

FOLDER = Path(sys.argv[1])
IMAGES = FOLDER / "images"
MAGICK = "/usr/bin/convert-im6.q16"
UNDATED = ("-define", "png:exclude-chunk=date,time")


def photo(width=43, height=35, seed=1):
    """Returns an image with gradients, edges and noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    planes = [127 + 100 * np.sin(x / 9.0 + c) * np.cos(y / (7.0 + c)) + rng.normal(0, 12, (height, width)) for c in range(3)]
    image = Image.fromarray(np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8), "RGB")
    ImageDraw.Draw(image).ellipse((width // 4, height // 4, width // 2, height // 2), fill=(250, 20, 30), outline=(0, 0, 0))
    return image


def large_photo():
    """Returns an image of 500 x 375 with about as much detail as a photograph."""
    planes = [np.array(photo(500 // 4, 375 // 4 + 1, seed=c).resize((500, 375), Image.BICUBIC).convert("L")) for c in (5, 6, 7)]
    noise = np.random.default_rng(8).normal(0, 6, (375, 500, 3))
    return Image.fromarray(np.clip(np.stack(planes, -1) + noise, 0, 255).astype(np.uint8), "RGB")


def alpha(width=43, height=35):
    y, x = np.mgrid[0:height, 0:width]
    return Image.fromarray(((x * 9 + y * 5) % 256).astype(np.uint8), "L")


def rgba(image=None):
    image = (image or photo()).copy()
    image.putalpha(alpha(*image.size))
    return image


def grey16(width=43, height=35):
    y, x = np.mgrid[0:height, 0:width]
    return ((x * 1031 + y * 977) % 700 * (1 + (x > 20) * 90)).astype(np.uint16)


def write(name, data):
    (IMAGES / name).write_bytes(data)


def save(name, image, **options):
    image.save(IMAGES / name, **options)


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def run(*command, stdin=None):
    return subprocess.run(command, input=stdin, stdout=subprocess.PIPE, check=True).stdout


def cjpeg(name, image, *options):
    write(name, run("cjpeg", *options, stdin=encoded(image, "PPM")))


def magick(name, image, *options):
    """Converts an image, passed as PNG on standard input, to the format of the name's extension."""
    run(MAGICK, "png:-", *options, *UNDATED, str(IMAGES / name), stdin=encoded(image, "PNG"))


def without_segment(jpeg, marker):
    out, at = jpeg[:2], 2
    while jpeg[at + 1] != 0xDA:
        length = struct.unpack(">H", jpeg[at + 2 : at + 4])[0]
        if jpeg[at + 1] != marker:
            out += jpeg[at : at + 2 + length]
        at += 2 + length
    return out + jpeg[at:]


def jpegs():
    picture = photo()
    for name, sampling in [("444", "1x1"), ("422", "2x1"), ("420", "2x2"), ("440", "1x2"), ("411", "4x1")]:
        cjpeg(f"baseline_{name}.jpg", picture, "-quality", "85", "-sample", sampling)
    for name, sampling in [("444", "1x1"), ("422", "2x1"), ("420", "2x2")]:
        cjpeg(f"progressive_{name}.jpg", picture, "-quality", "85", "-sample", sampling, "-progressive")
    cjpeg("restart_every_block.jpg", picture, "-quality", "85", "-restart", "1B")
    cjpeg("restart_every_row_progressive.jpg", picture, "-restart", "1", "-progressive")
    cjpeg("arithmetic.jpg", picture, "-arithmetic")
    cjpeg("arithmetic_progressive.jpg", picture, "-arithmetic", "-progressive")
    cjpeg("optimized.jpg", picture, "-optimize", "-quality", "90")
    cjpeg("quality_3.jpg", picture, "-quality", "3")
    cjpeg("quality_100.jpg", picture, "-quality", "100")
    cjpeg("rgb_components.jpg", picture, "-rgb")
    cjpeg("grey.jpg", picture, "-grayscale")
    cjpeg("grey_progressive.jpg", picture, "-grayscale", "-progressive")
    cjpeg("grey_sampled_2x2.jpg", picture, "-grayscale", "-sample", "2x2")
    save("photo_500x375.jpg", large_photo(), quality=90)
    cjpeg("one_pixel.jpg", photo(1, 1))
    cjpeg("one_column.jpg", photo(1, 50))
    cjpeg("one_row.jpg", photo(50, 1))
    cjpeg("odd_17x33.jpg", photo(17, 33))
    write("trailing_garbage.jpg", encoded(picture, "JPEG") + b"\xff\xd8garbage\x00" * 20)
    write("leading_fill_bytes.jpg", b"\xff\xd8\xff\xff\xff" + encoded(picture, "JPEG")[3:])
    save("comment_and_icc.jpg", picture, comment=b"\xff\xd9 no end here", icc_profile=b"\xff\xd9" * 300)
    thumbnail = encoded(picture.resize((16, 12)), "JPEG")
    write("thumbnail_in_exif.jpg", exif_jpeg(picture, 1, thumbnail))
    write("two_images_in_one_file.jpg", encoded(picture, "JPEG") + encoded(photo(20, 20), "JPEG"))
    for orientation in range(1, 9):
        write(f"orientation_{orientation}.jpg", exif_jpeg(photo(21, 13), orientation))
    write("orientation_6_big_endian.jpg", exif_jpeg(photo(21, 13), 6, order=">"))
    write("orientation_99.jpg", exif_jpeg(photo(21, 13), 99))
    cmyk = Image.merge("CMYK", (*photo(seed=3).split(), alpha()))
    write("cmyk_adobe.jpg", encoded(cmyk, "JPEG", quality=90))
    write("cmyk_adobe_progressive.jpg", encoded(cmyk, "JPEG", quality=90, progressive=True))
    write("cmyk_icc.jpg", encoded(cmyk, "JPEG", quality=90, icc_profile=b"no profile" * 20))
    write("cmyk_no_adobe.jpg", without_segment(encoded(cmyk, "JPEG", quality=90), 0xEE))
    magick("cmyk_imagemagick.jpg", picture, "-colorspace", "CMYK", "-quality", "80")
    magick("cmyk_imagemagick_420.jpg", picture, "-colorspace", "CMYK", "-sampling-factor", "2x2", "-quality", "80")
    write("ycck_adobe.jpg", ycck(encoded(cmyk, "JPEG", quality=90)))
    write("ycck_adobe_420.jpg", ycck(encoded(cmyk, "JPEG", quality=90, subsampling=2)))
    write("ycck_no_adobe.jpg", without_segment(encoded(cmyk, "JPEG", quality=90, subsampling=2), 0xEE))


def ycck(cmyk):
    """Sets the Adobe segment to: the first three components are YCbCr."""
    at = cmyk.index(b"Adobe\x00") + 11
    assert cmyk[at] == 0
    return cmyk[:at] + b"\x02" + cmyk[at + 1 :]


def exif_jpeg(image, orientation, thumbnail=b"", order="<"):
    mark = b"II*\x00" if order == "<" else b"MM\x00*"
    tiff = mark + struct.pack(order + "IH", 8, 1) + struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0) + struct.pack(order + "I", 0)
    return encoded(image, "JPEG", quality=90, exif=b"Exif\x00\x00" + tiff + thumbnail)


def png(name, colour_type, bits, rows, *chunks, interlace=0):
    """Makes a PNG of raw rows, which Pillow itself cannot write."""
    height, width = rows.shape[:2]
    channels = 1 if rows.ndim == 2 else rows.shape[2]
    if bits == 16:
        raw = [row.astype(">u2").tobytes() for row in rows]
    elif bits == 8:
        raw = [row.astype(np.uint8).tobytes() for row in rows]
    else:
        shifts = np.arange(8 - bits, -1, -bits)
        padded = np.pad(rows, ((0, 0), (0, -width % (8 // bits)))).reshape(height, -1, 8 // bits)
        raw = [(row << shifts).sum(-1).astype(np.uint8).tobytes() for row in padded]
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, interlace)
    body = zlib.compress(b"".join(b"\x00" + row for row in raw), 9)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    assert channels in (1, 2, 3, 4)
    write(name, data)


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def pngs():
    picture = photo()
    grey = np.array(picture.convert("L"))
    wide = grey16()
    colour16 = np.stack([wide, wide[::-1], wide[:, ::-1]], -1) + 7
    for bits in (1, 2, 4):
        png(f"grey_{bits}_bit.png", 0, bits, grey >> (8 - bits))
    png("grey_8_bit.png", 0, 8, grey)
    png("grey_16_bit.png", 0, 16, wide)
    png("grey_8_bit_transparent_value.png", 0, 8, grey, chunk(b"tRNS", struct.pack(">H", int(grey[5, 5]))))
    png("grey_16_bit_transparent_value.png", 0, 16, wide, chunk(b"tRNS", struct.pack(">H", int(wide[5, 5]))))
    png("grey_1_bit_transparent_value.png", 0, 1, grey >> 7, chunk(b"tRNS", struct.pack(">H", 1)))
    png("grey_alpha_8_bit.png", 4, 8, np.dstack([grey, np.array(alpha())]))
    png("grey_alpha_16_bit.png", 4, 16, np.dstack([wide, wide.T.reshape(wide.shape)]))
    png("rgb_8_bit.png", 2, 8, np.array(picture))
    png("rgb_8_bit_transparent_value.png", 2, 8, np.array(picture), chunk(b"tRNS", struct.pack(">HHH", *map(int, np.array(picture)[3, 3]))))
    png("rgb_8_bit_gamma.png", 2, 8, np.array(picture), chunk(b"gAMA", struct.pack(">I", 100000)))
    png("rgb_16_bit.png", 2, 16, colour16)
    png("rgba_8_bit.png", 6, 8, np.array(rgba()))
    png("rgba_16_bit.png", 6, 16, np.dstack([colour16, wide]))
    for bits in (1, 2, 4, 8):
        quantized = picture.quantize(2**bits)
        palette = bytes(quantized.getpalette()[: 3 * 2**bits])
        png(f"palette_{bits}_bit.png", 3, bits, np.array(quantized), chunk(b"PLTE", palette))
        png(f"palette_{bits}_bit_transparent.png", 3, bits, np.array(quantized), chunk(b"PLTE", palette), chunk(b"tRNS", bytes([0, 128])))
    for kind in ("1", "L", "LA", "P", "RGB", "RGBA"):
        source = rgba().convert(kind) if kind != "P" else picture.quantize(100)
        run(MAGICK, "png:-", "-interlace", "PNG", *UNDATED, f"png:{IMAGES}/interlaced_{kind}.png", stdin=encoded(source, "PNG"))
    magick("interlaced_16_bit.png", picture, "-depth", "16", "-modulate", "110", "-interlace", "PNG", "-define", "png:bit-depth=16")
    save("one_pixel.png", photo(1, 1))
    save("animated.png", picture, save_all=True, append_images=[photo(seed=2), photo(seed=4)])
    save("default_image_apart.png", picture, save_all=True, default_image=True, append_images=[photo(seed=2), photo(seed=4)])
    write("trailing_garbage.png", encoded(picture, "PNG") + b"garbage" * 9)


def gifs():
    picture = photo()
    save("plain.gif", picture.quantize(64))
    save("two_colours.gif", picture.convert("1"))
    write("interlaced.gif", run("gifsicle", "--interlace", stdin=encoded(picture.quantize(128), "GIF")))
    save("transparent.gif", picture.quantize(32), transparency=3)
    frames = [photo(seed=s).quantize(32) for s in (1, 2, 4)]
    save("animated.gif", frames[0], save_all=True, append_images=frames[1:], duration=100)
    save("animated_transparent.gif", frames[0], save_all=True, append_images=frames[1:], transparency=0, disposal=2)
    frame = encoded(photo(30, 20).quantize(32), "GIF")
    write("frame_within_screen.gif", gif_on_screen(frame, 43, 35, 11, 9))
    write("frame_within_screen_transparent.gif", gif_on_screen(encoded(photo(30, 20).quantize(32), "GIF", transparency=5), 43, 35, 11, 9))
    write("frame_within_screen_background_7.gif", gif_on_screen(frame, 43, 35, 3, 4, background=7))
    write("frame_beyond_screen.gif", gif_on_screen(frame, 20, 15, 5, 5))
    write("local_palette.gif", gif_local_palette(frame))
    write("comment.gif", run("gifsicle", "--comment", "hello; world", stdin=frame))
    save("one_pixel.gif", photo(1, 1).quantize(2))
    bare = gif_local_palette(frame)
    at = image_descriptor(bare)
    write("no_palette.gif", bare[: at + 9] + b"\x00" + bare[at + 10 + 3 * (2 << (bare[at + 9] & 7)) :])
    save("animated_delta.gif", Image.new("P", (40, 30), 1), save_all=True, append_images=[photo(40, 30).quantize(16)])
    write("trailing_garbage.gif", frame + b";;garbage")


def gif_on_screen(gif, width, height, left, top, background=None):
    at = image_descriptor(gif)
    screen = struct.pack("<HH", width, height) + gif[10:11] + (gif[11:12] if background is None else bytes([background]))
    return gif[:6] + screen + gif[12 : at + 1] + struct.pack("<HH", left, top) + gif[at + 5 :]


def image_descriptor(gif):
    at = 13 + 3 * (2 << (gif[10] & 7)) if gif[10] & 0x80 else 13
    while gif[at] == 0x21:
        at += 2
        while gif[at]:
            at += 1 + gif[at]
        at += 1
    assert gif[at] == 0x2C
    return at


def gif_local_palette(gif):
    at = image_descriptor(gif)
    size = 3 * (2 << (gif[10] & 7))
    palette = gif[13 : 13 + size]
    head = gif[:10] + bytes([gif[10] & 0x70]) + gif[11:13]
    return head + gif[13 + size : at + 9] + bytes([0x80 | gif[10] & 7]) + palette + gif[at + 10 :]


def bmps():
    picture = photo()
    save("rgb_24_bit.bmp", picture)
    save("grey_8_bit.bmp", picture.convert("L"))
    save("palette_8_bit.bmp", picture.quantize(77))
    save("one_bit.bmp", picture.convert("1"))
    save("rgba_32_bit.bmp", rgba())
    save("one_pixel.bmp", photo(1, 1))
    magick("version_3.bmp", picture, "-define", "bmp:format=bmp3")
    magick("version_4.bmp", picture, "-define", "bmp:format=bmp4")
    grey = np.array(picture.convert("L"))
    write("os2_header.bmp", os2_bmp(np.array(picture)[:, :, ::-1].reshape(grey.shape[0], -1)[::-1], grey.shape[1], grey.shape[0]))
    magick("version_2.bmp", picture, "-define", "bmp:format=bmp2")
    magick("alpha_bitfields.bmp", rgba())
    magick("palette_4_bit.bmp", picture, "-colors", "13", "-type", "Palette", "-depth", "4", "-compress", "none")
    magick("rle_8_bit.bmp", picture.quantize(9).convert("RGB"), "-type", "Palette", "-compress", "RLE")
    rows = np.array(picture)
    write("top_down.bmp", bmp(24, rows[:, :, ::-1].reshape(rows.shape[0], -1), rows.shape[1], -rows.shape[0]))
    five = (rows >> 3).astype(np.uint16)
    packed = five[..., 0] << 10 | five[..., 1] << 5 | five[..., 2]
    write("rgb_555.bmp", bmp(16, packed.astype("<u2").view(np.uint8).reshape(rows.shape[0], -1)[::-1], rows.shape[1], rows.shape[0]))
    packed = five[..., 0] << 11 | (rows[..., 1] >> 2).astype(np.uint16) << 5 | five[..., 2]
    masks = struct.pack("<III", 0xF800, 0x07E0, 0x001F)
    write("rgb_565_bitfields.bmp", bmp(16, packed.astype("<u2").view(np.uint8).reshape(rows.shape[0], -1)[::-1], rows.shape[1], rows.shape[0], masks))
    wide = np.dstack([rows[:, :, ::-1], rows[:, :, :1]])
    write("rgb_32_bit.bmp", bmp(32, wide.reshape(rows.shape[0], -1)[::-1], rows.shape[1], rows.shape[0]))


def bmp(bits, rows, width, height, masks=b""):
    padded = np.pad(rows, ((0, 0), (0, -rows.shape[1] % 4))).astype(np.uint8).tobytes()
    offset = 54 + len(masks)
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, 3 if masks else 0, len(padded), 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", offset + len(padded), 0, 0, offset) + info + masks + padded


def animated_offset(name):
    """Makes a file whose only frame is at (6, 4) of a larger canvas."""
    image = (IMAGES / name).read_bytes()[12:]
    frame = b"".join(v.to_bytes(3, "little") for v in (3, 2, 42, 34, 100)) + b"\x02" + image
    body = riff(b"VP8X", b"\x02\x00\x00\x00" + (59).to_bytes(3, "little") + (49).to_bytes(3, "little"))
    body += riff(b"ANIM", b"\x10\x20\x30\xff\x00\x00") + riff(b"ANMF", frame)
    write(name, b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body)


def riff(kind, body):
    return kind + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) & 1)


def os2_bmp(rows, width, height):
    padded = np.pad(rows, ((0, 0), (0, -rows.shape[1] % 4))).astype(np.uint8).tobytes()
    return b"BM" + struct.pack("<IHHI", 26 + len(padded), 0, 0, 26) + struct.pack("<IHHHH", 12, width, height, 1, 24) + padded


def webps():
    picture = photo()
    save("lossless.webp", picture, lossless=True)
    save("lossless_alpha.webp", rgba(), lossless=True, exact=True)
    save("lossless_palette.webp", picture.quantize(12).convert("RGB"), lossless=True)
    save("lossless_two_colours.webp", picture.convert("1").convert("RGB"), lossless=True)
    save("lossless_grey.webp", picture.convert("L").convert("RGB"), lossless=True)
    save("lossless_one_pixel.webp", photo(1, 1), lossless=True)
    save("lossless_exif_icc.webp", picture, lossless=True, exif=b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00", icc_profile=b"profile" * 20)
    save("lossless_animated.webp", picture, lossless=True, save_all=True, append_images=[photo(seed=2)])
    save("lossless_noise.webp", Image.effect_noise((40, 30), 90).convert("RGB"), lossless=True, quality=100, method=6)
    save("animated_frame_offset.webp", picture, lossless=True)
    animated_offset("animated_frame_offset.webp")
    save("lossy.webp", picture, quality=80)
    save("lossy_quality_10.webp", photo(160, 120), quality=10)
    save("lossy_alpha.webp", rgba(), quality=80)
    save("lossy_odd_17x33.webp", photo(17, 33), quality=60)


def tiffs():
    picture = photo()
    save("uncompressed.tif", picture)
    save("lzw.tif", picture, compression="tiff_lzw")
    save("deflate.tif", picture, compression="tiff_adobe_deflate")
    save("packbits.tif", picture, compression="packbits")
    save("grey_8_bit.tif", picture.convert("L"))
    save("one_bit.tif", picture.convert("1"))
    save("one_bit_group4.tif", picture.convert("1"), compression="group4")
    save("one_bit_group3.tif", picture.convert("1"), compression="group3")
    save("palette.tif", picture.quantize(50))
    save("rgba.tif", rgba())
    save("grey_alpha.tif", rgba().convert("LA"))
    save("cmyk.tif", Image.merge("CMYK", (*photo(seed=3).split(), alpha())))
    Image.fromarray(grey16()).save(IMAGES / "grey_16_bit.tif")
    save("two_pages.tif", picture, save_all=True, append_images=[photo(20, 20)])
    save("jpeg_rgb.tif", picture, compression="jpeg", quality=90)
    magick("lzw_predictor.tif", picture, "-compress", "LZW", "-define", "tiff:predictor=2")
    magick("tiled.tif", picture, "-define", "tiff:tile-geometry=16x16", "-compress", "Zip")
    tiffcp("big_endian.tif", "lzw.tif", "-B", "-c", "none")
    tiffcp("planar.tif", "lzw.tif", "-p", "separate", "-c", "lzw")
    tiffcp("strips_of_5_rows.tif", "lzw.tif", "-r", "5", "-c", "zip")
    for orientation in range(2, 9):
        tiffcp(f"turned_{orientation}.tif", "lzw.tif", "-c", "lzw")
        run("tiffset", "-s", "274", str(orientation), str(IMAGES / f"turned_{orientation}.tif"))
    magick("grey_4_bit.tif", picture, "-colorspace", "Gray", "-depth", "4", "-compress", "none")
    magick("ycbcr_jpeg.tif", photo(64, 48), "-compress", "jpeg", "-quality", "90")
    magick("min_is_white.tif", picture.convert("1"), "-define", "quantum:polarity=min-is-white")
    magick("rgb_16_bit.tif", picture, "-modulate", "110", "-depth", "16", "-define", "quantum:depth=16")


def tiffcp(name, source, *options):
    run("tiffcp", *options, str(IMAGES / source), str(IMAGES / name))


def main():
    IMAGES.mkdir(parents=True, exist_ok=True)
    for old in IMAGES.iterdir():
        old.unlink()
    for make in (jpegs, pngs, gifs, bmps, webps, tiffs):
        make()
    with open(FOLDER / "images.csv", "w") as table:
        table.write("# What Pillow decodes from each file, made by make_images.py\nfile,width,height,sha256,prepared\n")
        for path in sorted(IMAGES.iterdir()):
            image = Image.open(path).convert("RGB")
            table.write(f"{path.name},{image.size[0]},{image.size[1]},{digest(image)},{digest(center_crop(resize(image, 256), 224))}\n")
    with open(FOLDER / "exif.csv", "w") as table:
        table.write("# What Pillow's ImageOps.exif_transpose makes of each file, made by make_images.py\nfile,width,height,sha256\n")
        for path in sorted(IMAGES.glob("orientation_*.jpg")):
            image = ImageOps.exif_transpose(Image.open(path).convert("RGB"))
            table.write(f"{path.name},{image.size[0]},{image.size[1]},{digest(image)}\n")


def digest(image):
    return hashlib.sha256(image.tobytes()).hexdigest()


main()
