package dev.cardinal.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.TestSpark;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ReportPrinterTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final ByteArrayOutputStream complained = new ByteArrayOutputStream();
    private final Console console = new Console(stream(printed), stream(complained), false);

    /** Spark throws the checked SparkException and AnalysisException from methods that do not declare them. */
    @Test
    void reportThatFailsWithAnyExceptionIsAWarning() {
        ReportPrinter.print(
                "out/report.html",
                reports -> undeclared(new Exception("no rows\u001b[31m\nand a plan")),
                TestSpark.session(),
                console);

        assertThat(printed.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(complained.toString(StandardCharsets.UTF_8))
                .isEqualTo(
                        "cardinal: warning: cannot write the report (the result is complete): java.lang.Exception: no"
                                + " rows?[31m\n");
    }

    @Test
    void pathOfTheReportIsPrinted() {
        ReportPrinter.print("out/report.html", reports -> {}, TestSpark.session(), console);

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
