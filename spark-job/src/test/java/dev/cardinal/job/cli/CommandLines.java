package dev.cardinal.job.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** What the parser says of command lines that stand in files, for tests of other packages. */
public final class CommandLines {
    private CommandLines() {}

    /** Names of the commands. */
    public static Set<String> commands() {
        return CommandRunner.parser().getSubcommands().keySet();
    }

    /** What the parser finds wrong with a command and its options; nothing is looked up or run. */
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
