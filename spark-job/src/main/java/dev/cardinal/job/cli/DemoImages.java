package dev.cardinal.job.cli;

import dev.cardinal.job.common.OutputDirectory;
import dev.cardinal.zoo.CardinalException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/** The images of the demo, which are resources in the job jar. */
final class DemoImages {
    private static final String ROOT = "/dev/cardinal/job/demo/";
    private static final String INDEX = "images.txt";
    private static final Set<String> OURS = Set.of(
            "images",
            "model",
            "model-small",
            "predictions",
            "predictions-small",
            "selection",
            "evaluation",
            "comparison",
            "LICENSE-fashion-mnist",
            "LICENSE-fashion-mnist.arriving");

    private DemoImages() {}

    /**
     * Checks that a directory holds nothing but what a demo has put there; it need not exist.
     *
     * @throws CardinalException if it is a file, or holds anything else
     */
    static void requireOurs(Path directory, Configuration configuration) throws IOException {
        OutputDirectory.requireOnly(
                FileSystem.getLocal(configuration), new org.apache.hadoop.fs.Path(directory.toUri()), OURS::contains);
    }

    /** Copies the images that are missing below a directory, and returns the directory that contains them. */
    static Path extract(Path directory) throws IOException {
        List<String> names =
                new String(read(INDEX), StandardCharsets.UTF_8).lines().toList();
        for (String name : names) {
            copy(name, directory);
        }
        copy("LICENSE-fashion-mnist", directory);
        return directory.resolve("images");
    }

    private static void copy(String name, Path directory) throws IOException {
        Path file = directory.resolve(name);
        if (!Files.exists(file)) {
            Files.createDirectories(file.getParent());
            Path arriving = directory.resolve("LICENSE-fashion-mnist.arriving");
            Files.write(arriving, read(name));
            Files.move(arriving, file, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static byte[] read(String name) throws IOException {
        try (InputStream in = DemoImages.class.getResourceAsStream(ROOT + name)) {
            if (in == null) {
                throw new FileNotFoundException("resource " + ROOT + name + " is missing");
            }
            return in.readAllBytes();
        }
    }
}
