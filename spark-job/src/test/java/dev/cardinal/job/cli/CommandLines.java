package dev.cardinal.job.cli;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** Parses command lines that are in documents and scripts, for tests of other packages. */
public final class CommandLines {
    private CommandLines() {}

    /** Returns the names of every command. */
    public static Set<String> commands() {
        return CommandRunner.parser().getSubcommands().keySet();
    }

    /** Returns the options of a command, such as {@code --input}. */
    public static Set<String> options(String command) {
        CommandLine line =
                requireNonNull(CommandRunner.parser().getSubcommands().get(command), command);
        return line.getCommandSpec().optionsMap().keySet();
    }

    /** Returns the problems that the parser finds in a command and its options, without checking paths or running it. */
    public static List<String> problems(List<String> arguments) {
        CommandLine parser = CommandRunner.parser();
        ParseResult line = parser.parseArgs(arguments.toArray(String[]::new));
        List<Exception> errors = new ArrayList<>(line.errors());
        if (line.hasSubcommand()) {
            errors.addAll(line.subcommand().errors());
        }
        List<String> problems =
                new ArrayList<>(errors.stream().map(Throwable::getMessage).toList());
        if (!line.hasSubcommand()) {
            problems.add("no command");
        }
        return problems;
    }
}
