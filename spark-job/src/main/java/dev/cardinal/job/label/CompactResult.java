package dev.cardinal.job.label;

import dev.cardinal.zoo.PublicApi;

/**
 * The result of a compaction.
 *
 * @param filesBefore number of files before
 * @param filesAfter number of files after
 * @param rows number of rows of the table
 * @param seconds that it took
 */
@PublicApi
public record CompactResult(int filesBefore, int filesAfter, long rows, double seconds) {}
