package dev.cardinal.udf.image;

import dev.cardinal.udf.image.ImageOptions.ExifOrientation;
import dev.cardinal.udf.image.Preparation.Ready;
import dev.cardinal.udf.image.Preparation.Rejected;
import dev.cardinal.zoo.card.Preprocessing.Interpolation;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * The default preparer: detects the format, reads the header, decodes, scales and crops. Closes its decoders.
 *
 * <p>An image is decoded as soon as there is memory for it. If the memory does not suffice, the image is decoded again
 * while no other image is. If that fails too, it is too large: another attempt of the task would fail as well, and one
 * image must not fail a job.
 */
final class DecodingPreparer implements ImagePreparer {

    /** Pixels of the longest RGB array that the JVM can allocate. */
    private static final long MAX_ARRAY_PIXELS = (Integer.MAX_VALUE - 8) / 3;

    /**
     * Memory for a pixel while it is decoded: three bytes here, and about five more in the decoding library, which has
     * its own copy of the image or the coefficients of a progressive JPEG.
     */
    private static final long BYTES_PER_PIXEL = 8;

    private static final int CHANNELS = 3;

    private final Geometry.Rule rule;
    private final PixelColor border;
    private final long maxPixels;
    private final DecodeMemory memory;
    private final TensorFlowCodecs codecs = new TensorFlowCodecs();
    private final ImageDecoder jpeg;
    private final ImageDecoder png;
    private final ImageDecoder gif = new GifDecoder();
    private final ImageDecoder bmp = new BmpDecoder();
    private final ImageDecoder webp;
    private final ImageDecoder tiff;
    private final ImageDecoder pnm = new PnmDecoder();
    private final ExifOrientation exifOrientation;
    private final Resampler resampler;
    private final Pixels decoded = new Pixels();
    private final Pixels oriented = new Pixels();

    /** @param border color of the pixels next to an image that is smaller than the crop */
    DecodingPreparer(
            Geometry.Rule rule,
            Interpolation interpolation,
            PixelColor border,
            ImageOptions options,
            DecodeMemory memory) {
        this.rule = rule;
        this.border = border;
        this.memory = memory;
        this.exifOrientation = options.exifOrientation();
        this.resampler = Resampler.create(interpolation);
        this.jpeg = new JpegDecoder(codecs, options.truncated());
        this.png = new PngDecoder(codecs, options.truncated());
        RgbConversion conversion = new RgbConversion();
        this.webp = new WebpDecoder(conversion);
        this.tiff = new TiffDecoder(conversion);
        this.maxPixels = Math.min(options.maxPixels(), MAX_ARRAY_PIXELS);
    }

    @Override
    public Preparation prepare(byte[] encoded) {
        if (encoded.length == 0) {
            return new Rejected(Status.EMPTY, "no bytes", null, null);
        }
        ByteView file = new ByteView(encoded);
        ImageFormat format = ImageFormat.of(file);
        if (format == null) {
            return new Rejected(Status.UNSUPPORTED, FileKind.describe(file), null, null);
        }
        ImageDecoder decoder = decoder(format);
        ImageHeader header;
        try {
            header = decoder.header(file);
        } catch (BadImageException | RuntimeException e) {
            return new Rejected(status(e), explain(format, e), null, null);
        }
        int width = header.width();
        int height = header.height();
        if (header.pixels() > maxPixels) {
            String error = String.format(
                    Locale.ROOT, "%s: %d x %d pixels exceed the limit of %d", format, width, height, maxPixels);
            return new Rejected(Status.TOO_LARGE, error, width, height);
        }
        return decodeWithinMemory(
                format, width, height, header.pixels() * BYTES_PER_PIXEL, () -> decode(file, format, header));
    }

    @Override
    public Preparation prepare(RawImage image) {
        int width = image.width();
        int height = image.height();
        if (image.pixels() > maxPixels) {
            String error =
                    String.format(Locale.ROOT, "%d x %d pixels exceed the limit of %d", width, height, maxPixels);
            return new Rejected(Status.TOO_LARGE, error, width, height);
        }
        return decodeWithinMemory("decoded image", width, height, image.pixels() * CHANNELS, () -> {
            try {
                image.copyTo(decoded);
                return finish(decoded);
            } finally {
                decoded.trim();
            }
        });
    }

    /** Decodes when there is memory for it; if that does not suffice, decodes again while no other image is decoded. */
    private Preparation decodeWithinMemory(
            Object what, int width, int height, long bytes, Supplier<Preparation> decoding) {
        memory.reserve(bytes);
        try {
            return decoding.get();
        } catch (OutOfMemoryError e) {
            decoded.release();
            oriented.release();
        } finally {
            memory.release(bytes);
        }
        return decodeAlone(what, width, height, decoding);
    }

    private Preparation decodeAlone(Object what, int width, int height, Supplier<Preparation> decoding) {
        memory.reserveAll();
        try {
            return decoding.get();
        } catch (OutOfMemoryError e) {
            decoded.release();
            oriented.release();
            String error = String.format(
                    Locale.ROOT,
                    "%s: %d x %d pixels do not fit into the executor's memory, a heap of %d MiB",
                    what,
                    width,
                    height,
                    Runtime.getRuntime().maxMemory() >> 20);
            return new Rejected(Status.TOO_LARGE, error, width, height);
        } finally {
            memory.releaseAll();
        }
    }

    private Preparation decode(ByteView file, ImageFormat format, ImageHeader header) {
        try {
            decoder(format).decode(file, header, decoded);
            Orientation orientation = exifOrientation == ExifOrientation.APPLY
                    ? OrientationReader.read(format, file)
                    : Orientation.AS_STORED;
            return finish(orientation.turn(decoded, oriented));
        } catch (BadImageException | RuntimeException | StackOverflowError e) {
            return new Rejected(status(e), explain(format, e), header.width(), header.height());
        } finally {
            decoded.trim();
            oriented.trim();
        }
    }

    private ImageDecoder decoder(ImageFormat format) {
        return switch (format) {
            case JPEG -> jpeg;
            case PNG -> png;
            case GIF -> gif;
            case BMP -> bmp;
            case WEBP -> webp;
            case TIFF -> tiff;
            case PNM -> pnm;
        };
    }

    private Ready finish(Pixels source) {
        Geometry geometry = rule.of(source.width(), source.height());
        int width = geometry.output().width();
        int height = geometry.output().height();
        byte[] rgb = border.image(width * height);
        resampler.resample(source, geometry, rgb);
        return new Ready(source.width(), source.height(), width, height, rgb, DifferenceHash.of(source));
    }

    private static Status status(Throwable thrown) {
        return thrown instanceof BadImageException bad ? bad.status() : Status.UNDECODABLE;
    }

    /** Explains why a file is not read. Other exceptions are what libraries throw when they read corrupt data. */
    private static String explain(ImageFormat format, Throwable thrown) {
        if (!(thrown instanceof BadImageException bad)) {
            return format + ": corrupt data: the decoder cannot read them";
        }
        String reason = String.valueOf(bad.getMessage()).replaceAll("\\s+", " ").strip();
        return bad.status() == Status.UNSUPPORTED ? "unsupported image format: " + reason : format + ": " + reason;
    }

    @Override
    public void close() {
        for (ImageFormat format : ImageFormat.values()) {
            decoder(format).close();
        }
        codecs.close();
    }
}
