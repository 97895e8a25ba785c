package dev.cardinal.job.doctor;

import dev.cardinal.job.UserPath;
import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.job.source.ImageSource;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Whether executors can write predictions to a directory. Stateless. */
final class OutputExamination {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private OutputExamination() {}

    /**
     * Writes a row from every task that there can be, and removes them again.
     *
     * @param source whose images are to be labelled, in none of which the output may lie
     * @param slots tasks that run at once
     * @return seconds that writing took, 0 where it failed
     */
    static double examine(Instruments instruments, String output, Optional<SourceSpec> source, int slots) {
        instruments.progress().step("writing to the output");
        Optional<Double> seconds = instruments
                .checks()
                .attempt(
                        Name.OUTPUT,
                        "name an --output that this user and the executors may write to",
                        () -> instruments.bounded().call("writing to the output", LIMIT, () -> {
                            if (source.isPresent()) {
                                requireOutside(source.get(), output, instruments);
                            }
                            try (TrialOutput trial =
                                    TrialOutput.of(Optional.of(output), instruments.spark(), instruments.clock())) {
                                return trial.tryOut(slots);
                            }
                        }));
        if (seconds.isPresent()) {
            instruments
                    .checks()
                    .add(Check.pass(
                            Name.OUTPUT,
                            "all executors can write to " + UserPath.withoutCredentials(output)
                                    + "; what was written is removed"));
        }
        return seconds.orElse(0.0);
    }

    private static void requireOutside(SourceSpec source, String output, Instruments instruments) throws IOException {
        Path directory = UserPath.of("output", output);
        FileSystem fileSystem = directory.getFileSystem(instruments.hadoop());
        Path qualified = fileSystem.makeQualified(directory);
        for (String input : source.inputs()) {
            if (covers(new ImageSource(source, instruments.hadoop()), input, qualified)) {
                throw CardinalException.output("output " + UserPath.withoutCredentials(output) + " lies in input "
                        + UserPath.withoutCredentials(input) + " and would be read as images");
            }
        }
    }

    /** An input that cannot be looked at is told where inputs are. */
    private static boolean covers(ImageSource source, String input, Path directory) {
        try {
            return source.covers(input, directory);
        } catch (IOException | CardinalException e) {
            return false;
        }
    }
}
