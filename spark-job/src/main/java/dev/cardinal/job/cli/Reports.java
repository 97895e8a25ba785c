package dev.cardinal.job.cli;

import dev.cardinal.job.report.ReportJob;
import java.io.IOException;
import org.apache.spark.sql.SparkSession;

/** The page that a command makes of its result, beside which the result stands in any case. */
final class Reports {
    private Reports() {}

    /** Makes a page. */
    interface Maker {
        void make(ReportJob reports) throws IOException;
    }

    /**
     * Makes a page and says where it is; where that fails, says why.
     *
     * @param page where it will be, as the user calls it
     */
    static void print(String page, Maker maker, SparkSession spark, Console console) {
        if (isMade(maker, spark, console)) {
            console.out().println("report: " + page);
        }
    }

    /** Makes a page; says why where that fails. */
    static boolean isMade(Maker maker, SparkSession spark, Console console) {
        try {
            maker.make(new ReportJob(spark));
            return true;
        } catch (Exception e) { // Spark throws checked ones that it does not declare
            console.err()
                    .println(TextTable.printable(
                            "cardinal: warning: there is no report, the result is whole without it: "
                                    + e.toString().lines().findFirst().orElse("")));
            return false;
        }
    }
}
