"""GIF files with what encoders and transfers leave behind."""
import struct

import numpy as np

from make_corpus import encoded, photo

WIDTH, HEIGHT = 23, 17


def lzw(indices, bits, clear_every=0, clears=1, first_clears=1):
    """Codes pixels as literals with growing code sizes; writes the clear code several times."""
    clear, out, size, following = 1 << bits, [], bits + 1, (1 << bits) + 2
    buffer = count = 0

    def put(code):
        nonlocal buffer, count
        buffer |= code << count
        count += size
        while count >= 8:
            out.append(buffer & 255)
            buffer >>= 8
            count -= 8

    for _ in range(first_clears):
        put(clear)
    since = 0
    for index in indices:
        put(int(index))
        since += 1
        if since > 1:
            if following == (1 << size) - 1 and size < 12:
                size += 1
            following = min(following + 1, 4096)
        if clear_every and since == clear_every:
            for _ in range(clears):
                put(clear)
                size = bits + 1
            following, since = clear + 2, 0
    put(clear + 1)
    if count:
        out.append(buffer & 255)
    return bytes(out)


def blocks(data, length=255):
    parts = [data[i : i + length] for i in range(0, len(data), length)]
    return b"".join(bytes([len(part)]) + part for part in parts)


def gif(indices, data, *, between=b"", end=b"\0;", size=(WIDTH, HEIGHT), screen=(WIDTH, HEIGHT), bits=4, flags=0, sub_blocks=255, at=(0, 0), before=b""):
    palette = bytes(np.random.default_rng(3).integers(0, 256, 3 << bits, dtype=np.uint8))
    head = b"GIF89a" + struct.pack("<HHBBB", *screen, 0x80 | bits - 1, 0, 0) + palette
    return head + between + before + b"," + struct.pack("<HHHHB", *at, *size, flags) + bytes([bits]) + blocks(data, sub_blocks) + end


def add_to(corpus):
    indices = np.array(photo(WIDTH, HEIGHT).convert("L")).ravel() >> 4
    plain = lzw(indices, 4)
    corpus.equal("G1_two_clear_codes.gif", gif(indices, lzw(indices, 4, first_clears=2)))
    corpus.equal("G1_three_clear_codes.gif", gif(indices, lzw(indices, 4, first_clears=3)))
    corpus.equal("G1_two_clear_codes_every_50_pixels.gif", gif(indices, lzw(indices, 4, 50, clears=2)))
    corpus.equal("G1_clear_code_every_pixel.gif", gif(indices, lzw(indices, 4, 1)))
    corpus.equal("G1_sub_blocks_of_1.gif", gif(indices, plain, sub_blocks=1))
    corpus.equal("G1_sub_blocks_of_7_interlaced.gif", gif(indices, plain, sub_blocks=7, flags=0x40))
    corpus.equal("G1_code_size_11.gif", gif(indices, lzw(indices, 11)).replace(b"\x04" + blocks(lzw(indices, 11))[:1], b"\x0b" + blocks(lzw(indices, 11))[:1]))
    beyond = lzw(indices, 4)
    corpus.equal("G3_index_beyond_palette.gif", gif(indices, beyond, bits=2).replace(b"\x02" + blocks(beyond)[:1], b"\x04" + blocks(beyond)[:1]))
    corpus.equal("G2_no_trailer.gif", gif(indices, plain, end=b"\0"))
    corpus.equal("G2_no_terminator.gif", gif(indices, plain, end=b""))
    corpus.equal("G2_terminator_replaced.gif", gif(indices, plain, end=b"\x40;"))
    corpus.equal("G2_stray_zeros_between_blocks.gif", gif(indices, plain, between=b"\0\0\0"))
    corpus.equal("G2_stray_bytes_between_blocks.gif", gif(indices, plain, between=b"\x80\x01\xff"))
    corpus.equal("G2_transparency_kept.gif", gif(indices, plain, between=b"!\xf9\x04\x01\0\0\x05\0!\xf9\x04\0\0\0\x07\0", size=(WIDTH, HEIGHT), screen=(40, 30)))
    animated = encoded(photo(WIDTH, HEIGHT), "GIF", save_all=True, append_images=[photo(WIDTH, HEIGHT, 2), photo(WIDTH, HEIGHT, 3)])
    second = animated.rindex(b",\0\0\0\0", 0, animated.rindex(b",\0\0\0\0"))
    corpus.equal("G2_cut_in_frame_2.gif", animated[: second + 60])
    corpus.equal("G2_noise_in_frame_2.gif", animated[: second + 30] + b"\x3f" * 200)
    corpus.refused("G2_cut_in_frame_1.gif", gif(indices, plain)[:150], "undecodable", "GIF: the header declares 17 rows, the data contain 0")
    corpus.refused("G2_frame_of_0_pixels.gif", gif(indices, plain, size=(0, 0)), "undecodable", "GIF: invalid image size 0 x 0 in the header")
    corpus.refused("G2_no_frame.gif", gif(indices, plain)[:61] + b";", "undecodable", "GIF: the file contains no image")
    corpus.refused("G2_too_few_rows.gif", gif(indices, lzw(indices[:230], 4)), "undecodable", "GIF: the header declares 17 rows, the data contain 10")
