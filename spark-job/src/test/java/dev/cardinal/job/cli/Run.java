package dev.cardinal.job.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * The result of a command line that ran in this JVM.
 *
 * @param out what it printed to standard output
 * @param err what it printed to standard error
 */
record Run(int exitCode, String out, String err) {
    static Run of(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try {
            int exitCode = new CommandRunner(new Console(stream(out), stream(err), false)).run(arguments);
            return new Run(exitCode, text(out), text(err));
        } finally {
            Logging.apply(false);
        }
    }

    /** Returns what an action prints. */
    static String print(Consumer<PrintStream> printing) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        printing.accept(stream(out));
        return text(out);
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
