package dev.cardinal.job.common;

import static org.apache.spark.sql.functions.col;

import org.apache.spark.sql.Column;

/** Names of columns that users choose, which may contain dots and other characters with a meaning in Spark. */
public final class ColumnNames {
    private ColumnNames() {}

    /** Returns a column by its name. */
    public static Column named(String name) {
        return col(quoted(name));
    }

    /** Returns a name as Spark's parser reads it. */
    public static String quoted(String name) {
        return "`" + name.replace("`", "``") + "`";
    }
}
