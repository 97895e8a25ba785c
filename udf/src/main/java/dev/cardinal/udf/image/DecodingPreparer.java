package dev.cardinal.udf.image;

import dev.cardinal.udf.image.Geometry.Size;
import dev.cardinal.udf.image.ImageOptions.ExifOrientation;
import dev.cardinal.udf.image.Preparation.Ready;
import dev.cardinal.udf.image.Preparation.Rejected;
import dev.cardinal.zoo.card.Preprocessing.Interpolation;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The default preparer: detects the format, reads the header, decodes, scales and crops. Closes its decoders.
 *
 * <p>An image is decoded as soon as there is memory for it. If the memory does not suffice, the image is decoded again
 * while no other image is. If that fails too, it is too large: another attempt of the task would fail as well, and one
 * image must not fail a job.
 */
final class DecodingPreparer implements ImagePreparer {

    /**
     * Memory for a pixel while it is decoded: three bytes here, and about five more in the decoding library, which has
     * its own copy of the image or the coefficients of a progressive JPEG.
     */
    private static final long BYTES_PER_PIXEL = 8;

    private static final int CHANNELS = 3;

    /** The largest factor by which libjpeg reduces an image. */
    private static final int MOST_REDUCTION = 8;

    private final List<PixelTarget> targets;
    private final ImageHash hash;
    private final DecodeMemory memory;
    private final TensorFlowCodecs codecs = new TensorFlowCodecs();
    private final JpegDecoder jpeg;
    private final ImageDecoder png;
    private final ImageDecoder gif = new GifDecoder();
    private final ImageDecoder bmp = new BmpDecoder();
    private final ImageDecoder webp;
    private final ImageDecoder tiff;
    private final ImageDecoder pnm = new PnmDecoder();
    private final ExifOrientation exifOrientation;
    private final boolean draft;
    private final Pixels decoded = new Pixels();
    private final Pixels oriented = new Pixels();

    /** @param border color of the pixels next to an image that is smaller than the crop */
    DecodingPreparer(
            Geometry.Rule rule,
            Interpolation interpolation,
            PixelColor border,
            ImageOptions options,
            DecodeMemory memory) {
        this(
                List.of(new PixelTarget(
                        rule, new ViewRenderer(options.views(), interpolation, border), options.maxPixels())),
                options,
                ImageHash.NONE,
                memory);
    }

    /**
     * @param targets what each model needs
     * @param options options for decoding; the targets have their maximum number of pixels
     * @param hash hash of each image
     */
    DecodingPreparer(List<PixelTarget> targets, ImageOptions options, ImageHash hash, DecodeMemory memory) {
        this.targets = List.copyOf(targets);
        this.hash = hash;
        this.memory = memory;
        this.exifOrientation = options.exifOrientation();
        this.draft = options.draft();
        this.jpeg = new JpegDecoder(codecs, options.truncated());
        this.png = new PngDecoder(codecs, options.truncated());
        RgbConversion conversion = new RgbConversion();
        this.webp = new WebpDecoder(conversion);
        this.tiff = new TiffDecoder(conversion);
    }

    @Override
    public Preparation prepare(byte[] encoded) {
        return prepare(encoded, targets.subList(0, 1)).get(0);
    }

    @Override
    public List<Preparation> prepareForEach(byte[] encoded) {
        return prepare(encoded, targets);
    }

    private List<Preparation> prepare(byte[] encoded, List<PixelTarget> models) {
        if (encoded.length == 0) {
            return same(models, new Rejected(Status.EMPTY, "no bytes", null, null));
        }
        ByteView file = new ByteView(encoded);
        ImageFormat format = ImageFormat.of(file);
        if (format == null) {
            return same(models, new Rejected(Status.UNSUPPORTED, FileKind.describe(file), null, null));
        }
        ImageDecoder decoder = decoder(format);
        ImageHeader header;
        try {
            header = decoder.header(file);
        } catch (BadImageException | RuntimeException e) {
            return same(models, new Rejected(status(e), explain(format, e), null, null));
        }
        int width = header.width();
        int height = header.height();
        List<PixelTarget> within = models.stream()
                .filter(model -> header.pixels() <= model.maxPixels())
                .toList();
        Iterator<Preparation> decoded = within.isEmpty()
                ? Collections.emptyIterator()
                : decodeWithinMemory(
                                format,
                                width,
                                height,
                                header.pixels() * BYTES_PER_PIXEL,
                                within,
                                () -> decode(file, format, header, within))
                        .iterator();
        return models.stream()
                .map(model -> header.pixels() <= model.maxPixels()
                        ? decoded.next()
                        : tooLarge(format + ": ", width, height, model.maxPixels()))
                .toList();
    }

    private static List<Preparation> same(List<PixelTarget> models, Preparation preparation) {
        return Collections.nCopies(models.size(), preparation);
    }

    private static Rejected tooLarge(String prefix, int width, int height, long maxPixels) {
        String error =
                String.format(Locale.ROOT, "%s%d x %d pixels exceed the limit of %d", prefix, width, height, maxPixels);
        return new Rejected(Status.TOO_LARGE, error, width, height);
    }

    @Override
    public Preparation prepare(RawImage image) {
        int width = image.width();
        int height = image.height();
        List<PixelTarget> models = targets.subList(0, 1);
        long maxPixels = models.get(0).maxPixels();
        if (image.pixels() > maxPixels) {
            return tooLarge("", width, height, maxPixels);
        }
        return decodeWithinMemory("decoded image", width, height, image.pixels() * CHANNELS, models, () -> {
                    try {
                        image.copyTo(decoded);
                        return models.stream()
                                .map(finish(decoded, new Size(width, height)))
                                .toList();
                    } finally {
                        decoded.trim();
                    }
                })
                .get(0);
    }

    /** Decodes when there is memory for it; if that does not suffice, decodes again while no other image is decoded. */
    private List<Preparation> decodeWithinMemory(
            Object what,
            int width,
            int height,
            long bytes,
            List<PixelTarget> models,
            Supplier<List<Preparation>> decoding) {
        memory.reserve(bytes);
        try {
            return decoding.get();
        } catch (OutOfMemoryError e) {
            decoded.release();
            oriented.release();
            targets.forEach(target -> target.renderer().release());
        } finally {
            memory.release(bytes);
        }
        return decodeAlone(what, width, height, models, decoding);
    }

    private List<Preparation> decodeAlone(
            Object what, int width, int height, List<PixelTarget> models, Supplier<List<Preparation>> decoding) {
        memory.reserveAll();
        try {
            return decoding.get();
        } catch (OutOfMemoryError e) {
            decoded.release();
            oriented.release();
            targets.forEach(target -> target.renderer().release());
            String error = String.format(
                    Locale.ROOT,
                    "%s: %d x %d pixels do not fit into the executor's memory, a heap of %d MiB",
                    what,
                    width,
                    height,
                    Runtime.getRuntime().maxMemory() >> 20);
            return same(models, new Rejected(Status.TOO_LARGE, error, width, height));
        } finally {
            memory.releaseAll();
        }
    }

    private List<Preparation> decode(ByteView file, ImageFormat format, ImageHeader header, List<PixelTarget> models) {
        try {
            Map<PixelTarget, Preparation> prepared = new HashMap<>();
            Orientation orientation = exifOrientation == ExifOrientation.APPLY
                    ? OrientationReader.read(format, file)
                    : Orientation.AS_STORED;
            Map<Integer, List<PixelTarget>> byReduction = models.stream()
                    .distinct()
                    .collect(Collectors.groupingBy(model -> reduction(format, header, model)));
            for (Map.Entry<Integer, List<PixelTarget>> each : byReduction.entrySet()) {
                Function<PixelTarget, Preparation> finish = decode(file, format, header, each.getKey(), orientation);
                each.getValue().forEach(model -> prepared.put(model, finish.apply(model)));
            }
            return models.stream().map(prepared::get).toList();
        } catch (BadImageException | RuntimeException | StackOverflowError e) {
            return same(models, new Rejected(status(e), explain(format, e), header.width(), header.height()));
        } finally {
            decoded.trim();
            oriented.trim();
        }
    }

    /** Decodes an image at 1/reduction of its size, and returns what a model receives of it. */
    private Function<PixelTarget, Preparation> decode(
            ByteView file, ImageFormat format, ImageHeader header, int reduction, Orientation orientation)
            throws BadImageException {
        if (reduction == 1) {
            decoder(format).decode(file, header, decoded);
            Pixels source = orientation.turn(decoded, oriented);
            return finish(source, new Size(source.width(), source.height()));
        }
        jpeg.decode(file, header, reduction, decoded);
        return finish(
                orientation.turn(decoded, oriented), orientation.turned(new Size(header.width(), header.height())));
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

    /** Returns how many pixels of a side become one: as many as Pillow's {@code Image.draft} decides if it is given the scaled size. */
    private int reduction(ImageFormat format, ImageHeader header, PixelTarget model) {
        if (!draft || format != ImageFormat.JPEG) {
            return 1;
        }
        Size scaled = model.rule().of(header.width(), header.height()).resized();
        int most = Math.min(header.width() / scaled.width(), header.height() / scaled.height());
        return Math.max(1, Integer.highestOneBit(Math.min(most, MOST_REDUCTION)));
    }

    /**
     * Returns a function that scales and crops an image for a model.
     *
     * @param size size of the image before it was reduced
     */
    private Function<PixelTarget, Preparation> finish(Pixels source, Size size) {
        Long hashOfSource = hash.of(source);
        return model -> finish(source, size, model, hashOfSource);
    }

    private static Preparation finish(Pixels source, Size size, PixelTarget model, @Nullable Long hash) {
        Geometry geometry = model.rule().of(source.width(), source.height());
        return new Ready(
                size.width(),
                size.height(),
                geometry.output().width(),
                geometry.output().height(),
                model.renderer().render(source, geometry),
                hash);
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
