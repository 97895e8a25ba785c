"""PBM, PGM and PPM, binary and text."""
import struct

import numpy as np

from make_corpus import encoded, photo

RGB = np.array(photo())
GRAY = np.array(photo().convert("L"))
BITS = (GRAY > 120).astype(np.uint8)
HEIGHT, WIDTH = GRAY.shape


def pnm(kind, data, maximum=255, size=f"{WIDTH} {HEIGHT}"):
    return f"P{kind}\n{size}\n".encode() + (b"" if maximum is None else f"{maximum}\n".encode()) + data


def text(values, separator=" "):
    rows = values.reshape(values.shape[0], -1)
    return "\n".join(separator.join(str(v) for v in row) for row in rows).encode() + b"\n"


def scaled(values, maximum):
    samples = np.rint(values / 255 * maximum).astype(np.int64)
    return samples.astype(">u2" if maximum > 255 else np.uint8)


def add_to(corpus):
    corpus.equal("F1_p4.pbm", pnm(4, np.packbits(BITS, axis=1).tobytes(), None))
    corpus.equal("F1_p1.pbm", pnm(1, text(BITS), None))
    corpus.equal("F1_p1_no_spaces.pbm", pnm(1, text(BITS, ""), None))
    for maximum in (1, 15, 100, 254, 255, 256, 1023, 4095, 65534, 65535):
        dark = GRAY if maximum <= 255 else GRAY // 16
        corpus.equal(f"F1_p5_{maximum}.pgm", pnm(5, scaled(dark, maximum).tobytes(), maximum))
        corpus.equal(f"F1_p6_{maximum}.ppm", pnm(6, scaled(RGB, maximum).tobytes(), maximum))
        if maximum in (15, 255, 1023):
            corpus.equal(f"F1_p2_{maximum}.pgm", pnm(2, text(scaled(dark, maximum)), maximum))
            corpus.equal(f"F1_p3_{maximum}.ppm", pnm(3, text(scaled(RGB, maximum)), maximum))
    corpus.equal("F1_pillow.ppm", encoded(photo(), "PPM"))
    corpus.equal("F1_16_bit_gray_is_white.pgm", pnm(5, scaled(GRAY, 65535).tobytes(), 65535))
    corpus.equal("F1_samples_above_maximum.ppm", pnm(6, RGB.tobytes(), 200))
    corpus.equal("F1_comments.ppm", b"P6 # made\n#by hand\n 23#width\n\n17 #h\n255\n" + RGB.tobytes())
    corpus.equal("F1_comments_in_text.pgm", pnm(2, b"# rows\n" + text(GRAY).replace(b"\n", b" # row\n")))
    corpus.equal("F1_header_in_one_line.ppm", b"P6 23 17 255 " + RGB.tobytes())
    corpus.equal("F1_carriage_returns.ppm", b"P6\r23 17\r255\r" + RGB.tobytes())
    corpus.equal("F1_data_behind.ppm", pnm(6, RGB.tobytes() + b"more"))
    corpus.equal("F1_no_space_at_end.pgm", pnm(2, text(GRAY).rstrip()))
    cut = "PNM: premature end of data at byte "
    for name, data in (("p6.ppm", pnm(6, RGB.tobytes()[:-1])), ("p4.pbm", pnm(4, np.packbits(BITS, axis=1).tobytes()[:-1], None)), ("p5_1023.pgm", pnm(5, scaled(GRAY, 1023).tobytes()[:-2], 1023)), ("p3.ppm", pnm(3, text(RGB)[:-6])), ("p1.pbm", pnm(1, text(BITS)[:-4], None))):
        corpus.refused(f"F1_cut_{name}", data, "undecodable", cut + str(len(data)))
    corpus.refused("F1_header_only.ppm", b"P6\n23 ", "undecodable", cut + "6")
    corpus.refused("F1_maximum_0.pgm", pnm(5, GRAY.tobytes(), 0), "undecodable", "PNM: invalid maximum value 0: it must be 1 to 65535")
    corpus.refused("F1_maximum_70000.pgm", pnm(5, GRAY.tobytes(), 70000), "undecodable", "PNM: invalid maximum value 70000: it must be 1 to 65535")
    corpus.refused("F1_text_sample_above_maximum.pgm", pnm(2, text(GRAY), 100), "undecodable", f"PNM: sample {GRAY.ravel()[GRAY.ravel() > 100][0]} exceeds the maximum 100")
    corpus.refused("F1_word_in_text.pgm", pnm(2, text(GRAY)[:30] + b" red " + text(GRAY)), "undecodable", "PNM: not a number before byte 45")
    corpus.refused("F1_size_0.ppm", pnm(6, b"", size="0 17"), "undecodable", "PNM: invalid image size 0 x 17 in the header")
    corpus.refused("F1_p7.pam", b"P7\nWIDTH 23\nHEIGHT 17\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n" + RGB.tobytes(), "unsupported", "unsupported image format: PAM (netpbm P7); convert it to JPEG or PNG")
    floats = (GRAY / 255).astype("<f4").tobytes()
    corpus.refused("F1_pf_gray.pfm", b"Pf\n23 17\n-1.0\n" + floats, "unsupported", "unsupported image format: PFM (floating point); convert it to JPEG or PNG", why="samples of 0 to 1 become a black picture in Pillow")
    corpus.refused("F1_pf.pfm", b"PF\n23 17\n-1.0\n" + floats * 3, "unsupported", "unsupported image format: PFM (floating point); convert it to JPEG or PNG")
