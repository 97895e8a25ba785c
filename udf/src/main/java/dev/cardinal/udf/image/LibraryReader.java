package dev.cardinal.udf.image;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.ImageReaderSpi;

/**
 * Reads one file after another with the same ImageIO reader.
 *
 * <p>Closed by its creator. Not thread-safe.
 */
final class LibraryReader implements AutoCloseable {

    private static final byte[] NOTHING = {};

    /** libjpeg's warning about missing data: data, or a restart, that ran into a marker or the end of the file. */
    private static final Pattern EARLY_END =
            Pattern.compile("premature end|found marker 0xd9|missing EOI", Pattern.CASE_INSENSITIVE);

    /** libjpeg's warning about bytes between the samples and the end marker. */
    private static final Pattern BYTES_BEFORE_END =
            Pattern.compile("(\\d+) extraneous bytes before marker 0xd9", Pattern.CASE_INSENSITIVE);

    private final ImageReader reader;
    private boolean endedEarly;
    private int bytesBeforeEnd;

    private LibraryReader(ImageReader reader) {
        this.reader = reader;
        reader.addIIOReadWarningListener((source, warning) -> warned(warning));
    }

    private void warned(String warning) {
        endedEarly |= EARLY_END.matcher(warning).find();
        Matcher bytes = BYTES_BEFORE_END.matcher(warning);
        if (bytes.find()) {
            bytesBeforeEnd = Integer.parseInt(bytes.group(1));
        }
    }

    /** Opens a plugin's reader directly: ImageIO's registry has only plugins of its first caller's class loader. */
    static LibraryReader of(ImageReaderSpi plugin) {
        try {
            return new LibraryReader(plugin.createReaderInstance());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens the JDK's own reader, regardless of plugins on the cluster's class path. */
    static LibraryReader ofJdk(String format) {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format);
        while (readers.hasNext()) {
            ImageReader reader = readers.next();
            if ("java.desktop".equals(reader.getClass().getModule().getName())) {
                return new LibraryReader(reader);
            }
        }
        throw new IllegalStateException(
                "this JDK has no reader for " + format + ": is the module java.desktop missing?");
    }

    /** Reads the first image of a file. */
    BufferedImage image(byte[] file) throws BadImageException {
        return read(file, () -> reader.read(0));
    }

    /** Reads the first image's samples as they are stored, without color conversion. */
    Raster raster(byte[] file) throws BadImageException {
        return read(file, () -> reader.readRaster(0, null));
    }

    /** Returns whether the reader warned, for the last file, that the data end before the image does. */
    boolean endedEarly() {
        return endedEarly;
    }

    /** Returns how many bytes were between the samples and the end marker of the last file. */
    int bytesBeforeEnd() {
        return bytesBeforeEnd;
    }

    private interface Reading<T> {
        T read() throws IOException;
    }

    private <T> T read(byte[] file, Reading<T> reading) throws BadImageException {
        endedEarly = false;
        bytesBeforeEnd = 0;
        try {
            reader.setInput(new ByteArrayInput(file), true, true);
            return reading.read();
        } catch (IOException e) {
            throw new BadImageException("corrupt data: " + reason(e));
        } finally {
            // Releases the file. reset() would not do: not every plugin accepts null as input.
            reader.setInput(new ByteArrayInput(NOTHING), true, true);
        }
    }

    /** Returns the library's reason, or a general one if the library gives none that a user understands. */
    private static String reason(IOException thrown) {
        Throwable cause = thrown instanceof IIOException && thrown.getCause() != null ? thrown.getCause() : thrown;
        return cause.getMessage() == null || !(cause instanceof IOException)
                ? "the decoder cannot read them"
                : cause.getMessage();
    }

    @Override
    public void close() {
        reader.dispose();
    }
}
