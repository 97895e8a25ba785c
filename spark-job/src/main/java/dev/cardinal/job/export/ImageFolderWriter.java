package dev.cardinal.job.export;

import dev.cardinal.job.common.Format;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Writes images as files in one directory for each class, and a list of them, one JSON object a line, as the shard. The directory is the
 * class index in five digits and the label in lower-case letters and digits, as in the manifest of {@code select --export imagefolder}:
 * in the order of names, classes are in the order of their indices.
 */
final class ImageFolderWriter implements ShardWriter {
    private final OutputStream out;
    private final FileSystem fileSystem;
    private final Path split;
    private long bytes;

    /** @param split directory of the split's images */
    ImageFolderWriter(OutputStream out, FileSystem fileSystem, Path split) {
        this.out = out;
        this.fileSystem = fileSystem;
        this.split = split;
    }

    @Override
    public void write(WrittenSample sample) throws IOException {
        String name = directory(sample.first()) + "/" + sample.key() + "." + sample.extension();
        try (OutputStream file = fileSystem.create(new Path(split, name), true)) {
            file.write(sample.image());
        }
        bytes += sample.image().length;
        Map<String, Object> fields = SampleJson.fields(sample);
        fields.put("file", name);
        if (sample.sha256OfFile() != null) {
            fields.put("sha256_of_file", sample.sha256OfFile());
        }
        TrainingSample.Soft soft = sample.sample().soft();
        if (soft != null) {
            SampleJson.addSoft(fields, soft);
        }
        out.write(SampleJson.bytes(fields));
        out.write('\n');
    }

    static String directory(SampleClass of) {
        String label = of.label()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "_")
                .replaceAll("^_|_$", "");
        return Format.format("%05d_%s", of.index(), label);
    }

    @Override
    public long bytesOutside() {
        return bytes;
    }

    @Override
    public void finish() throws IOException {
        out.flush();
    }
}
