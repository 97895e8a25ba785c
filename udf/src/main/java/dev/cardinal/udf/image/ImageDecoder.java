package dev.cardinal.udf.image;

/**
 * Reads the files of one format.
 *
 * <p>Whoever creates one closes it. Not thread-safe. What a library throws on a broken file, a RuntimeException included,
 * may come out of both methods: the caller takes it for a broken file.
 */
interface ImageDecoder extends AutoCloseable {

    /** The header, read without allocating pixels. */
    ImageHeader header(ByteView file) throws BadImageException;

    /**
     * Decodes the first picture of a complete file, as Pillow's {@code convert("RGB")} would show it.
     *
     * @param header what {@link #header} gave for this file
     * @param into is given the picture's size and pixels
     */
    void decode(ByteView file, ImageHeader header, Pixels into) throws BadImageException;

    @Override
    default void close() {}
}
