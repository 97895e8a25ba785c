package dev.cardinal.zoo;

import java.io.Serializable;

/**
 * Where a bundle's weights were read from.
 *
 * @param checkpoint name of the checkpoint file, without its directory
 * @param sha256 SHA-256 of that file, lower-case hex
 * @param container format of that file
 */
public record Provenance(String checkpoint, String sha256, String container) implements Serializable {}
