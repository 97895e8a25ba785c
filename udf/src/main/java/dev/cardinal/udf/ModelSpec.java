package dev.cardinal.udf;

import dev.cardinal.zoo.serving.ServedModel;
import java.io.Serializable;

/**
 * A model as it is named in a task: what it is, and how to come by its files. Small; the model itself stays in the
 * {@link ModelCache} of each executor.
 *
 * @param model what it is
 * @param files how its files are had
 */
public record ModelSpec(ServedModel model, ModelFiles files) implements Serializable {}
