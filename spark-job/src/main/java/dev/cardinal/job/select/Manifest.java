package dev.cardinal.job.select;

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
import static org.apache.spark.sql.functions.when;

import dev.cardinal.job.select.SelectOptions.Export;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A selection as training frameworks read it, in files of text that are as large as is handy.
 *
 * <p>CSV (RFC 4180, with a header): path, class_index, class_label, score, weight.
 *
 * <p>For a tree of images with a directory for each class: lines of a file's name in it, a tab, and the path of its image, in which
 * a backslash, tab, line feed and carriage return are written {@code \\, \t, \n, \r}. The directory is the class index in five
 * digits and the label in lower-case letters and digits, so that directories in order of their names, as torchvision's ImageFolder
 * takes them, are classes in order of their indices. The file is the rank in eight digits, {@code -2} and so on where an image is
 * repeated, and the image's extension.
 */
final class Manifest {
    private static final long ROWS_PER_FILE = 2_000_000;

    private Manifest() {}

    /** Writes the manifest of a selection to a directory. */
    static void write(Export export, Dataset<Row> selection, long rows, String directory) {
        int files = (int) (1 + rows / ROWS_PER_FILE);
        if (export == Export.CSV) {
            selection
                    .select("path", "class_index", "class_label", "score", "weight")
                    .coalesce(files)
                    .write()
                    .option("header", true)
                    .option("escape", "\"")
                    .option("ignoreLeadingWhiteSpace", false)
                    .option("ignoreTrailingWhiteSpace", false)
                    .csv(directory);
        } else if (export == Export.IMAGEFOLDER) {
            selection
                    .withColumn("copy", explode(sequence(lit(1), col("weight"))))
                    .select(concat_ws("\t", nameInTree(), escaped(col("path"))))
                    .coalesce(files)
                    .write()
                    .text(directory);
        }
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
