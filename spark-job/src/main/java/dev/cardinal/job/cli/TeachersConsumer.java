package dev.cardinal.job.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Stack;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Parses an option of type {@code List<List<String>>}. Each occurrence is a teacher, each value a part of its predictions:
 * {@code --predictions A B --predictions C} is {@code [[A, B], [C]]}. Stateless.
 */
final class TeachersConsumer implements IParameterConsumer {
    @Override
    @SuppressWarnings("JdkObsolete") // picocli's choice
    public void consumeParameters(Stack<String> arguments, ArgSpec option, CommandSpec command) {
        List<String> parts = new ArrayList<>();
        while (!arguments.isEmpty() && !arguments.peek().startsWith("-")) {
            parts.add(arguments.pop());
        }
        if (parts.isEmpty()) {
            throw new MissingParameterException(
                    command.commandLine(),
                    option,
                    "Missing required parameter for option '" + ((OptionSpec) option).longestName() + "' ("
                            + option.paramLabel() + ")");
        }
        List<List<String>> teachers = new ArrayList<>();
        List<List<String>> before = option.getValue();
        if (before != null) {
            teachers.addAll(before);
        }
        teachers.add(List.copyOf(parts));
        option.setValue(teachers);
    }
}
