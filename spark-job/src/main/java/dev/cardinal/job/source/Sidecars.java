package dev.cardinal.job.source;

import dev.cardinal.zoo.PublicApi;

/** Whether a file that accompanies an image of the same name becomes a row. */
@PublicApi
public enum Sidecars {
    /** They are skipped and counted. */
    SKIP,
    /** They are rows like any other file. */
    READ
}
