package dev.cardinal.job.export;

import dev.cardinal.zoo.PublicApi;

/** The formats of shards. */
@PublicApi
public enum ExportFormat {
    /** Tar archives in the layout of WebDataset. */
    WEBDATASET(".tar"),
    /** Parquet files that Hugging Face's {@code datasets} reads as images. */
    PARQUET(".parquet"),
    /** TFRecord files of {@code tf.train.Example}. */
    TFRECORD(".tfrecord"),
    /** A directory for each class, as torchvision's {@code ImageFolder} reads it; the shard is a list of its images. */
    IMAGEFOLDER(".jsonl");

    private final String extension;

    ExportFormat(String extension) {
        this.extension = extension;
    }

    /** Returns the extension of shards, with its dot. */
    String extension() {
        return extension;
    }
}
