package dev.cardinal.job.truth;

/** What the {@code truth} column contains. */
public enum TruthAs {
    /** A class name or, if no class has that name, a class id. */
    AUTO,
    /** A class name. */
    NAME,
    /** A class id; for ImageNet, the WordNet id. */
    ID,
    /** A class index that counts from 0. */
    INDEX,
    /** A class index that counts from 1. */
    INDEX1
}
