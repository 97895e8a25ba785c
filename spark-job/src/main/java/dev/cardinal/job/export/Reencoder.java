package dev.cardinal.job.export;

import dev.cardinal.job.export.ExportOptions.Reencoding;
import dev.cardinal.job.export.PlaceFetcher.MissingImageException;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.Preparation.Ready;
import dev.cardinal.udf.image.Preparation.Rejected;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Resizes images as {@code label} does and encodes them as JPEG. Pixels stay as they are stored, as in torchvision: the EXIF
 * orientation is not applied. Closed by its creator; not thread-safe.
 */
final class Reencoder implements Encoding {
    private static final int CHANNELS = 3;

    private final Reencoding how;
    private final ImagePreparer preparer;
    private final ImageWriter writer;
    private final ImageWriteParam quality;

    Reencoder(Reencoding how) {
        this.how = how;
        this.preparer = ImagePreparer.shorterEdge(how.shorter(), ImageOptions.defaults());
        this.writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        this.quality = writer.getDefaultWriteParam();
        quality.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        quality.setCompressionQuality(how.quality() / 100f);
    }

    /**
     * Returns the JPEG file of a resized image, or the same bytes if the image is not larger.
     *
     * @throws MissingImageException if the image cannot be decoded
     */
    @Override
    public byte[] encode(byte[] encoded) throws IOException {
        Preparation preparation = preparer.prepare(encoded);
        if (preparation instanceof Rejected rejected) {
            throw new MissingImageException(rejected.error());
        }
        Ready ready = (Ready) preparation;
        if (Math.min(ready.sourceWidth(), ready.sourceHeight()) <= how.shorter()) {
            return encoded;
        }
        BufferedImage image = new BufferedImage(ready.width(), ready.height(), BufferedImage.TYPE_3BYTE_BGR);
        byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        byte[] rgb = ready.rgb();
        for (int i = 0; i < bgr.length; i += CHANNELS) {
            bgr[i] = rgb[i + 2];
            bgr[i + 1] = rgb[i + 1];
            bgr[i + 2] = rgb[i];
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 16);
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), quality);
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() {
        writer.dispose();
        preparer.close();
    }
}
