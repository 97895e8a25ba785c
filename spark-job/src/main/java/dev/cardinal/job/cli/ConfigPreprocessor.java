package dev.cardinal.job.cli;

import dev.cardinal.zoo.CardinalException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Stack;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Appends the options of a configuration file to the arguments of a command before they are parsed. The file is the one named
 * by {@code --config} after the command, or else before it.
 *
 * <p>It does not give picocli default values, because a default is one text, and picocli applies none after an argument in error:
 * it would then report required options of the file as missing. Used for one command line; not thread-safe.
 */
final class ConfigPreprocessor implements IParameterPreprocessor {
    private static final String CONFIG = "--config";

    private final List<String> problems = new ArrayList<>();
    private boolean isUnreadable;

    /** Returns what is wrong with the file, empty if nothing is or there is no file. */
    List<String> problems() {
        return problems;
    }

    /** Returns whether the file could not be read, so that options may be missing that it has. */
    boolean isUnreadable() {
        return isUnreadable;
    }

    @Override
    @SuppressWarnings("JdkObsolete") // picocli's choice
    public boolean preprocess(
            Stack<String> arguments, CommandSpec command, @Nullable ArgSpec option, Map<String, Object> info) {
        List<String> line = new ArrayList<>(arguments);
        Collections.reverse(line); // the first argument is on top of the stack
        String file = file(line, command);
        if (file == null) {
            return false;
        }
        try {
            ConfigFile config = ConfigFile.read(Path.of(file));
            problems.addAll(config.problems(command));
            List<String> added = new ArrayList<>(config.arguments(command, options(line)));
            Collections.reverse(added);
            arguments.addAll(0, added);
        } catch (CardinalException e) {
            problems.add(String.valueOf(e.getMessage()));
            isUnreadable = true;
        }
        return false;
    }

    private static @Nullable String file(List<String> line, CommandSpec command) {
        for (int i = line.size() - 1; i >= 0; i--) {
            String argument = line.get(i);
            if (argument.startsWith(CONFIG + "=")) {
                return argument.substring(CONFIG.length() + 1);
            }
            if (argument.equals(CONFIG) && i + 1 < line.size()) {
                return line.get(i + 1);
            }
        }
        return command.parent().findOption(CONFIG).getValue();
    }

    /** Returns the long names, without dashes, of the options that are on a command line. */
    private static Set<String> options(List<String> line) {
        return line.stream()
                .filter(argument -> argument.startsWith("--"))
                .map(argument -> argument.substring(2).split("=", 2)[0])
                .collect(Collectors.toSet());
    }
}
