package dev.cardinal.udf.sql;

import dev.cardinal.udf.bundle.BundleSource;
import dev.cardinal.udf.model.ModelSpec;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.zoo.serving.ServedModel;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The model that a query classifies with, and the options to use.
 *
 * <p>Created on the driver when a query is analyzed, without reading the weights. The weights are read when a query
 * runs, once for all queries of a session, and at the latest when this object is serialized. Thread-safe. Serializable.
 */
final class QueryModel implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String uri;
    private final ServedModel model;
    private final LabelOptions options;
    private final transient @Nullable LazyModelBroadcast source;
    private @Nullable BundleSource files;

    /**
     * @param uri fully qualified location of the model
     * @param source makes the model's files available to executors
     */
    QueryModel(String uri, ServedModel model, LabelOptions options, LazyModelBroadcast source) {
        this.uri = uri;
        this.model = model;
        this.options = options;
        this.source = source;
    }

    /** Returns the options; {@code topK} applies to calls without {@code k}. */
    LabelOptions options() {
        return options;
    }

    /** Returns the description of the model. */
    ServedModel model() {
        return model;
    }

    /** Returns the model for tasks; distributes its files unless a query of the session has done so. */
    synchronized ModelSpec spec() {
        if (files == null) {
            files = Objects.requireNonNull(source, "created on the driver").files();
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

    /** Returns the id of the model, as in the {@code model} column of the predictions. */
    @Override
    public String toString() {
        return model.modelId();
    }
}
