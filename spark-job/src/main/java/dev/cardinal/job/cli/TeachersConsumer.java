package dev.cardinal.job.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Stack;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Reads an option that may repeat and takes several values each time, into a list for each time: {@code --predictions A B
 * --predictions C} is [[A, B], [C]]. Its field is a {@code List<List<String>>}. Stateless.
 */
final class TeachersConsumer implements CommandLine.IParameterConsumer {
    @Override
    public void consumeParameters(Stack<String> arguments, ArgSpec option, CommandSpec command) {
        List<String> values = new ArrayList<>();
        while (!arguments.isEmpty() && !arguments.peek().startsWith("-")) {
            values.add(arguments.pop());
        }
        if (values.isEmpty()) {
            throw new CommandLine.MissingParameterException(
                    command.commandLine(),
                    option,
                    "Missing required parameter for option '--predictions' (" + option.paramLabel() + ")");
        }
        List<List<String>> teachers = option.getValue();
        List<List<String>> all = teachers == null ? new ArrayList<>() : new ArrayList<>(teachers);
        all.add(List.copyOf(values));
        option.setValue(all);
    }
}
