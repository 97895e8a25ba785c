package dev.cardinal.job.report;

import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.Preparation.Ready;
import dev.cardinal.udf.image.Preparation.Rejected;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.util.Base64;
import java.util.Iterator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A small picture of an image, or the reason why there is none. Serializable, because executors make it.
 *
 * @param uri the picture as a data URI, or null
 * @param width width in pixels, 0 without a picture
 * @param height height in pixels, 0 without a picture
 * @param missing reason why there is no picture, in a few words; empty if there is one
 */
record Thumbnail(@Nullable String uri, int width, int height, String missing) implements Serializable {
    /** Longest edge of a picture, in pixels. */
    static final int EDGE = 112;

    /** Pictures up to this edge length and number of bytes are lossless. */
    private static final int SMALL_EDGE = 64;

    private static final int SMALL_BYTES = 8192;
    private static final float QUALITY = 0.85f;

    static Thumbnail of(String type, byte[] encoded, int width, int height) {
        return new Thumbnail(
                "data:" + type + ";base64," + Base64.getEncoder().encodeToString(encoded), width, height, "");
    }

    static Thumbnail missing(String why) {
        return new Thumbnail(null, 0, 0, why);
    }

    /** Returns the thumbnail of an encoded image, or the reason why it cannot be decoded. */
    static Thumbnail of(byte[] encoded, ImagePreparer preparer) throws IOException {
        Preparation preparation = preparer.prepare(encoded);
        if (preparation instanceof Rejected rejected) {
            return missing(rejected.status().id().replace('_', ' '));
        }
        Ready ready = (Ready) preparation;
        BufferedImage image = new BufferedImage(ready.width(), ready.height(), BufferedImage.TYPE_INT_RGB);
        byte[] rgb = ready.rgb();
        for (int i = 0; i < ready.width() * ready.height(); i++) {
            int color = ((rgb[3 * i] & 0xff) << 16) | ((rgb[3 * i + 1] & 0xff) << 8) | (rgb[3 * i + 2] & 0xff);
            image.setRGB(i % ready.width(), i / ready.width(), color);
        }
        if (Math.max(ready.width(), ready.height()) <= SMALL_EDGE) {
            byte[] png = write("png", image);
            if (png.length <= SMALL_BYTES) {
                return of("image/png", png, ready.width(), ready.height());
            }
        }
        return of("image/jpeg", write("jpeg", image), ready.width(), ready.height());
    }

    private static byte[] write(String format, BufferedImage image) throws IOException {
        Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName(format);
        if (!writers.hasNext()) {
            throw new IOException("this JDK cannot write " + format);
        }
        ImageWriter writer = writers.next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam how = writer.getDefaultWriteParam();
            how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            how.setCompressionQuality(format.equals("png") ? 0 : QUALITY);
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), how);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** Returns the factor by which the page enlarges a small picture. */
    int enlargement() {
        return Math.max(1, EDGE / Math.max(1, Math.max(width, height)));
    }
}
