package dev.cardinal.job.source;

/** Where an image's true class is taken from. */
public enum TruthFrom {
    /** It has none. */
    NONE,
    /** The name of the directory it lies in. */
    PARENT_DIR
}
