package dev.cardinal.udf.image;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.regex.Pattern;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.ImageReaderSpi;

/**
 * An ImageIO reader that is used for one file after another.
 *
 * <p>Whoever creates one closes it. Not thread-safe.
 */
final class LibraryReader implements AutoCloseable {

    private static final byte[] NOTHING = {};

    /** libjpeg's words, of which it says only the first in a file: data, or a restart, that ran into a marker. */
    private static final Pattern EARLY_END =
            Pattern.compile("premature end|found marker 0xd9", Pattern.CASE_INSENSITIVE);

    private final ImageReader reader;
    private boolean endedEarly;
    private final RowCounter rows = new RowCounter();

    private LibraryReader(ImageReader reader) {
        this.reader = reader;
        reader.addIIOReadWarningListener(
                (source, warning) -> endedEarly |= EARLY_END.matcher(warning).find());
        reader.addIIOReadUpdateListener(rows);
    }

    /** A plugin's reader, without ImageIO's registry, which sees only what the class loader of its first caller saw. */
    static LibraryReader of(ImageReaderSpi plugin) {
        try {
            return new LibraryReader(plugin.createReaderInstance());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The JDK's own reader, whatever plugins the cluster's class path brings. */
    static LibraryReader ofJdk(String format) {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format);
        while (readers.hasNext()) {
            ImageReader reader = readers.next();
            if ("java.desktop".equals(reader.getClass().getModule().getName())) {
                return new LibraryReader(reader);
            }
        }
        throw new IllegalStateException("this JDK reads no " + format + ": is it without java.desktop?");
    }

    /** The first picture of a file. */
    BufferedImage image(byte[] file) throws BadImageException {
        return read(file, () -> reader.read(0));
    }

    /** The first picture's samples as they are stored, without conversion of colours. */
    Raster raster(byte[] file) throws BadImageException {
        return read(file, () -> reader.readRaster(0, null));
    }

    /** Whether the reader complained, of the last file, that the data end before the picture does. */
    boolean endedEarly() {
        return endedEarly;
    }

    /** How many rows of the last file the reader came to, where it is one that tells of each. */
    int rows() {
        return rows.count();
    }

    private interface Reading<T> {
        T read() throws IOException;
    }

    private <T> T read(byte[] file, Reading<T> reading) throws BadImageException {
        endedEarly = false;
        rows.restart();
        try {
            reader.setInput(new ByteArrayInput(file), true, true);
            return reading.read();
        } catch (IOException e) {
            throw new BadImageException("corrupt data: " + reason(e));
        } finally {
            // Lets go of the file. Not reset(): not every plugin takes null for an input.
            reader.setInput(new ByteArrayInput(NOTHING), true, true);
        }
    }

    private static String reason(IOException thrown) {
        Throwable cause = thrown instanceof IIOException && thrown.getCause() != null ? thrown.getCause() : thrown;
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    @Override
    public void close() {
        reader.dispose();
    }
}
