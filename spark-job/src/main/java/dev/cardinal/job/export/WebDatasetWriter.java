package dev.cardinal.job.export;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Writes a shard as WebDataset reads it: a tar archive in which the members of a sample have one name and follow each other. The members
 * are the image, {@code .cls} with the class index, {@code .json} with the other fields, and {@code .soft.npy} with the probabilities of
 * all classes if the soft labels have them. Members have no time and no owner, so that equal samples give equal shards.
 */
final class WebDatasetWriter implements ShardWriter {
    private static final byte[] NPY = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    private static final int NPY_ALIGNMENT = 64;

    private final TarArchiveOutputStream tar;

    WebDatasetWriter(OutputStream out) {
        tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
    }

    @Override
    public void write(WrittenSample sample) throws IOException {
        member(sample.key() + "." + sample.extension(), sample.image());
        member(sample.key() + ".cls", Integer.toString(sample.first().index()).getBytes(StandardCharsets.US_ASCII));
        Map<String, Object> fields = SampleJson.fields(sample);
        TrainingSample.Soft soft = sample.sample().soft();
        if (soft != null && soft.classes() != null) {
            SampleJson.addSoft(fields, soft);
        }
        member(sample.key() + ".json", SampleJson.bytes(fields));
        if (soft != null && soft.classes() == null) {
            member(sample.key() + ".soft.npy", npy(soft.probabilities()));
        }
    }

    private void member(String name, byte[] content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        entry.setModTime(0L);
        entry.setIds(0, 0);
        entry.setNames("", "");
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    /** Returns numbers in NumPy's format, version 1.0, as one dimension of little-endian floats. */
    static byte[] npy(float[] numbers) {
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + numbers.length + ",), }";
        int before = NPY.length + Short.BYTES + header.length() + 1;
        int padding = (NPY_ALIGNMENT - before % NPY_ALIGNMENT) % NPY_ALIGNMENT;
        ByteBuffer out = ByteBuffer.allocate(before + padding + numbers.length * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        out.put(NPY);
        out.putShort((short) (header.length() + padding + 1));
        out.put((header + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII));
        out.asFloatBuffer().put(numbers);
        return out.array();
    }

    @Override
    public void finish() throws IOException {
        tar.finish();
        tar.flush();
    }
}
