package dev.cardinal.job.cli;

import java.io.IOException;
import java.util.List;

/** A command whose options have been parsed. Used once. */
interface Command {

    /**
     * Everything that is wrong with the options, beyond their syntax, as far as it shows without Spark.
     *
     * @throws IOException if a file system fails
     */
    List<String> problems() throws IOException;

    /**
     * Does the work.
     *
     * @return an exit code of {@link ExitCode}
     */
    int run(Console console) throws Exception;
}
