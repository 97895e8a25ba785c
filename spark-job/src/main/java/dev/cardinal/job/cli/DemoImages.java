package dev.cardinal.job.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The demo's images, which travel in the job jar. */
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

    /** Whether a directory holds anything that no demo put there. */
    static boolean isForeign(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.anyMatch(entry -> !OURS.contains(entry.getFileName().toString()));
        }
    }

    /** Copies the images that are not there yet below a directory, and returns the directory they lie in. */
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
