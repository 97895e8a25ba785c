package dev.cardinal.job.bundle;

import dev.cardinal.job.UserPath;
import dev.cardinal.zoo.BundleCard;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.ImportProgress;
import dev.cardinal.zoo.ImportRequest;
import dev.cardinal.zoo.ImportRequest.HashPolicy;
import dev.cardinal.zoo.ImportResult;
import dev.cardinal.zoo.ModelCard;
import dev.cardinal.zoo.ModelImport;
import dev.cardinal.zoo.Verification;
import dev.cardinal.zoo.download.CheckpointCache;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** Imports a checkpoint into a model bundle on any Hadoop file system. Thread-safe; lives on the driver. */
public final class ImportJob {
    private static final String CLASSPATH = "classpath:";

    private final Configuration configuration;
    private final BundleStore store;
    private final CheckpointCache cache;
    private final ImportProgress progress;

    /** Downloads into the user's own cache. */
    public ImportJob(Configuration configuration, ImportProgress progress) {
        this(
                configuration,
                CheckpointCache.ofUser(System.getenv(), java.nio.file.Path.of(System.getProperty("user.home"))),
                progress);
    }

    ImportJob(Configuration configuration, CheckpointCache cache, ImportProgress progress) {
        this.configuration = configuration;
        this.store = new BundleStore(configuration);
        this.cache = cache;
        this.progress = progress;
    }

    /**
     * What to import.
     *
     * @param card what the checkpoint is expected to be
     * @param checkpoint the weight file, on any Hadoop file system; null takes the card's own, which comes with Cardinal or is
     *     downloaded
     * @param labels file of the class names of a fine-tuned checkpoint, on the local disk; null takes the card's
     * @param hashPolicy what to do where the file is not the one the card names
     * @param reference an {@code .npz} of images and logits to hold the model to, on the local disk; null compares nothing
     * @param output directory for the bundle
     */
    public record Request(
            ModelCard card,
            @Nullable String checkpoint,
            java.nio.file.@Nullable Path labels,
            HashPolicy hashPolicy,
            java.nio.file.@Nullable Path reference,
            String output) {

        /** A card's own checkpoint, with the card's labels. */
        public static Request released(ModelCard card, String output) {
            return new Request(card, null, null, HashPolicy.REQUIRE_MATCH, null, output);
        }
    }

    /**
     * What came of an import.
     *
     * @param bundle what the bundle says of itself
     * @param verification how the model compares with the reference, where one was given
     * @param warnings what the user should know, one line each
     * @param outcome whether a bundle was written
     */
    public record Result(
            BundleCard bundle, Optional<Verification> verification, List<String> warnings, Outcome outcome) {

        private Result(ImportResult imported, Outcome outcome) {
            this(imported.bundle(), imported.verification(), imported.warnings(), outcome);
        }
    }

    /** Whether a bundle was written. */
    public enum Outcome {
        WRITTEN,
        /** The output held a bundle of the same fingerprint. */
        ALREADY_THERE
    }

    /**
     * Imports.
     *
     * @throws CardinalException if the checkpoint, its card or the output cannot be used
     * @throws IOException if a file system fails
     */
    public Result run(Request request) throws IOException {
        Path output = UserPath.of("output", request.output());
        Optional<BundleCard> occupant = store.occupant(output);
        java.nio.file.Path work = store.workDirectory(output);
        try {
            java.nio.file.Path bundle = work.resolve("bundle");
            ImportResult imported = ModelImport.run(
                    new ImportRequest(
                            request.card(),
                            local(request, work),
                            request.labels(),
                            request.hashPolicy(),
                            request.reference(),
                            bundle),
                    progress);
            if (occupant.isEmpty()) {
                progress.step("writing " + output, 0, () -> 0);
                store.place(bundle, output);
                return new Result(imported, Outcome.WRITTEN);
            }
            if (!occupant.get().modelId().equals(imported.bundle().modelId())) {
                throw CardinalException.output("output " + output + " already holds the model "
                        + occupant.get().modelId() + ", this is "
                        + imported.bundle().modelId() + "; name another --output");
            }
            return new Result(imported, Outcome.ALREADY_THERE);
        } finally {
            progress.finished();
            delete(work);
        }
    }

    private java.nio.file.Path local(Request request, java.nio.file.Path work) throws IOException {
        if (request.checkpoint() == null) {
            return CheckpointCache.isRemote(request.card())
                    ? cache.fetch(request.card(), request.hashPolicy(), progress)
                    : embedded(request.card(), work);
        }
        Path file = UserPath.of("checkpoint", request.checkpoint());
        FileSystem fileSystem = file.getFileSystem(configuration);
        if (fileSystem instanceof LocalFileSystem local) {
            return local.pathToFile(file).toPath();
        }
        if (!fileSystem.exists(file)) {
            throw CardinalException.checkpoint("checkpoint " + file + " does not exist");
        }
        java.nio.file.Path copy = work.resolve(file.getName());
        fileSystem.copyToLocalFile(false, file, new Path(copy.toUri()), true);
        return copy;
    }

    /** What is wrong with a request for a card's own checkpoint, or empty where there is one. */
    public static Optional<String> problem(ModelCard card) {
        String url = card.source().url();
        boolean own = CheckpointCache.isRemote(card) || (url != null && url.startsWith(CLASSPATH));
        return own ? Optional.empty() : Optional.of(noCheckpoint(card));
    }

    private static String noCheckpoint(ModelCard card) {
        return "--checkpoint is missing: card " + card.id() + " names no file to download";
    }

    private static java.nio.file.Path embedded(ModelCard card, java.nio.file.Path work) throws IOException {
        String url = card.source().url();
        String name = card.source().file();
        if (url == null || name == null || !url.startsWith(CLASSPATH)) {
            throw CardinalException.usage(noCheckpoint(card));
        }
        java.nio.file.Path copy = work.resolve(name);
        try (InputStream in = ModelCard.class.getResourceAsStream(url.substring(CLASSPATH.length()))) {
            if (in == null) {
                throw CardinalException.card("card " + card.id() + " names " + url + ", which is not there");
            }
            Files.copy(in, copy);
        }
        return copy;
    }

    private static void delete(java.nio.file.Path directory) throws IOException {
        try (Stream<java.nio.file.Path> paths = Files.walk(directory)) {
            for (java.nio.file.Path path :
                    paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
