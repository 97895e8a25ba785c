package dev.cardinal.job.bundle;

import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.FileTree;
import dev.cardinal.zoo.ImportProgress;
import dev.cardinal.zoo.card.BundleCard;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.convert.ImportRequest;
import dev.cardinal.zoo.convert.ImportRequest.HashPolicy;
import dev.cardinal.zoo.convert.ImportResult;
import dev.cardinal.zoo.convert.ModelImport;
import dev.cardinal.zoo.convert.Verification;
import dev.cardinal.zoo.download.CheckpointCache;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** Imports a checkpoint into a model bundle on any Hadoop file system. Thread-safe. Lives on the driver. */
public final class ImportJob {
    private static final String CLASSPATH = "classpath:";

    private final Configuration configuration;
    private final BundlePublisher publisher;
    private final CheckpointCache cache;
    private final ImportProgress progress;

    /** Creates a job that downloads checkpoints into the user's cache. */
    public ImportJob(Configuration configuration, ImportProgress progress) {
        this(
                configuration,
                CheckpointCache.ofUser(System.getenv(), java.nio.file.Path.of(System.getProperty("user.home"))),
                progress);
    }

    ImportJob(Configuration configuration, CheckpointCache cache, ImportProgress progress) {
        this.configuration = configuration;
        this.publisher = new BundlePublisher(configuration);
        this.cache = cache;
        this.progress = progress;
    }

    /**
     * A checkpoint to import, and the directory for its bundle.
     *
     * @param card what the checkpoint is expected to be
     * @param checkpoint the weight file, an index of shards, or a directory with one checkpoint, on any Hadoop file system; null for the file that the card names, which comes with
     *     Cardinal or is downloaded
     * @param state path of the state dict in the checkpoint that contains the weights; null for the first that fits the card
     * @param labels file with the class names of a fine-tuned checkpoint, on the local disk; null for those of the card
     * @param hashPolicy what to do if the SHA-256 of the file is not the one in the card
     * @param reference an {@code .npz} file of images and logits to compare the model with, on the local disk; null to compare
     *     nothing
     * @param output directory for the bundle
     */
    public record Request(
            ModelCard card,
            @Nullable String checkpoint,
            @Nullable String state,
            java.nio.file.@Nullable Path labels,
            HashPolicy hashPolicy,
            java.nio.file.@Nullable Path reference,
            String output) {

        /** Returns a request for the checkpoint that a card names, with the labels of the card. */
        public static Request released(ModelCard card, String output) {
            return new Request(card, null, null, null, HashPolicy.REQUIRE_MATCH, null, output);
        }
    }

    /**
     * The result of an import.
     *
     * @param bundle card of the bundle
     * @param verification comparison of the model with the reference, empty if no reference was given
     * @param notes which weights were taken and what else the checkpoint contains, one line each
     * @param warnings messages for the user, one line each
     * @param outcome whether a bundle was written
     */
    public record Result(
            BundleCard bundle,
            Optional<Verification> verification,
            List<String> notes,
            List<String> warnings,
            Outcome outcome) {

        private Result(ImportResult imported, Outcome outcome, UnaryOperator<String> named) {
            this(
                    imported.bundle(),
                    imported.verification(),
                    imported.notes().stream().map(named).toList(),
                    imported.warnings().stream().map(named).toList(),
                    outcome);
        }
    }

    /** Whether a bundle was written. */
    public enum Outcome {
        WRITTEN,
        /** The output held a bundle of the same fingerprint. */
        ALREADY_THERE
    }

    /**
     * Imports a checkpoint.
     *
     * @throws CardinalException if the checkpoint, its card or the output cannot be used
     * @throws IOException if a file system fails
     */
    public Result run(Request request) throws IOException {
        Path output = UserPaths.of("output", request.output());
        Optional<BundleCard> existing = publisher.existing(output);
        java.nio.file.Path work = publisher.createWorkDirectory(output);
        try {
            java.nio.file.Path bundle = work.resolve("bundle");
            RemoteCheckpoint checkpoint = fetch(request, work);
            ImportResult imported = convert(request, checkpoint, bundle);
            if (existing.isEmpty()) {
                progress.step("writing " + output, 0, () -> 0);
                publisher.moveOrPublish(bundle, output);
                return new Result(imported, Outcome.WRITTEN, checkpoint::named);
            }
            if (!existing.get().modelId().equals(imported.bundle().modelId())) {
                throw CardinalException.output("output " + output + " already holds the model "
                        + existing.get().modelId() + ", not "
                        + imported.bundle().modelId() + "; name another --output");
            }
            return new Result(imported, Outcome.ALREADY_THERE, checkpoint::named);
        } finally {
            progress.finished();
            FileTree.delete(work);
        }
    }

    private ImportResult convert(Request request, RemoteCheckpoint checkpoint, java.nio.file.Path bundle)
            throws IOException {
        try {
            return ModelImport.run(
                    new ImportRequest(
                            request.card(),
                            checkpoint.copy(),
                            request.state(),
                            request.labels(),
                            request.hashPolicy(),
                            request.reference(),
                            bundle),
                    progress);
        } catch (CardinalException e) {
            throw checkpoint.named(e);
        }
    }

    /** Returns the checkpoint on the local disk, which is its own copy if it is there already. */
    private RemoteCheckpoint fetch(Request request, java.nio.file.Path work) throws IOException {
        if (request.checkpoint() == null) {
            return local(
                    CheckpointCache.isRemote(request.card())
                            ? cache.fetch(request.card(), request.hashPolicy(), progress)
                            : embedded(request.card(), work));
        }
        Path file = UserPaths.of("checkpoint", request.checkpoint());
        FileSystem fileSystem = file.getFileSystem(configuration);
        if (fileSystem instanceof LocalFileSystem local) {
            return local(local.pathToFile(file).toPath());
        }
        return RemoteCheckpoint.fetch(file, fileSystem, work);
    }

    private static RemoteCheckpoint local(java.nio.file.Path file) {
        return new RemoteCheckpoint(new Path(file.toString()), file);
    }

    /** Returns what is wrong with a request for the checkpoint that a card names, empty if the card names one. */
    public static Optional<String> problem(ModelCard card) {
        String url = card.source().url();
        boolean hasCheckpoint = CheckpointCache.isRemote(card) || (url != null && url.startsWith(CLASSPATH));
        return hasCheckpoint ? Optional.empty() : Optional.of(noCheckpoint(card));
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
                throw CardinalException.card("card " + card.id() + " names " + url + ", which is not in the job jar");
            }
            Files.copy(in, copy);
        }
        return copy;
    }
}
