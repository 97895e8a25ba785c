package dev.cardinal.job;

import dev.cardinal.job.cli.CommandRunner;
import dev.cardinal.job.cli.Console;

/** The job's main class: {@code spark-submit cardinal.jar <command> [options]}. */
public final class Cardinal {
    private Cardinal() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] args) {
        int exitCode = new CommandRunner(Console.system()).run(args);
        System.out.flush();
        System.exit(exitCode);
    }
}
