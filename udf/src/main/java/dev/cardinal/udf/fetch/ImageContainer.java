package dev.cardinal.udf.fetch;

/** The kinds of file that contain images, and the meaning of a position in each. */
public enum ImageContainer {
    /** A file that is one image; the position is 0, or negative if its length comes from a report. */
    FILE,
    /** An uncompressed tar archive; the position is the byte of the file at which the member's content begins. */
    TAR,
    /** A tar archive in gzip, bzip2, XZ or Zstandard; the position is the byte of the uncompressed archive where the content begins. */
    COMPRESSED_TAR,
    /** A ZIP archive; the position is the byte of the file at which the directory entry of the member begins. */
    ZIP,
    /** An uncompressed TFRecord file of {@code tf.train.Example}; the position is the byte of the record's header. */
    TFRECORD,
    /** A compressed TFRecord file; the position is the byte of the uncompressed stream at which the record header begins. */
    COMPRESSED_TFRECORD,
    /** A Parquet file; the position is the row's number from 0. */
    PARQUET;

    /** Returns whether an image's exact length is known before it is read. */
    public boolean hasExactLength() {
        return this == FILE || this == TAR || this == COMPRESSED_TAR || this == ZIP;
    }

    /** Returns whether images can be read from the middle of the file without reading the bytes before them. */
    public boolean isSplittable() {
        return this != COMPRESSED_TAR && this != COMPRESSED_TFRECORD;
    }
}
