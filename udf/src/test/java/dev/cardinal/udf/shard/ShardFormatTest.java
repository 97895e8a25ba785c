package dev.cardinal.udf.shard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardFormatTest {

    @ParameterizedTest
    @CsvSource({
        "a.tar, TAR",
        "train-0001.TAR, TAR",
        "a.tar.gz, TAR",
        "a.tgz, TAR",
        "a.tfrecord, TFRECORD",
        "a.tfrecords, TFRECORD",
        "a.tfrecord.gz, TFRECORD",
        "00-512x512-798.tfrec, TFRECORD",
        "train.tfrecord-00001-of-00128, TFRECORD",
        "part-0.snappy.parquet, PARQUET",
        "train-00000-of-01024,",
        "part-00000,",
        "a.parq, PARQUET",
        "a.PQ, PARQUET",
        "a.parquet.gz, PARQUET",
        "a.tar.zst, TAR",
        "a.tar.bz2, TAR",
        "a.txz, TAR",
        "a.zip, ZIP",
        "tar,",
        "a.tar.jpg,",
        "a.gz,",
        "a.tfrecord-index,"
    })
    void formatIsDetectedByTheFileName(String name, ShardFormat expected) {
        assertThat(ShardFormat.byName(name).orElse(null)).isEqualTo(expected);
    }
}
