package dev.cardinal.job.cli;

import java.io.IOException;
import java.util.List;

/** A command whose options have been parsed. Used once: {@link #problems} first, then {@link #run}. */
interface Command {

    /**
     * Checks the options as far as possible without Spark.
     *
     * @return everything that is wrong with them beyond their syntax, empty if the command can run
     * @throws IOException if a file system fails
     */
    List<String> problems() throws IOException;

    /**
     * Runs the command.
     *
     * @return one of the exit codes in {@link ExitCode}
     */
    int run(Console console) throws Exception;
}
