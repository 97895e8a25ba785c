package dev.cardinal.job.source;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Decides which files of a directory become rows.
 *
 * @param include as {@link SourceSpec#include}
 * @param sidecars as {@link SourceSpec#sidecars}
 */
record FileRules(@Nullable String include, Sidecars sidecars) implements Serializable {}
