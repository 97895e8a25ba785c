/**
 * Images that lie in shards: tar archives, TFRecord files and Parquet files.
 *
 * <p>Two steps on executors. An {@linkplain dev.cardinal.udf.shard.ShardIndex index} lists what a shard holds, reading headers or the
 * footer and as little else as the format allows; {@linkplain dev.cardinal.udf.shard.ShardFetchers fetchers} read one image's bytes later,
 * and quickest in the order of their positions. Neither trusts a shard: every size that it declares is checked against the bytes that are
 * there before memory is asked for, and whatever is broken ends as a row that says so, never as a failed task. A store that fails
 * is no damage: its exception passes through, and the task is tried again.
 */
@NullMarked
package dev.cardinal.udf.shard;

import org.jspecify.annotations.NullMarked;
