package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.ImageFetcher.UnreadableImageException;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;

/** The formats of shards. Compression of tar and TFRecord files is detected by the first bytes, not the name. */
public enum ShardFormat {
    /** A tar archive: {@code .tar}, also with {@code .gz}, {@code .bz2}, {@code .xz} or {@code .zst}. */
    TAR("tar", "\\.(tar|tar\\.(gz|gzip|bz2|xz|zst|zstd)|tgz|tbz2?|txz|tzst)$"),
    /** A ZIP archive: {@code .zip}. */
    ZIP("ZIP", "\\.zip$"),
    /**
     * {@code tf.train.Example}: {@code .tfrecord}, {@code .tfrecords}, {@code .tfrec}, or with {@code -00001-of-00128},
     * {@code .gz}.
     */
    TFRECORD("TFRecord", "\\.tfrec(ords?)?(-\\d+-of-\\d+)?(\\.gz)?$"),
    /** A Parquet file: {@code .parquet}, {@code .parq}, {@code .pq}; some writers append the compression's name. */
    PARQUET("Parquet", "\\.(parquet(\\.(gz|snappy|zstd?))?|parq|pq)$");

    /** Names of shards that do not say the format: Spark's and Hive's parts, and TensorFlow's {@code train-00000-of-01024}. */
    private static final Pattern MAY_BE = Pattern.compile("^part-[^.]*$|^\\d{6}_\\d+$|-\\d{5}-of-\\d{5}$");

    /** Separates the path of an archive from the name of an image in it. */
    public static final String MEMBER = "!/";

    private final String title;
    private final Pattern name;

    ShardFormat(String title, String name) {
        this.title = title;
        this.name = Pattern.compile(name);
    }

    /** Detects the format by a file's name, ignoring case. */
    public static Optional<ShardFormat> byName(String fileName) {
        String lower = fileName.toLowerCase(Locale.ROOT);
        for (ShardFormat format : values()) {
            if (format.name.matcher(lower).find()) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    /** Returns the format of the archive in the path of an image: by the archive's name, or by how images in it are named. */
    public static ShardFormat ofArchive(String imagePath, String archive) {
        String member = imagePath.substring(imagePath.lastIndexOf(MEMBER) + MEMBER.length());
        ShardFormat byMember = member.startsWith("record=") ? TFRECORD : member.startsWith("row=") ? PARQUET : TAR;
        return byName(archive.substring(archive.lastIndexOf('/') + 1)).orElse(byMember);
    }

    /** Returns whether a file whose name does not identify a format may still be Parquet or TFRecord. */
    public static boolean mayBeShard(String fileName) {
        return MAY_BE.matcher(fileName).find();
    }

    /**
     * Detects Parquet and TFRecord by a file's first bytes; empty if the file is something else or cannot be read.
     *
     * @throws IOException if the store fails
     */
    public static Optional<ShardFormat> byContent(ShardFile file, Configuration configuration) throws IOException {
        try (HadoopInput in = HadoopInput.open(configuration, file.path(), HadoopInput.Access.SEQUENTIAL)) {
            byte[] head = in.read(TfRecords.HEADER);
            if (ParquetFooter.isParquet(head)) {
                return Optional.of(PARQUET);
            }
            return TfRecords.isHeader(head, head.length) ? Optional.of(TFRECORD) : Optional.empty();
        } catch (UnreadableImageException e) {
            return Optional.empty();
        }
    }

    /** Returns the format's name for messages. */
    String title() {
        return title;
    }
}
