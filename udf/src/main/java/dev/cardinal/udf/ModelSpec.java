package dev.cardinal.udf;

import dev.cardinal.zoo.BundleCard;
import java.io.Serializable;

/**
 * A model as it is named in a task: what it is, and how to come by its files. Small; the model itself stays in the
 * {@link ModelCache} of each executor.
 *
 * @param bundle what the model's bundle says of itself
 * @param files how its files are had
 */
public record ModelSpec(BundleCard bundle, ModelFiles files) implements Serializable {}
