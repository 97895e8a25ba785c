package dev.cardinal.udf;

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
 * <p>A task leases a model and gives it back when it ends. A model stays loaded between tasks; it is closed when another one
 * is asked for, or the executor ends, and nobody leases it. Thread-safe; lives on executors.
 */
public final class ModelCache {
    private static final Logger LOG = LoggerFactory.getLogger(ModelCache.class);
    private static final String DIRECTORY = "cardinal-models";

    private static final Map<Key, Entry> LOADED = new HashMap<>();
    private static final AtomicLong LOADS = new AtomicLong();

    private ModelCache() {}

    private record Key(String fingerprint, SessionSettings settings) {}

    private static final class Entry {
        private final Classifier classifier;
        private int leases;
        private boolean retired;

        Entry(Classifier classifier) {
            this.classifier = classifier;
        }
    }

    /** A task's hold on a loaded model; closing it gives the model back, which stays loaded. Not thread-safe. */
    public static final class Lease implements AutoCloseable {
        private final Entry entry;
        private boolean open = true;

        private Lease(Entry entry) {
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

    /** Leases a model, loading it first where this process has not yet. Loading holds up other tasks, which need it too. */
    public static Lease lease(ModelSpec spec, SessionSettings settings) {
        Key key = new Key(spec.model().fingerprint(), settings);
        synchronized (LOADED) {
            Entry entry = LOADED.get(key);
            if (entry == null) {
                closeIdle();
                entry = new Entry(load(spec, settings));
                LOADED.put(key, entry);
            }
            entry.leases++;
            return new Lease(entry);
        }
    }

    /** How many times this process has loaded a model. */
    public static long loads() {
        return LOADS.get();
    }

    /** How many leases the tasks of this process hold. */
    public static int leases() {
        synchronized (LOADED) {
            return LOADED.values().stream().mapToInt(entry -> entry.leases).sum();
        }
    }

    private static Classifier load(ModelSpec spec, SessionSettings settings) {
        long start = System.nanoTime();
        try {
            Path directory = spec.files().place(Path.of(SparkFiles.getRootDirectory(), DIRECTORY));
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
                    "loaded {} on {} in {} ms",
                    spec.model().modelId(),
                    settings.device(),
                    (System.nanoTime() - start) / 1_000_000);
            return classifier;
        } catch (IOException e) {
            throw new UncheckedIOException("model " + spec.model().modelId() + " cannot be put on the local disk", e);
        }
    }

    /** Closes every model, one that is leased when its last lease ends. */
    public static void closeAll() {
        synchronized (LOADED) {
            closeIdle();
            LOADED.values().forEach(entry -> entry.retired = true);
            LOADED.clear();
        }
    }

    private static void closeIdle() {
        for (Iterator<Entry> entries = LOADED.values().iterator(); entries.hasNext(); ) {
            Entry entry = entries.next();
            if (entry.leases == 0) {
                entries.remove();
                entry.classifier.close();
            }
        }
    }
}
