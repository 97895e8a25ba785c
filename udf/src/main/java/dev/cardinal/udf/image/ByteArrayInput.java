package dev.cardinal.udf.image;

import javax.imageio.stream.ImageInputStreamImpl;

/** A file in memory as input of ImageIO, without another cache. Has no native resources: closing it is optional. */
final class ByteArrayInput extends ImageInputStreamImpl {

    private final byte[] bytes;

    ByteArrayInput(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public int read() {
        bitOffset = 0;
        return streamPos < bytes.length ? bytes[(int) streamPos++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        bitOffset = 0;
        if (length == 0) {
            return 0;
        }
        int count = (int) Math.min(length, bytes.length - streamPos);
        if (count <= 0) {
            return -1;
        }
        System.arraycopy(bytes, (int) streamPos, into, offset, count);
        streamPos += count;
        return count;
    }

    @Override
    public long length() {
        return bytes.length;
    }
}
