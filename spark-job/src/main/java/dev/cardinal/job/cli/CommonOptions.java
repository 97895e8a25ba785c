package dev.cardinal.job.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command. */
class CommonOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "Properties file: keys are long option names, repeated options are input.1=, input.2=. The command line wins.")
    @Nullable
    String config;

    @Option(names = "--verbose", description = "Show the logs of Spark and TensorFlow, and the stack traces of errors.")
    boolean verbose;

    @Option(names = "--help", usageHelp = true, description = "Show this help and exit.")
    boolean help;

    @Option(names = "--version", versionHelp = true, description = "Show the version and exit.")
    boolean version;

    /** Adds an option to the problems of a command line if its value is less than 1. */
    static void atLeastOne(List<String> problems, String option, long value) {
        if (value < 1) {
            problems.add(option + " must be at least 1, not " + value);
        }
    }
}
