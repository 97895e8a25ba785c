package dev.cardinal.job.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The streams that a command prints to.
 *
 * @param out results, UTF-8
 * @param err progress, warnings and errors, UTF-8
 * @param errIsTerminal whether {@code err} is a terminal
 */
public record Console(PrintStream out, PrintStream err, boolean errIsTerminal) {

    /** Set by the launcher if standard error is a terminal and CI is not set, because Java cannot detect a terminal. */
    private static final String TERMINAL_VARIABLE = "CARDINAL_TERMINAL";

    /** Returns the standard streams of the process. */
    public static Console system() {
        return new Console(
                utf8(FileDescriptor.out), utf8(FileDescriptor.err), "1".equals(System.getenv(TERMINAL_VARIABLE)));
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
