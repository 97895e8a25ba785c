package dev.cardinal.job.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Compares the files in conf/ with the options of the commands. */
class ConfFilesTest {
    private static final Path CONF = Path.of("../conf");
    private static final Pattern KEY = Pattern.compile("(?m)^#?([a-z0-9-]+)(?:\\.\\d+)?=");
    private static final Set<String> NOT_IN_A_FILE = Set.of("config", "help", "version");

    static List<String> commands() {
        return List.copyOf(new CommandLine(new RootCommand()).getSubcommands().keySet());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void keysOfTheFileAreTheOptionsOfTheCommand(String command) throws IOException {
        Set<String> options = spec(command).options().stream()
                .map(option -> option.longestName().substring(2))
                .filter(name -> !NOT_IN_A_FILE.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> keys = KEY.matcher(Files.readString(CONF.resolve(command + ".properties")))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(keys).isEqualTo(options);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void fileIsAValidConfigurationOfItsCommand(String command) {
        Path file = CONF.resolve(command + ".properties");

        assertThat(ConfigFile.read(file).problems(spec(command))).isEmpty();
    }

    private static CommandSpec spec(String command) {
        CommandLine line = new CommandLine(new RootCommand()).getSubcommands().get(command);
        return requireNonNull(line).getCommandSpec();
    }
}
