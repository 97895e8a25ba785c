package dev.cardinal.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.LocalSpark;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ReportsTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final ByteArrayOutputStream complained = new ByteArrayOutputStream();
    private final Console console = new Console(stream(printed), stream(complained), false);

    /** Spark throws SparkException and AnalysisException, which are checked, from methods that declare neither. */
    @Test
    void pageThatCannotBeMadeIsAWarningWhateverIsThrown() {
        Reports.print(
                "out/report.html",
                reports -> undeclared(new Exception("no rows\u001b[31m\nand a plan")),
                LocalSpark.session(),
                console);

        assertThat(printed.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(complained.toString(StandardCharsets.UTF_8))
                .isEqualTo(
                        "cardinal: warning: there is no report, the result is whole without it: java.lang.Exception: no"
                                + " rows?[31m\n");
    }

    @Test
    void pageIsNamed() {
        Reports.print("out/report.html", reports -> {}, LocalSpark.session(), console);

        assertThat(printed.toString(StandardCharsets.UTF_8)).isEqualTo("report: out/report.html\n");
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Exception> void undeclared(Exception e) throws E {
        throw (E) e;
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
