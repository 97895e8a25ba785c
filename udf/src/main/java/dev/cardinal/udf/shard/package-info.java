/**
 * Images in shards: tar archives, TFRecord files and Parquet files.
 *
 * <p>There are two steps, both on executors. An {@linkplain dev.cardinal.udf.shard.ShardIndex index} lists the images
 * of a shard; it reads headers or the footer, and as little else as the format allows. {@linkplain
 * dev.cardinal.udf.shard.ShardFetchers Fetchers} later read the bytes of single images, fastest in the order of their
 * positions. Neither trusts a shard: every declared size is checked against the available bytes before memory is
 * allocated, and corrupt data end as a row that describes the problem, never as a failed task. A failure of the store
 * is not corruption: its exception passes through, and the task is retried.
 */
@NullMarked
package dev.cardinal.udf.shard;

import org.jspecify.annotations.NullMarked;
