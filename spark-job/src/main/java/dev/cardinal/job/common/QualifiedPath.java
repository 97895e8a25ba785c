package dev.cardinal.job.common;

import static org.apache.spark.sql.functions.udf;

import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/**
 * Turns a path as a user or another program writes it into the form of the {@code path} column: {@code /a/b.jpg} becomes
 * {@code file:/a/b.jpg} if the local disk is the default file system. Text that is not a path stays as it is. A function for Spark;
 * runs on executors; serializable and stateless.
 *
 * @param fileSystem the default file system
 * @param workingDirectory where relative paths start
 */
public record QualifiedPath(URI fileSystem, Path workingDirectory) implements UDF1<@Nullable String, @Nullable String> {

    /** Returns the function for the default file system of a configuration. */
    public static UserDefinedFunction of(Configuration configuration) throws IOException {
        FileSystem byDefault = FileSystem.get(configuration);
        return udf(new QualifiedPath(byDefault.getUri(), byDefault.getWorkingDirectory()), DataTypes.StringType);
    }

    @Override
    public @Nullable String call(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return text;
        }
        try {
            return new Path(text).makeQualified(fileSystem, workingDirectory).toString();
        } catch (IllegalArgumentException e) {
            return text; // not a path, such as a relative name with a colon
        }
    }
}
