package dev.cardinal.udf.image;

/**
 * Decodes the files of one format.
 *
 * <p>Closed by its creator. Not thread-safe. Both methods may throw any exception that a library throws for a corrupt
 * file, including RuntimeExceptions; the caller must treat the file as corrupt.
 */
interface ImageDecoder extends AutoCloseable {

    /** Reads the header without allocating pixels. */
    ImageHeader header(ByteView file) throws BadImageException;

    /**
     * Decodes the first image of a complete file into the same pixels as Pillow's {@code convert("RGB")}.
     *
     * @param header what {@link #header} returned for this file
     * @param into receives the image's size and pixels
     */
    void decode(ByteView file, ImageHeader header, Pixels into) throws BadImageException;

    @Override
    default void close() {}
}
