package dev.cardinal.job.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that every command takes. */
class CommonOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "Properties file: long option names as keys, repeated ones as input.1=, input.2=. The command line wins.")
    @Nullable
    String config;

    @Option(names = "--verbose", description = "Show what Spark and TensorFlow log, and stack traces of errors.")
    boolean verbose;

    @Option(names = "--help", usageHelp = true, description = "Show this help and exit.")
    boolean help;

    @Option(names = "--version", versionHelp = true, description = "Show the version and exit.")
    boolean version;
}
