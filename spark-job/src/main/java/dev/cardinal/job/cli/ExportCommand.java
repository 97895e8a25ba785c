package dev.cardinal.job.cli;

import dev.cardinal.job.common.Format;
import dev.cardinal.job.export.ExportFormat;
import dev.cardinal.job.export.ExportJob;
import dev.cardinal.job.export.ExportOptions;
import dev.cardinal.job.export.ExportOptions.ExportBalance;
import dev.cardinal.job.export.ExportOptions.Reencoding;
import dev.cardinal.job.export.ExportOptions.Samples;
import dev.cardinal.job.export.ExportOptions.SamplesPerImage;
import dev.cardinal.job.export.ExportOptions.ShardSize;
import dev.cardinal.job.export.ExportOptions.SoftLabels;
import dev.cardinal.job.export.ExportOptions.SourceReading;
import dev.cardinal.job.export.ExportRequest;
import dev.cardinal.job.export.ExportResult;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code export}: writes a selection as shards for training. */
@CommandLine.Command(
        name = "export",
        description =
                "Writes a selection as shuffled shards of images and pseudo-labels that training frameworks read.",
        sortOptions = false)
final class ExportCommand extends CommonOptions implements Command {
    @Option(names = "--selection", required = true, paramLabel = "DIR", description = "Directory that 'select' wrote.")
    private String selection = "";

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "Directory for the shards.")
    private String output = "";

    @Option(
            names = "--format",
            paramLabel = "webdataset|parquet|tfrecord|imagefolder",
            description = "Format of the shards [webdataset].")
    private ExportFormat format = ExportFormat.WEBDATASET;

    @Option(
            names = "--soft-labels",
            paramLabel = "none|top-k|logits",
            description =
                    "The teacher's distribution in every sample: of the stored classes, or of all classes, for which"
                            + " the predictions need logits [none].")
    private SoftLabels softLabels = SoftLabels.NONE;

    @Option(names = "--temperature", paramLabel = "T", description = "Divisor of the logits in soft labels [1].")
    private double temperature = 1;

    @Option(
            names = "--predictions",
            paramLabel = "DIR",
            description = "Predictions table for soft labels [the one that the selection was made from].")
    private @Nullable String predictions;

    @Option(
            names = "--repeat",
            description =
                    "Write an image that several classes selected once for each class, not once with all of them.")
    private boolean repeat;

    @Option(
            names = "--balance",
            paramLabel = "none|repeat",
            description =
                    "Whether the samples of a short class are repeated until it is as large as the largest [none].")
    private ExportBalance balance = ExportBalance.NONE;

    @Option(
            names = "--resize-shorter",
            paramLabel = "PIXELS",
            description =
                    "Scale images whose shorter edge is longer than this, and encode them as JPEG [original bytes].")
    private @Nullable Integer resizeShorter;

    @Option(names = "--quality", paramLabel = "Q", description = "Quality of these JPEG files, 1 to 100 [90].")
    private int quality = Reencoding.USUAL_QUALITY;

    @Option(
            names = "--shard-size",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "Bytes of images in a shard, about, as a number, or with k, m or g [512m].")
    private long shardSize = ShardSize.USUAL.bytes();

    @Option(names = "--shard-samples", paramLabel = "N", description = "Samples in a shard, at most [10000].")
    private int shardSamples = ShardSize.USUAL.samples();

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the shuffle [0].")
    private long seed;

    @Option(
            names = "--holdout",
            paramLabel = "F",
            description = "Share of the images that go to the split holdout, by a hash of their bytes [0].")
    private double holdout;

    @Option(
            names = "--max-missing",
            paramLabel = "F",
            description =
                    "Exit with code 3, after writing everything, if more than this share of the samples has no image"
                            + " any more [1.0].")
    private double maxMissing = 1.0;

    @Option(
            names = "--image-field",
            paramLabel = "NAME",
            description = "Field or column that holds the encoded image, as for 'label' [the format's usual one].")
    private @Nullable String imageField;

    @Option(
            names = "--member-extensions",
            split = ",",
            paramLabel = "EXTENSION",
            description = "Extensions of the members of archives that are images, as for 'label' [all but companions].")
    private List<String> memberExtensions = new ArrayList<>();

    /** Parses a number of bytes, such as {@code 512m}. */
    static final class SizeConverter implements CommandLine.ITypeConverter<Long> {
        private static final Pattern SIZE = Pattern.compile("(\\d{1,12})([kmg]?)");
        private static final String UNITS = "kmg";
        private static final int UNIT_BITS = 10;

        @Override
        public Long convert(String value) {
            Matcher size = SIZE.matcher(value.toLowerCase(Locale.ROOT));
            if (!size.matches()) {
                throw new TypeConversionException("expected a number of bytes such as 512m, not '" + value + "'");
            }
            String unit = size.group(2);
            int bits = unit.isEmpty() ? 0 : UNIT_BITS * (UNITS.indexOf(unit) + 1);
            long number = Long.parseLong(size.group(1));
            if (number > Long.MAX_VALUE >> bits) {
                throw new TypeConversionException("'" + value + "' is too large");
            }
            return number << bits;
        }
    }

    @Override
    public List<String> problems() throws IOException {
        List<String> problems = new ArrayList<>();
        ExportOptions options = options(problems);
        if (softLabels == SoftLabels.NONE && (temperature != 1 || predictions != null)) {
            problems.add("--temperature and --predictions are for soft labels: add --soft-labels top-k or logits");
        }
        if (resizeShorter == null && quality != Reencoding.USUAL_QUALITY) {
            problems.add("--quality is for images that are encoded again: add --resize-shorter");
        }
        problems.addAll(ExportJob.problems(
                request(options == null ? ExportOptions.of(format) : options), SparkSessions.configuration()));
        return problems;
    }

    /** Returns the options, or null after their problems are collected. */
    private @Nullable ExportOptions options(List<String> problems) {
        Samples samples = valid(
                problems,
                () -> new Samples(
                        softLabels, temperature, repeat ? SamplesPerImage.EVERY_CLASS : SamplesPerImage.ONCE, balance));
        ShardSize shards = valid(problems, () -> new ShardSize(shardSize, shardSamples));
        Integer shorter = resizeShorter;
        Reencoding reencoding = shorter == null ? null : valid(problems, () -> new Reencoding(shorter, quality));
        ExportOptions usual = ExportOptions.of(format);
        return valid(
                problems,
                () -> new ExportOptions(
                        format,
                        samples == null ? usual.samples() : samples,
                        new SourceReading(Optional.ofNullable(imageField), memberExtensions),
                        Optional.ofNullable(reencoding),
                        shards == null ? usual.shards() : shards,
                        seed,
                        holdout,
                        maxMissing));
    }

    /** Returns a value, or null after its problems are collected. */
    private static <T> @Nullable T valid(List<String> problems, Supplier<T> value) {
        try {
            return value.get();
        } catch (CardinalException e) {
            String.valueOf(e.getMessage()).lines().forEach(problems::add);
            return null;
        }
    }

    private ExportRequest request(ExportOptions options) {
        return new ExportRequest(selection, Optional.ofNullable(predictions), output, options);
    }

    @Override
    public int run(Console console) throws Exception {
        try (SparkSession spark = SparkSessions.session("export");
                ProgressBar progress = new ProgressBar(console)) {
            ExportOptions options = Objects.requireNonNull(options(new ArrayList<>()), "problems were checked");
            ExportResult result = new ExportJob(spark, Clock.systemUTC(), progress::step).run(request(options));
            progress.finished();
            print(result, console.out());
            console.out().println("shards: " + output);
            if (result.gateExceeded()) {
                console.err()
                        .println("cardinal: more than --max-missing " + maxMissing + " of the samples have no image");
                return ExitCode.GATE_EXCEEDED;
            }
            return ExitCode.DONE;
        }
    }

    private void print(ExportResult result, PrintStream out) {
        out.println(Format.format(
                "exported %s in %s, %s, in %s",
                Format.count(result.samples(), "sample"),
                Format.count(result.shards(), "shard"),
                Format.bytes(result.bytes()),
                Format.duration(result.seconds())));
        if (result.reused() > 0) {
            out.println(Format.count(result.reused(), "shard") + " were complete before");
        }
        if (result.missing() > 0) {
            long more = result.missing() - result.examples().size();
            out.println(Format.count(result.missing(), "sample") + " have no image: "
                    + String.join(", ", result.examples())
                    + (more > 0 ? ", and " + Format.count(more) + " more" : "")
                    + "; all are in " + output + "/missing.jsonl");
        }
    }
}
