package dev.cardinal.udf.sql;

import dev.cardinal.udf.LabelOptions;
import dev.cardinal.udf.ModelFiles;
import dev.cardinal.udf.ModelSpec;
import dev.cardinal.zoo.serving.ServedModel;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The model that a query asks, and how it is asked.
 *
 * <p>Made on the driver when a query is analysed, which does not read the weights yet. They are read when a query runs, once for
 * all queries of a session, and at the latest when this is serialized. Equal ones ask the same of the same model. Thread-safe.
 */
public final class QueryModel implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String uri;
    private final ServedModel model;
    private final LabelOptions options;
    private final transient @Nullable SentModel source;
    private @Nullable ModelFiles files;

    /**
     * @param uri where the model lies, fully qualified
     * @param source sends its files to executors
     */
    QueryModel(String uri, ServedModel model, LabelOptions options, SentModel source) {
        this.uri = uri;
        this.model = model;
        this.options = options;
        this.source = source;
    }

    /** How it is asked; {@code topK} is for calls that do not say it. */
    public LabelOptions options() {
        return options;
    }

    /** What it is. */
    public ServedModel model() {
        return model;
    }

    /** What tasks are given; reads the weights if no query of the session has. */
    public synchronized ModelSpec spec() {
        if (files == null) {
            files = Objects.requireNonNull(source, "made on the driver").files();
        }
        return new ModelSpec(model, files);
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        spec();
        out.defaultWriteObject();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof QueryModel that
                && uri.equals(that.uri)
                && model.equals(that.model)
                && options.equals(that.options);
    }

    @Override
    public int hashCode() {
        return Objects.hash(uri, model.fingerprint());
    }

    /** The id of the model, as in the predictions' {@code model} column. */
    @Override
    public String toString() {
        return model.modelId();
    }
}
