package dev.cardinal.udf;

/** The kinds of file that images lie in, and what a position in each means. */
public enum Container {
    /** A file is an image; the position is 0, or less where its length is what a report says. */
    FILE,
    /** An uncompressed tar archive; the position is the byte of the file at which the member's content begins. */
    TAR,
    /** A tar archive in gzip; the position is the byte of the uncompressed archive at which the member's content begins. */
    TAR_GZ,
    /** An uncompressed TFRecord file of {@code tf.train.Example}; the position is the byte at which the record's header begins. */
    TFRECORD,
    /** A TFRecord file in gzip; the position is the byte of the uncompressed stream at which the record's header begins. */
    TFRECORD_GZ,
    /** A Parquet file; the position is the row's number from 0. */
    PARQUET;

    /** Whether an image's length is known exactly before it is read. */
    public boolean tellsLength() {
        return this == FILE || this == TAR || this == TAR_GZ;
    }

    /** Whether images can be read from the middle of the file without reading what lies before them. */
    public boolean splits() {
        return this != TAR_GZ && this != TFRECORD_GZ;
    }
}
