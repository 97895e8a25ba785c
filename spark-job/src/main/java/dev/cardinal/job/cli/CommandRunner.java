package dev.cardinal.job.cli;

import dev.cardinal.job.common.Messages;
import dev.cardinal.udf.fs.FailureKind;
import dev.cardinal.udf.fs.StoreException;
import dev.cardinal.udf.sql.SparkVersion;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FSError;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Parses a command line together with its configuration file, and runs the command. All problems of the line, the file and
 * the values are printed at once, before anything starts. Thread-safe.
 */
public final class CommandRunner {
    private final Console console;

    public CommandRunner(Console console) {
        this.console = console;
    }

    /** Runs a command line and returns the exit code. */
    public int run(String... args) {
        NamelessUser.provideName(System.getenv());
        ConfigPreprocessor config = new ConfigPreprocessor();
        CommandLine root = parser();
        root.getSubcommands().values().forEach(each -> each.getCommandSpec().preprocessor(config));
        ParseResult line = root.parseArgs(args);
        ParseResult given = line.hasSubcommand() ? line.subcommand() : line;
        CommandLine command = given.commandSpec().commandLine();
        if (given.isUsageHelpRequested() || line.isUsageHelpRequested()) {
            command.usage(console.out());
            return ExitCode.DONE;
        }
        if (given.isVersionHelpRequested() || line.isVersionHelpRequested()) {
            root.printVersionHelp(console.out());
            return ExitCode.DONE;
        }
        if (!line.hasSubcommand()) {
            List<String> problems = new ArrayList<>(problemsOf(line));
            problems.add("no command given; the commands are "
                    + String.join(", ", root.getSubcommands().keySet()));
            return wrongUsage(root, problems);
        }
        if (config.isUnreadable()) {
            return wrongUsage(command, config.problems());
        }
        boolean verbose = isVerbose(line) || isVerbose(given);
        Logging.apply(verbose);
        try {
            SparkVersion.check();
            return checkAndRun(line, config.problems());
        } catch (CardinalException e) {
            complain(String.valueOf(e.getMessage()));
            if (verbose) {
                e.printStackTrace(console.err());
            }
            return ExitCode.WRONG_USAGE;
        } catch (FSError e) { // Hadoop's error of a local disk that is full or broken
            return failed(new IOException(e.getCause() == null ? e : e.getCause()), verbose);
        } catch (Exception e) {
            return failed(e, verbose);
        }
    }

    private static boolean isVerbose(ParseResult line) {
        return ((CommonOptions) line.commandSpec().userObject()).verbose;
    }

    /** Returns the parser of all commands, which {@link #run} uses. */
    static CommandLine parser() {
        CommandLine root = new CommandLine(new RootCommand());
        for (CommandLine command : root.getSubcommands().values()) {
            configure(command);
        }
        configure(root);
        return root;
    }

    private static void configure(CommandLine command) {
        command.getCommandSpec().parser().collectErrors(true).unmatchedOptionsAllowedAsOptionParameters(false);
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.setUsageHelpWidth(120);
        command.setUsageHelpAutoWidth(false);
    }

    /** Runs a command unless the command line, its configuration file or the values of its options have problems. */
    private int checkAndRun(ParseResult line, List<String> problemsOfFile) throws Exception {
        CommandLine command = line.subcommand().commandSpec().commandLine();
        List<String> problems = new ArrayList<>(problemsOf(line));
        problems.addAll(problemsOfFile);
        if (errorsOf(line).stream().allMatch(UnmatchedArgumentException.class::isInstance)) {
            problems.addAll(problemsFoundBy(command.getCommand()));
        }
        if (!problems.isEmpty()) {
            return wrongUsage(command, problems);
        }
        return ((Command) command.getCommand()).run(console);
    }

    /** Returns the problems that a command finds; a store that is missing or denies access is a problem too. */
    private static List<String> problemsFoundBy(Command command) throws IOException {
        try {
            return command.problems();
        } catch (IOException e) {
            StoreException explained = StoreException.explaining("access what the command line names", e);
            if (FailureKind.of(e) == FailureKind.TRANSIENT) {
                throw explained;
            }
            return List.of(String.valueOf(explained.getMessage()));
        }
    }

    private static List<String> problemsOf(ParseResult line) {
        return errorsOf(line).stream().map(CommandRunner::describe).distinct().toList();
    }

    /** Returns the errors that the parser found before and after the name of the command. */
    private static List<Exception> errorsOf(ParseResult line) {
        List<Exception> errors = new ArrayList<>(line.errors());
        if (line.hasSubcommand()) {
            errors.addAll(line.subcommand().errors());
        }
        return errors;
    }

    private static String describe(Exception error) {
        String message = String.valueOf(error.getMessage());
        if (error instanceof UnmatchedArgumentException unmatched
                && !unmatched.getSuggestions().isEmpty()) {
            return message + ", the nearest: " + String.join(", ", unmatched.getSuggestions());
        }
        return message;
    }

    private int wrongUsage(CommandLine command, List<String> problems) {
        problems.forEach(this::complain);
        console.err().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return ExitCode.WRONG_USAGE;
    }

    /** Prints a problem of one or more lines, without the control characters that it may contain. */
    private void complain(String problem) {
        console.err()
                .println(
                        "cardinal: " + problem.lines().map(TextTable::printable).collect(Collectors.joining("\n")));
    }

    private int failed(Exception e, boolean verbose) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
            if (root instanceof CardinalException) {
                complain(String.valueOf(root.getMessage()));
                return ExitCode.WRONG_USAGE;
            }
        }
        complain("failed: "
                + (root instanceof StoreException
                        ? root.getMessage()
                        : Messages.firstLine(e.getMessage())
                                + (root == e ? "" : " (" + Messages.firstLine(root.toString()) + ")")));
        if (verbose) {
            e.printStackTrace(console.err());
        } else {
            console.err().println("'--verbose' shows the log and the stack trace.");
        }
        return ExitCode.FAILED;
    }
}
