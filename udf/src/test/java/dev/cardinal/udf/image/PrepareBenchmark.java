package dev.cardinal.udf.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time to decode a JPEG and prepare it for a model. src/test/benchmarks/run.sh runs it and Pillow in turn.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PrepareBenchmark {

    /** The file. */
    @Param("")
    public String file = "";

    /** The preprocessing: resized as in torchvision, the same after it was decoded at a part of its size, resized as in Torch7, or only decoded. */
    @Param({"torchvision", "draft", "torch7", "decode"})
    public String preprocessing = "";

    private byte[] encoded = {};
    private ImagePreparer preparer = ImagePreparer.create(Cards.torchvision(null, null), ImageOptions.defaults());

    @Setup
    public void open() throws IOException {
        encoded = Files.readAllBytes(Path.of(file));
        preparer.close();
        preparer = ImagePreparer.create(
                switch (preprocessing) {
                    case "torchvision", "draft" -> Cards.torchvision(256, 224);
                    case "torch7" -> Cards.torch7(256, 224);
                    default -> Cards.torchvision(null, null);
                },
                ImageOptions.defaults().withDraft(preprocessing.equals("draft")));
    }

    @TearDown
    public void close() {
        preparer.close();
    }

    @Benchmark
    public Preparation prepare() {
        return preparer.prepare(encoded);
    }
}
