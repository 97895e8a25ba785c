package dev.cardinal.job.truth;

/**
 * A truth text that matches no class.
 *
 * @param truth the text
 * @param count number of rows that have it
 */
public record UnmatchedTruth(String truth, long count) {}
