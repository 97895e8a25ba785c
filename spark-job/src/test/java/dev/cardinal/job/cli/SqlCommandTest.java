package dev.cardinal.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.TestSpark;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqlCommandTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void session() {
        TestSpark.session();
    }

    @Test
    void resultsArePrintedAsTables() {
        String table = directory + "/table";
        TestSpark.session()
                .sql("SELECT 'cat' AS label, 10 AS n, array(0.5, 0.25) AS scores, unhex('ff00') AS content"
                        + " UNION ALL SELECT 'a\u001b[31m dog', 9, null, null")
                .coalesce(1)
                .write()
                .parquet(table);

        Run run = Run.of(
                "sql",
                "--query",
                "CREATE TEMPORARY VIEW stored AS SELECT * FROM parquet.`" + table + "`",
                "--query",
                "SELECT label, n, n AS `n.twice`, scores, content FROM stored ORDER BY n DESC");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).isEqualTo("""
                label        n  n.twice  scores        content
                cat         10       10  [0.50, 0.25]  2 bytes
                a?[31m dog   9        9  NULL          NULL
                """);
    }

    @Test
    void longResultsAreTruncated() {
        Run run = Run.of("sql", "--rows", "2", "--query", "SELECT id FROM range(5) ORDER BY id");

        assertThat(run.out()).isEqualTo("""
                id
                 0
                 1
                ... the result has more than these 2 rows; raise --rows
                """);
    }

    @Test
    void invalidStatementIsWrongUsage() {
        Run run = Run.of("sql", "--query", "SELECT missing FROM range(5)");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("cardinal: [UNRESOLVED_COLUMN").contains("`missing`");
    }

    @Test
    void rowsBelowOneAreWrongUsage() {
        Run run = Run.of("sql", "--rows", "0", "--query", "SELECT 1");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--rows must be at least 1, not 0");
    }
}
