package dev.cardinal.job.cli;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.LevenshteinDistance;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A properties file with options of one command. Keys are long option names; an option that is repeated has the keys
 * {@code name.1}, {@code name.2} and so on. The options become arguments unless the command line has them. Not thread-safe.
 */
final class ConfigFile {
    private static final Pattern NUMBERED = Pattern.compile("(.+)\\.(\\d+)");
    private static final Set<String> NOT_IN_A_FILE = Set.of("config", "help", "version");

    private final Path file;
    private final Map<String, List<String>> values = new TreeMap<>();

    private ConfigFile(Path file) {
        this.file = file;
    }

    /**
     * Reads a file in UTF-8.
     *
     * @throws CardinalException if it cannot be read, or is not a properties file
     */
    static ConfigFile read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw CardinalException.usage("--config " + file + " cannot be read: " + e);
        }
        ConfigFile config = new ConfigFile(file);
        Map<String, Map<Integer, String>> numbered = new TreeMap<>();
        for (String key : properties.stringPropertyNames()) {
            Matcher matcher = NUMBERED.matcher(key);
            String name = matcher.matches() ? matcher.group(1) : key;
            int number = matcher.matches() ? parse(matcher.group(2)) : 0;
            numbered.computeIfAbsent(name, any -> new TreeMap<>())
                    .put(number, properties.getProperty(key).trim());
        }
        numbered.forEach((name, entries) -> config.values.put(name, List.copyOf(entries.values())));
        return config;
    }

    private static int parse(String digits) {
        return digits.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(digits);
    }

    /** Returns the problems of the file: keys that are not options of the command, with the nearest one, and invalid values. */
    List<String> problems(CommandSpec command) {
        List<String> problems = new ArrayList<>();
        List<String> known = command.options().stream()
                .map(option -> option.longestName().substring(2))
                .filter(name -> !NOT_IN_A_FILE.contains(name))
                .toList();
        values.forEach((name, ofName) -> {
            OptionSpec option = command.findOption("--" + name);
            if (!known.contains(name) || option == null) {
                problems.add("--config " + file + ": unknown key '" + name + "', the nearest is '"
                        + nearest(name, known) + "'");
            } else if (ofName.size() > 1 && !option.isMultiValue()) {
                problems.add("--config " + file + ": key '" + name + "' is given " + ofName.size()
                        + " times, but may be given only once");
            } else if (isFlag(option) && !Set.of("true", "false").contains(ofName.get(0))) {
                problems.add(
                        "--config " + file + ": '" + name + "' must be true or false, not '" + ofName.get(0) + "'");
            }
        });
        return problems;
    }

    private static String nearest(String name, List<String> known) {
        LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
        return known.stream()
                .min(Comparator.comparingInt(candidate -> distance.apply(name, candidate)))
                .orElseThrow();
    }

    /** Returns the options as arguments, without those that the command line has. */
    List<String> arguments(CommandSpec command, Set<String> onCommandLine) {
        return values.entrySet().stream()
                .filter(entry -> !onCommandLine.contains(entry.getKey()))
                .flatMap(entry -> {
                    OptionSpec option = command.findOption("--" + entry.getKey());
                    if (option == null || NOT_IN_A_FILE.contains(entry.getKey())) {
                        return java.util.stream.Stream.empty();
                    }
                    return isFlag(option)
                            ? entry.getValue().stream().filter("true"::equals).map(value -> "--" + entry.getKey())
                            : entry.getValue().stream().map(value -> "--" + entry.getKey() + "=" + value);
                })
                .collect(Collectors.toList());
    }

    private static boolean isFlag(OptionSpec option) {
        return option.arity().max() == 0;
    }
}
