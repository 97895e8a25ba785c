package dev.cardinal.udf.model;

import dev.cardinal.zoo.serving.SessionSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.SparkFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models loaded in this process, one session each, shared by all its tasks.
 *
 * <p>A task leases a model and returns it at its end. A model stays loaded between tasks. It is closed when no task
 * leases it and either another model is requested or the executor ends. Thread-safe. Lives on executors.
 */
public final class ModelCache {
    private static final Logger LOG = LoggerFactory.getLogger(ModelCache.class);
    private static final String DIRECTORY = "cardinal-models";

    private static final Map<Key, CachedModel> LOADED = new HashMap<>();
    private static final AtomicLong LOADS = new AtomicLong();

    private ModelCache() {}

    private record Key(String fingerprint, SessionSettings settings) {}

    private static final class CachedModel {
        private final Classifier classifier;
        private int leases;
        private boolean retired;

        CachedModel(Classifier classifier) {
            this.classifier = classifier;
        }
    }

    /** A task's lease of a loaded model. Closing it returns the model, which stays loaded. Not thread-safe. */
    public static final class Lease implements AutoCloseable {
        private final CachedModel entry;
        private boolean open = true;

        private Lease(CachedModel entry) {
            this.entry = entry;
        }

        public Classifier classifier() {
            return entry.classifier;
        }

        @Override
        public void close() {
            synchronized (LOADED) {
                if (open) {
                    open = false;
                    entry.leases--;
                    if (entry.retired && entry.leases == 0) {
                        entry.classifier.close();
                    }
                }
            }
        }
    }

    /** Leases a model; loads it first if necessary. Other tasks wait meanwhile, because they need it too. */
    public static Lease lease(ModelSpec spec, SessionSettings settings) {
        Key key = new Key(spec.model().fingerprint(), settings);
        synchronized (LOADED) {
            CachedModel entry = LOADED.get(key);
            if (entry == null) {
                closeIdle();
                entry = new CachedModel(load(spec, settings));
                LOADED.put(key, entry);
            }
            entry.leases++;
            return new Lease(entry);
        }
    }

    /** Returns how many times this process has loaded a model. */
    public static long loads() {
        return LOADS.get();
    }

    /** Returns how many leases the tasks of this process hold. */
    public static int leases() {
        synchronized (LOADED) {
            return LOADED.values().stream().mapToInt(entry -> entry.leases).sum();
        }
    }

    private static Classifier load(ModelSpec spec, SessionSettings settings) {
        long start = System.nanoTime();
        try {
            Path directory = spec.files().materialize(Path.of(SparkFiles.getRootDirectory(), DIRECTORY));
            Classifier classifier = new HalvingClassifier(
                    SavedModelClassifier.load(directory, spec.model(), settings),
                    spec.model().io().batch());
            LOADS.incrementAndGet();
            try {
                ModelCheck.run(spec.model(), settings, classifier, directory);
            } catch (RuntimeException | Error e) {
                classifier.close();
                throw e;
            }
            LOG.info(
                    "loaded model {} on {} in {} ms",
                    spec.model().modelId(),
                    settings.device(),
                    (System.nanoTime() - start) / 1_000_000);
            return classifier;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "model " + spec.model().modelId() + " cannot be copied to the local disk", e);
        }
    }

    /** Closes every model; a leased model closes with its last lease. */
    public static void closeAll() {
        synchronized (LOADED) {
            closeIdle();
            LOADED.values().forEach(entry -> entry.retired = true);
            LOADED.clear();
        }
    }

    private static void closeIdle() {
        for (Iterator<CachedModel> entries = LOADED.values().iterator(); entries.hasNext(); ) {
            CachedModel entry = entries.next();
            if (entry.leases == 0) {
                entries.remove();
                entry.classifier.close();
            }
        }
    }
}
