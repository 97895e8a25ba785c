package dev.cardinal.udf.image;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.Locale;

/**
 * Decodes the first image of a WebP file with libwebp, as Pillow does. Not thread-safe.
 *
 * <p>The reader gets only the image's bit stream: alpha, profiles and metadata are not needed, and libwebp's simple
 * decoder does not support animations. If the first frame is smaller than its canvas, the rest is black.
 */
final class WebpDecoder implements ImageDecoder {

    private final LibraryReader reader = LibraryReader.of(new WebPImageReaderSpi());
    private final RgbConversion conversion;
    private final Pixels frame = new Pixels();

    WebpDecoder(RgbConversion conversion) {
        this.conversion = conversion;
    }

    @Override
    public ImageHeader header(ByteView file) throws BadImageException {
        WebpChunks chunks = WebpChunks.read(file);
        return ImageHeader.of(chunks.canvasWidth(), chunks.canvasHeight(), 3, 8);
    }

    @Override
    public void decode(ByteView file, ImageHeader header, Pixels into) throws BadImageException {
        WebpChunks.requireComplete(file);
        WebpChunks chunks = WebpChunks.read(file);
        if (chunks.left() + chunks.width() > header.width() || chunks.top() + chunks.height() > header.height()) {
            throw new BadImageException(String.format(
                    Locale.ROOT, "a frame of %d x %d pixels does not fit its canvas", chunks.width(), chunks.height()));
        }
        BufferedImage image = reader.image(chunks.bitStreamAlone(file));
        if (image.getWidth() == header.width() && image.getHeight() == header.height()) {
            conversion.convert(image, into);
        } else {
            try {
                conversion.convert(image, frame);
                place(chunks, header, into);
            } finally {
                frame.trim();
            }
        }
    }

    private void place(WebpChunks chunks, ImageHeader header, Pixels into) {
        into.reshape(header.width(), header.height());
        Arrays.fill(into.rgb(), 0, into.size(), (byte) 0);
        int rowBytes = frame.width() * 3;
        for (int y = 0; y < frame.height(); y++) {
            int target = ((chunks.top() + y) * into.width() + chunks.left()) * 3;
            System.arraycopy(frame.rgb(), y * rowBytes, into.rgb(), target, rowBytes);
        }
    }

    @Override
    public void close() {
        reader.close();
    }
}
