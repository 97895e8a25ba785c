package dev.cardinal.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;

/** Compares predictions tables row by row, in DuckDB. */
public final class SameTable {
    private static final String COLUMNS =
            "path, key, length, modified, sha256, width, height, truth, status, error, model";

    private SameTable() {}

    /** Checks that two tables have the same rows, each once, with scores that differ at most by rounding. */
    public static void assertSameRows(Path table, Path expected) throws SQLException {
        String other = "read_parquet('" + expected + "/*.parquet')";
        assertThat(DuckDb.query(table, "SELECT path, count(*) FROM $table GROUP BY path HAVING count(*) > 1"))
                .as("images with more than one row")
                .isEmpty();
        assertThat(DuckDb.query(
                        table,
                        "(SELECT " + COLUMNS + " FROM $table EXCEPT ALL SELECT " + COLUMNS + " FROM " + other
                                + ") UNION ALL"
                                + " (SELECT " + COLUMNS + " FROM " + other + " EXCEPT ALL SELECT " + COLUMNS
                                + " FROM $table)"))
                .as("rows that are only in one of the tables")
                .isEmpty();
        assertThat(DuckDb.query(
                        table,
                        "SELECT a.path, a.predictions, b.predictions FROM $table a JOIN " + other
                                + " b USING (path) WHERE"
                                + " a.status = 'ok' AND (a.predictions[1].class_index <> b.predictions[1].class_index OR"
                                + " abs(a.predictions[1].score - b.predictions[1].score) > 1e-5)"))
                .as("predictions that differ")
                .isEmpty();
    }
}
