package dev.cardinal.job.source;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Images wherever they lie: in files of their own below directories of any Hadoop file system, in archives, in tables, or where a
 * manifest says.
 *
 * <p>Every regular file is a row, whatever it is called; Spark's own lister would drop names that begin with an underscore.
 * Names that begin with a dot are passed over and counted. Lives on the driver.
 */
public final class ImageSource {
    private final SourceSpec spec;
    private final Configuration configuration;
    private final Inputs inputs;

    public ImageSource(SourceSpec spec, Configuration configuration) {
        this.spec = spec;
        this.configuration = configuration;
        this.inputs = new Inputs(configuration);
    }

    /**
     * Checks that the glob is one.
     *
     * @throws dev.cardinal.zoo.CardinalException if it is not
     */
    public void requireGlob() {
        new IncludeGlob(spec.include());
    }

    /**
     * Checks that an input exists.
     *
     * @throws dev.cardinal.zoo.CardinalException if it does not
     * @throws IOException if its file system fails
     */
    public void require(String input) throws IOException {
        inputs.roots(input);
    }

    /**
     * Whether an input takes in what lies in a directory, now or once the directory is there.
     *
     * @param directory fully qualified
     * @throws dev.cardinal.zoo.CardinalException if the input is no path
     * @throws IOException if the input's file system fails
     */
    public boolean covers(String input, Path directory) throws IOException {
        return inputs.covers(input, directory);
    }

    /**
     * Finds every image of the inputs.
     *
     * @param shared the configuration for executors
     * @throws dev.cardinal.zoo.CardinalException if an input does not exist
     * @throws IOException if a file system fails
     */
    public FoundImages find(SparkSession spark, Broadcast<SerializableConfiguration> shared) throws IOException {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        Lister lister = new Lister(context, configuration, shared, spec.include());
        for (String input : spec.inputs()) {
            List<FileStatus> roots = inputs.roots(input);
            for (FileStatus root : roots) {
                lister.add(input, root);
            }
        }
        JavaRDD<Row> rows = lister.listed().flatMap(new IndexFile(spec.truthFrom()));
        return new FoundImages(spark.createDataFrame(rows, FoundRows.SCHEMA));
    }
}
