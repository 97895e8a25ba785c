"""Files that are not images, or images of formats that are not read: each is named."""
import base64
import bz2
import gzip
import io
import lzma
import pickle
import sqlite3
import struct
import tarfile
import zipfile
import zlib

import imagecodecs
import numpy as np
from PIL import Image

from make_corpus import encoded, photo


def tiny(format, **options):
    return encoded(photo(), format, **options)


def file_kinds():
    rgb = np.array(photo())
    archive, tar, npy, npz = io.BytesIO(), io.BytesIO(), io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(archive, "w") as z:
        z.writestr(zipfile.ZipInfo("a.jpg"), "x")
    with tarfile.open(fileobj=tar, mode="w") as t:
        t.addfile(tarfile.TarInfo("a.jpg"), io.BytesIO())
    np.save(npy, rgb[:2])
    with zipfile.ZipFile(npz, "w") as z:
        z.writestr(zipfile.ZipInfo("image.npy"), npy.getvalue())
    database = sqlite3.connect(":memory:")
    database.execute("create table t (a)")
    record = b"\x0a\x10" + b"\x0a\x0e\x0a\x05label\x12\x05\x1a\x03\x0a\x01\x07"
    ftyp = lambda brand, *more: struct.pack(">I", 16 + 4 * len(more)) + b"ftyp" + brand + bytes(4) + b"".join(more) + bytes(16)
    convert, frames, inside = "; convert it to JPEG or PNG", "; extract frames as images", "; give the archive itself to --input, or unpack it"
    arrays = "; save its arrays as image files"
    image, content = "unsupported image format: ", "not an image: the file contains "
    return {
        "zip.jpg": (archive.getvalue(), content + "a ZIP archive" + inside),
        "empty_zip.jpg": (b"PK\5\6" + bytes(18), content + "an empty ZIP archive"),
        "npz.jpg": (npz.getvalue(), content + "NumPy arrays (.npz); save them as image files"),
        "gzip.jpg": (gzip.compress(b"x", mtime=0), content + "gzip-compressed data; decompress it"),
        "bzip2.jpg": (bz2.compress(b"x"), content + "bzip2-compressed data; decompress it"),
        "xz.jpg": (lzma.compress(b"x"), content + "xz-compressed data; decompress it"),
        "zstd.jpg": (imagecodecs.zstd_encode(b"x"), content + "Zstandard-compressed data; decompress it"),
        "lz4.jpg": (imagecodecs.lz4f_encode(b"x"), content + "LZ4-compressed data; decompress it"),
        "7z.jpg": (b"7z\xbc\xaf\x27\x1c\0\4" + bytes(24), content + "a 7z archive; unpack it"),
        "rar.jpg": (b"Rar!\x1a\7\1\0" + bytes(24), content + "a RAR archive; unpack it"),
        "tar.jpg": (tar.getvalue(), content + "a tar archive" + inside),
        "hdf5.jpg": (b"\x89HDF\r\n\x1a\n" + bytes(40), content + "HDF5 data" + arrays),
        "npy.jpg": (npy.getvalue(), content + "a NumPy array (.npy); save it as an image file"),
        "avro.jpg": (b"Obj\1\4\x14avro.codec\x08null\0", content + "an Avro file; write its images to Parquet or to files"),
        "orc.jpg": (b"ORC" + bytes(10), content + "an ORC file; write its images to Parquet or to files"),
        "parquet.jpg": (b"PAR1\x15\4" + bytes(30) + b"PAR1", content + "a Parquet file; label it with --input-format parquet"),
        "arrow.jpg": (b"ARROW1\0\0" + bytes(30), content + "an Arrow (Feather) file; write its images to Parquet"),
        "feather_1.jpg": (b"FEA1" + bytes(30), content + "a Feather file; write its images to Parquet"),
        "tfrecord.jpg": (struct.pack("<QI", len(record), 1) + record + bytes(4), content + "TFRecords; label it with --input-format tfrecord"),
        "sqlite.jpg": (database.serialize()[:100], content + "an SQLite database"),
        "keras.jpg": (b"PK\3\4\x14" + bytes(21) + b"\x0d\0\0\0metadata.json{}", content + "a model (PyTorch or Keras)"),
        "pickle.jpg": (pickle.dumps({"a": 1}, 4), content + "a Python pickle" + arrays),
        "pickle_2.jpg": (pickle.dumps([1, 2], 2), content + "a Python pickle" + arrays),
        "matlab.jpg": (b"MATLAB 5.0 MAT-file, Platform: GLNXA64" + bytes(90), content + "MATLAB data" + arrays),
        "mp4.jpg": (ftyp(b"isom", b"isom", b"avc1"), content + "an MP4 video" + frames),
        "mp42.jpg": (ftyp(b"mp42"), content + "an MP4 video" + frames),
        "mov.jpg": (ftyp(b"qt  "), content + "an MP4 video" + frames),
        "mov_without_ftyp.jpg": (b"\0\0\0\x20moov" + bytes(24), content + "a QuickTime video" + frames),
        "avi.jpg": (b"RIFF\x40\0\0\0AVI LIST" + bytes(30), content + "an AVI video" + frames),
        "webm.jpg": (b"\x1a\x45\xdf\xa3" + bytes(30), content + "a Matroska or WebM video" + frames),
        "pdf.jpg": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", content + "a PDF document; extract its pages as images"),
        "heic.jpg": (ftyp(b"heic", b"mif1", b"heic"), image + "HEIC" + convert),
        "heic_hevc.jpg": (ftyp(b"hevc"), image + "HEIC" + convert),
        "heic_mif2.jpg": (ftyp(b"mif2"), image + "HEIC" + convert),
        "heic_miaf.jpg": (ftyp(b"miaf"), image + "HEIC" + convert),
        "avif.jpg": (ftyp(b"avif", b"mif1"), image + "AVIF" + convert),
        "avif_mif1.jpg": (ftyp(b"mif1", b"miaf", b"avif"), image + "AVIF" + convert),
        "jxl.jpg": (imagecodecs.jpegxl_encode(rgb), image + "JPEG XL" + convert),
        "jxl_container.jpg": (b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(20), image + "JPEG XL" + convert),
        "jp2.jpg": (tiny("JPEG2000"), image + "JPEG 2000" + convert),
        "j2k.jpg": (tiny("JPEG2000", no_jp2=True), image + "JPEG 2000 codestream" + convert),
        "cr3.jpg": (ftyp(b"crx "), image + "camera raw (Canon CR3)" + convert),
        "cr2.jpg": (b"II*\0\x10\0\0\0CR\2\0" + bytes(30), image + "camera raw (Canon CR2)" + convert),
        "raf.jpg": (b"FUJIFILMCCD-RAW 0201" + bytes(30), image + "camera raw (Fujifilm RAF)" + convert),
        "rw2.jpg": (b"IIU\0\x18\0\0\0" + bytes(30), image + "camera raw (Panasonic RW2)" + convert),
        "orf.jpg": (b"IIRO\x08\0\0\0" + bytes(30), image + "camera raw (Olympus ORF)" + convert),
        "crw.jpg": (b"II\x1a\0\0\0HEAPCCDR" + bytes(20), image + "camera raw (Canon CRW)" + convert),
        "dicom.jpg": (bytes(128) + b"DICM" + bytes(20), image + "DICOM; export it as JPEG or PNG"),
        "psd.jpg": (b"8BPS\0\1" + bytes(20), image + "Photoshop (PSD)" + convert),
        "ico.jpg": (tiny("ICO", sizes=[(16, 16)]), image + "icon (ICO)" + convert),
        "dds.jpg": (tiny("DDS"), image + "DDS" + convert),
        "pcx.jpg": (tiny("PCX"), image + "PCX" + convert),
        "qoi.jpg": (tiny("QOI"), image + "QOI" + convert),
        "sgi.jpg": (tiny("SGI"), image + "SGI" + convert),
        "tga.jpg": (tiny("TGA"), image + "TGA" + convert),
        "xbm.jpg": (tiny_bits("XBM"), image + "XBM; convert it to PNG"),
        "svg.jpg": (b'<!-- made by hand -->\n<svg xmlns="http://www.w3.org/2000/svg"/>', image + "SVG; convert it to PNG"),
        "svg_with_prolog.jpg": (b'<?xml version="1.0"?>\n<!-- a -->\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x">\n<svg/>', image + "SVG; convert it to PNG"),
        "html_comment.jpg": (b"<!-- x --><html>", content + "HTML"),
        "html_head.jpg": (b"<head><title>Not found</title>", content + "HTML"),
        "html_xhtml.jpg": (b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">\n<html>', content + "HTML"),
        "yaml.jpg": (b"date: 2026-01-01\n- label: cat\n", content + "text"),
        "html_body.jpg": (b"  <BODY bgcolor=white>", content + "HTML"),
        "html_utf16.jpg": "<!DOCTYPE html><p>caf\u00e9".encode("utf-16"), 
        "xml.jpg": (b'<Error><Code>AccessDenied</Code></Error>', content + "XML"),
        "json.jpg": (b'{"error": "not found"}', content + "JSON"),
        "lfs.jpg": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n", "not an image: the file is a Git LFS pointer; run \"git lfs pull\" in its repository"),
        "base64.jpg": (base64.b64encode(tiny("JPEG"))[:200], content + "base64 text; decode it"),
        "data_uri.jpg": (b"data:image/png;base64," + base64.b64encode(tiny("PNG"))[:100], content + "a data: URI; decode it from base64"),
        "email.jpg": (b"Received: from a by b\nSubject: x\n\n", content + "an email"),
        "script.jpg": (b"#!/bin/sh\necho\n", content + "a script"),
        "url.jpg": (b"https://example.com/a.jpg\n", content + "a URL; download what it names"),
        "text.jpg": (b"hello\n", content + "text"),
        "text_utf8.jpg": ("\u732b\u306e\u5199\u771f\u306f\u3042\u308a\u307e\u305b\u3093\u3002\n" * 30).encode()[:1030], 
        "text_latin1.jpg": ("Keine Fotos, nur \u00fcbliche W\u00f6rter.".encode("latin-1"), content + "text"),
        "bm_text.jpg": (b"BMW, Audi and other cars that are in this data set\n", content + "text"),
        "zeros.jpg": (bytes(600), content + "zeros"),
        "noise.jpg": (bytes([0, 1, 2, 3, 4, 5, 6, 7, 8]), "unknown file format: the file starts with the bytes 00 01 02 03 04 05 06 07"),
        "arrow_stream.jpg": (arrow_stream(), content + "an Arrow stream; write its images to Parquet (to_parquet of Hugging Face's datasets)"),
        "resource_fork.jpg": (b"\0\5\26\7\0\2\0\0Mac OS X" + bytes(30), content + "a resource fork of macOS"),
        "windows_program.jpg": (b"MZ\x90\0\3\0\0\0" + bytes(30), content + "a Windows program"),
        "windows_shortcut.jpg": (b"L\0\0\0\1\x14\2\0" + bytes(30), content + "a Windows shortcut"),
        "gguf.jpg": (b"GGUF\3\0\0\0" + bytes(16), content + "a model (GGUF)"),
        "safetensors.jpg": (struct.pack("<Q", 19) + b'{"__metadata__":{}}', content + "a model (safetensors)"),
        "recordio.jpg": (struct.pack("<II", 0xced7230a, 40) + bytes(40), content + "MXNet RecordIO; write its images to files or to a tar archive"),
        "lmdb.jpg": (bytes(16) + struct.pack("<I", 0xbeefc0de) + bytes(40), content + "an LMDB database; write its images to files or to a tar archive"),
        "nrrd.jpg": (b"NRRD0004\ntype: short\n\n" + bytes(40), content + "a medical volume (NRRD); save its slices as image files"),
        "nifti.jpg": (struct.pack("<i", 348) + bytes(340) + b"n+1\0" + bytes(8), content + "a medical volume (NIfTI); save its slices as image files"),
        "lzma.jpg": (lzma.compress(b"x", format=lzma.FORMAT_ALONE), content + "LZMA-compressed data; decompress it"),
        "icc.jpg": (struct.pack(">I", 128) + b"ADBE\2\x10\0\0mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(90), content + "a color profile"),
        "mpeg_ts.jpg": ((b"G\x40\0\x10" + bytes(184)) * 4, content + "an MPEG video" + frames),
        "emf.jpg": (struct.pack("<II8i", 1, 100, 0, 0, 9, 9, 0, 0, 300, 300) + b" EMF" + bytes(60), image + "Windows metafile (EMF)" + convert),
        "mng.jpg": (b"\x8aMNG\r\n\x1a\n" + bytes(20), image + "MNG" + convert),
        "dpx.jpg": (b"SDPX\0\0\x20\0V1.0" + bytes(40), image + "DPX" + convert),
        "ktx.jpg": (b"\xabKTX 11\xbb\r\n\x1a\n" + bytes(30), image + "KTX texture" + convert),
        "cgbi.png": (cgbi(), image + "PNG of an iPhone app (CgBI); convert it to PNG"),
        "jfif_without_soi.jpg": (tiny("JPEG")[2:], "unknown file format: the file starts with the bytes ff e0 00 10 4a 46 49 46"),
    }


def arrow_stream():
    """The first message of Arrow's stream format: continuation marker, size of the metadata, a flat buffer."""
    return b"\xff\xff\xff\xff" + struct.pack("<IIHH", 176, 16, 0, 10) + bytes(160)


def cgbi():
    """A PNG as Xcode writes it: a chunk before IHDR, and pixels without the header of zlib."""
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    pixels = zlib.compress(b"\0\1\2\3")[2:-4]
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"CgBI", b"\x50\0\x20\2") + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


def tiny_bits(format):
    return encoded(photo().convert("1"), format)


def add_to(corpus):
    for name, case in file_kinds().items():
        kind = "text" if name.startswith("text") else "HTML"
        data, error = case if isinstance(case, tuple) else (case, f"not an image: the file contains {kind}")
        try:
            Image.open(io.BytesIO(data)).convert("RGB")
            why = "a format that is not read"
        except (OSError, SyntaxError, ValueError, RuntimeError, TypeError, KeyError):
            why = "equal"
        corpus.refused(f"M2_{name}", data, "unsupported", error, why=why)
