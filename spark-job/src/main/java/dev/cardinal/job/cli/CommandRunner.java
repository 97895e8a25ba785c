package dev.cardinal.job.cli;

import dev.cardinal.udf.store.StoreException;
import dev.cardinal.udf.store.StoreFailure;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Parses a command line, with its configuration file, and runs the command. Every problem of the line, the file and the
 * values is printed at once, before anything starts. Stateless but for its console; thread-safe.
 */
public final class CommandRunner {
    private final Console console;

    public CommandRunner(Console console) {
        this.console = console;
    }

    /** Runs a command line and returns the exit code. */
    public int run(String... args) {
        CommandLine root = parser();
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
            problems.add("no command given; there are "
                    + String.join(", ", root.getSubcommands().keySet()));
            return wrongUsage(root, problems);
        }
        ConfigFile config;
        try {
            config = config(line);
        } catch (CardinalException e) {
            return wrongUsage(command, List.of(String.valueOf(e.getMessage())));
        }
        boolean verbose = Arrays.asList(args).contains("--verbose") || (config != null && config.isTrue("verbose"));
        Logging.apply(verbose);
        try {
            return parseAndRun(args, line, config);
        } catch (CardinalException e) {
            complain(String.valueOf(e.getMessage()));
            if (verbose) {
                e.printStackTrace(console.err());
            }
            return ExitCode.WRONG_USAGE;
        } catch (Exception e) {
            return failed(e, verbose);
        }
    }

    /** The commands with their options, as {@link #run} reads a command line. */
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

    /** Parses again with the configuration file's options, checks everything, and runs. */
    private int parseAndRun(String[] args, ParseResult line, @Nullable ConfigFile config) throws Exception {
        ParseResult given = line.subcommand();
        CommandSpec spec = given.commandSpec();
        List<String> problems = new ArrayList<>();
        ParseResult complete = line;
        if (config != null) {
            problems.addAll(config.problems(spec));
            Set<String> onLine = spec.options().stream()
                    .filter(option -> given.matchedOptions().contains(option) || isAmong(args, option.longestName()))
                    .map(option -> option.longestName().substring(2))
                    .collect(Collectors.toSet());
            List<String> extended = new ArrayList<>(Arrays.asList(args));
            extended.addAll(config.arguments(spec, onLine));
            complete = parser().parseArgs(extended.toArray(String[]::new));
        }
        CommandLine command = complete.subcommand().commandSpec().commandLine();
        problems.addAll(0, problemsOf(complete));
        if (errorsOf(complete).stream().allMatch(UnmatchedArgumentException.class::isInstance)) {
            problems.addAll(problemsFoundBy(command.getCommand()));
        }
        if (!problems.isEmpty()) {
            return wrongUsage(command, problems);
        }
        return ((Command) command.getCommand()).run(console);
    }

    /** Whether an option is among arguments; picocli does not count one as matched that has a consumer of its own. */
    private static boolean isAmong(String[] args, String option) {
        return Arrays.stream(args).anyMatch(arg -> arg.equals(option) || arg.startsWith(option + "="));
    }

    /** What a command finds wrong, also where that is a store that refuses this user, or is not where it should be. */
    private static List<String> problemsFoundBy(Command command) throws IOException {
        try {
            return command.problems();
        } catch (IOException e) {
            StoreException explained = StoreException.explaining("reach what the command line names", e);
            if (StoreFailure.of(e) == StoreFailure.TRANSIENT) {
                throw explained;
            }
            return List.of(String.valueOf(explained.getMessage()));
        }
    }

    /** The file named after the command, or else before it. */
    private static @Nullable ConfigFile config(ParseResult line) {
        String before = line.matchedOptionValue("--config", null);
        String file = line.subcommand().matchedOptionValue("--config", before);
        return file == null ? null : ConfigFile.read(Path.of(file));
    }

    private static List<String> problemsOf(ParseResult line) {
        return errorsOf(line).stream().map(CommandRunner::describe).distinct().toList();
    }

    /** What the parser found wrong before the command's name and after it. */
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

    /** Prints a problem, of one line or several, which may hold data that would be commands to a terminal. */
    private void complain(String problem) {
        console.err()
                .println(
                        "cardinal: " + problem.lines().map(TextTable::printable).collect(Collectors.joining("\n")));
    }

    private static String firstLine(@Nullable String message) {
        return String.valueOf(message).lines().findFirst().orElse("");
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
                        : firstLine(e.getMessage()) + (root == e ? "" : " (" + firstLine(root.toString()) + ")")));
        if (verbose) {
            e.printStackTrace(console.err());
        } else {
            console.err().println("'--verbose' shows the log and the stack trace.");
        }
        return ExitCode.FAILED;
    }
}
