package dev.cardinal.udf;

import java.io.Serializable;

/**
 * A file of a model bundle as the driver has seen it.
 *
 * @param name path below the bundle's directory, with slashes
 * @param sha256 of its content, lower-case hex
 */
record BundleFile(String name, String sha256) implements Serializable {}
