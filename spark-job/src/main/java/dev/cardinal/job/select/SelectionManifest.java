package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.format_string;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.regexp_extract;
import static org.apache.spark.sql.functions.regexp_replace;
import static org.apache.spark.sql.functions.sequence;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import dev.cardinal.job.select.SelectOptions.Export;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Writes a selection as text files for training frameworks, sorted by class and rank. Stateless.
 *
 * <p>CSV (RFC 4180, with a header): path, class_index, class_label, score, weight.
 *
 * <p>For a tree of images with one directory per class, each line has the name of a file in the tree, a tab, and the path of its image.
 * In the path, a backslash, tab, line feed and carriage return are written {@code \\, \t, \n, \r}. The directory is the class
 * index in five digits and the label in lower-case letters and digits. Sorted by name, as torchvision's ImageFolder reads them, the
 * directories are therefore in the order of the class indices. The file is the rank in eight digits, {@code -2} and so on for the copies
 * of a repeated image, and the image's extension.
 */
final class SelectionManifest {
    private static final long LINES_PER_FILE = 2_000_000;

    private SelectionManifest() {}

    /** Writes the manifest of a selection to a directory. */
    static void write(Export export, Dataset<Row> selection, String directory) {
        if (export == Export.CSV) {
            inOrder(selection, selection.count())
                    .select("path", "class_index", "class_label", "score", "weight")
                    .write()
                    .option("header", true)
                    .option("escape", "\"")
                    .option("ignoreLeadingWhiteSpace", false)
                    .option("ignoreTrailingWhiteSpace", false)
                    .csv(directory);
        } else if (export == Export.IMAGEFOLDER) {
            Row copies = selection.agg(coalesce(sum("weight"), lit(0L))).head();
            inOrder(selection, copies.getLong(0))
                    .withColumn("copy", explode(sequence(lit(1), col("weight"))))
                    .select(concat_ws("\t", nameInTree(), escaped(col("path"))))
                    .write()
                    .text(directory);
        }
    }

    /** Sorts by class and rank, into one partition per file. */
    private static Dataset<Row> inOrder(Dataset<Row> selection, long lines) {
        int files = (int) (1 + lines / LINES_PER_FILE);
        return selection
                .repartitionByRange(files, col("class_index"), col("rank"))
                .sortWithinPartitions("class_index", "rank");
    }

    private static Column nameInTree() {
        Column label = regexp_replace(regexp_replace(lower(col("class_label")), "[^a-z0-9]+", "_"), "^_|_$", "");
        Column extension = lower(regexp_extract(col("path"), "(\\.[A-Za-z0-9]{1,5})$", 1));
        Column copy = when(col("copy").gt(1), concat(lit("-"), col("copy"))).otherwise("");
        return concat(
                format_string("%05d_", col("class_index")),
                label,
                format_string("/%08d", col("rank")),
                copy,
                extension);
    }

    private static Column escaped(Column path) {
        Column escaped = regexp_replace(path, "\\\\", "\\\\\\\\");
        escaped = regexp_replace(escaped, "\t", "\\\\t");
        escaped = regexp_replace(escaped, "\n", "\\\\n");
        return regexp_replace(escaped, "\r", "\\\\r");
    }
}
