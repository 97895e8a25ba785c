package dev.cardinal.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.options.LabelOptions.Emit;
import dev.cardinal.udf.options.PredictionSchema;
import dev.cardinal.udf.sql.ClassifyKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * Checks that the names that users, scripts and dashboards rely on are those of the released versions: options,
 * columns, exit codes, counters and settings of sessions. {@code contract.txt} lists them; a line may be added, but a line
 * is removed only after one version with a warning.
 */
class ContractTest {
    @Test
    void namesAreThoseOfTheContract() throws IOException {
        assertThat(Stream.of(options(), columns(), exitCodes(), counters(), settings())
                        .flatMap(lines -> lines))
                .containsExactlyInAnyOrderElementsOf(contract());
    }

    private static Stream<String> options() {
        return new CommandLine(new RootCommand())
                .getSubcommands().entrySet().stream()
                        .flatMap(command -> command.getValue().getCommandSpec().options().stream()
                                .flatMap(option -> Arrays.stream(option.names())
                                        .map(name -> "option " + command.getKey() + " " + name)));
    }

    private static Stream<String> columns() {
        StructType schema = PredictionSchema.table(Set.of(Emit.values()), List.of());
        return Arrays.stream(schema.fields())
                .map(field -> "column " + field.name() + " " + field.dataType().sql());
    }

    private static Stream<String> exitCodes() {
        return Stream.of(
                "exit " + ExitCode.DONE + " done",
                "exit " + ExitCode.FAILED + " failed",
                "exit " + ExitCode.WRONG_USAGE + " wrong usage",
                "exit " + ExitCode.GATE_EXCEEDED + " gate exceeded");
    }

    private static Stream<String> counters() {
        return Arrays.stream(Counter.values()).map(counter -> "counter " + counter.id());
    }

    private static Stream<String> settings() {
        return Arrays.stream(ClassifyKey.values())
                .map(key -> "setting " + key.key() + (key.defaultValue() == null ? "" : " = " + key.defaultValue()));
    }

    private static List<String> contract() throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(ContractTest.class.getResourceAsStream("contract.txt")),
                StandardCharsets.UTF_8))) {
            return lines.lines().filter(line -> !line.startsWith("#")).toList();
        }
    }
}
