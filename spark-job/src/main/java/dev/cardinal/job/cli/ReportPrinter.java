package dev.cardinal.job.cli;

import dev.cardinal.job.common.Messages;
import dev.cardinal.job.report.ReportJob;
import java.io.IOException;
import org.apache.hadoop.fs.FSError;
import org.apache.spark.sql.SparkSession;

/** Writes the HTML report of a result. If that fails, the command prints a warning and succeeds without it. */
final class ReportPrinter {
    private ReportPrinter() {}

    /** Writes a report. */
    interface Maker {
        void make(ReportJob reports) throws IOException;
    }

    /**
     * Writes a report, and prints its path, or a warning if that fails.
     *
     * @param page the path of the report, as the user named it
     */
    static void print(String page, Maker maker, SparkSession spark, Console console) {
        if (isMade(maker, spark, console)) {
            console.out().println("report: " + page);
        }
    }

    /** Writes a report, and prints a warning if that fails. */
    static boolean isMade(Maker maker, SparkSession spark, Console console) {
        try {
            maker.make(new ReportJob(spark));
            return true;
        } catch (Exception
                | FSError e) { // Spark throws checked exceptions that it does not declare; FSError: a full disk
            console.err()
                    .println(TextTable.printable("cardinal: warning: cannot write the report (the result is complete): "
                            + Messages.firstLine(e.toString())));
            return false;
        }
    }
}
