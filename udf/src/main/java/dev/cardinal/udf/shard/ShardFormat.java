package dev.cardinal.udf.shard;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The kinds of shard. Whether a tar archive or TFRecord file is compressed with gzip is told by its first bytes, not by its name. */
public enum ShardFormat {
    /** A tar archive: {@code .tar}, {@code .tar.gz}, {@code .tgz}. */
    TAR("tar", "\\.(tar|tar\\.gz|tgz)$"),
    /** {@code tf.train.Example} records: {@code .tfrecord}, {@code .tfrecords}, also with {@code -00001-of-00128} or {@code .gz}. */
    TFRECORD("TFRecord", "\\.tfrecords?(-\\d+-of-\\d+)?(\\.gz)?$"),
    /** A Parquet file: {@code .parquet}. */
    PARQUET("Parquet", "\\.parquet$");

    private final String title;
    private final Pattern name;

    ShardFormat(String title, String name) {
        this.title = title;
        this.name = Pattern.compile(name);
    }

    /** The format that a file's name promises, in letters of either case; a name such as {@code train-00000-of-01024} promises none. */
    public static Optional<ShardFormat> byName(String fileName) {
        String lower = fileName.toLowerCase(Locale.ROOT);
        for (ShardFormat format : values()) {
            if (format.name.matcher(lower).find()) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    /** What the format calls itself. */
    String title() {
        return title;
    }
}
