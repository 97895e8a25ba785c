package dev.cardinal.job.report;

import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.Preparation.Ready;
import dev.cardinal.udf.image.Preparation.Rejected;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Makes thumbnails of encoded images. Closes nothing; not thread-safe; lives on executors. */
final class ThumbnailEncoder {
    /** Drawings of so few pixels stay as sharp as they are, where that takes few bytes. */
    private static final int SMALL_EDGE = 64;

    private static final int SMALL_BYTES = 8192;
    private static final float QUALITY = 0.85f;

    private final ImagePreparer preparer;

    ThumbnailEncoder(ImagePreparer preparer) {
        this.preparer = preparer;
    }

    /** The thumbnail of an image, whatever its bytes hold. */
    Thumbnail encode(byte[] encoded) throws IOException {
        Preparation preparation = preparer.prepare(encoded);
        if (preparation instanceof Rejected rejected) {
            return Thumbnail.missing(rejected.status().id().replace('_', ' '));
        }
        Ready ready = (Ready) preparation;
        BufferedImage image = new BufferedImage(ready.width(), ready.height(), BufferedImage.TYPE_INT_RGB);
        byte[] rgb = ready.rgb();
        for (int i = 0; i < ready.width() * ready.height(); i++) {
            int colour = ((rgb[3 * i] & 0xff) << 16) | ((rgb[3 * i + 1] & 0xff) << 8) | (rgb[3 * i + 2] & 0xff);
            image.setRGB(i % ready.width(), i / ready.width(), colour);
        }
        if (Math.max(ready.width(), ready.height()) <= SMALL_EDGE) {
            byte[] png = write("png", image);
            if (png.length <= SMALL_BYTES) {
                return Thumbnail.of("image/png", png, ready.width(), ready.height());
            }
        }
        return Thumbnail.of("image/jpeg", write("jpeg", image), ready.width(), ready.height());
    }

    private static byte[] write(String format, BufferedImage image) throws IOException {
        Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName(format);
        if (!writers.hasNext()) {
            throw new IOException("this JDK writes no " + format);
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
}
