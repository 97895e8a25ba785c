package dev.cardinal.udf.model;

import dev.cardinal.udf.bundle.BundleSource;
import dev.cardinal.zoo.serving.ServedModel;
import java.io.Serializable;

/**
 * A model as tasks refer to it. Small and serializable; each executor keeps the loaded model in its {@link ModelCache}.
 *
 * @param model description of the model
 * @param files source of the model's files
 */
public record ModelSpec(ServedModel model, BundleSource files) implements Serializable {}
