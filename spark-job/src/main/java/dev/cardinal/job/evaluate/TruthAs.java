package dev.cardinal.job.evaluate;

/** What the {@code truth} column holds. */
public enum TruthAs {
    /** A class name or, where no class has that name, a class id. */
    AUTO,
    /** A class name. */
    NAME,
    /** A class id; for ImageNet the WordNet id. */
    ID,
    /** A class index, counted from 0. */
    INDEX,
    /** A class index, counted from 1. */
    INDEX1
}
