package dev.cardinal.job.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cardinal.job.TestSpark;
import dev.cardinal.job.export.ExportOptions.ShardSize;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Reads shards with the libraries that training programs use. Runs with the Python that the environment variable
 * {@code CARDINAL_PYTHON} names, or {@code python3}; a library that is not installed is skipped.
 */
class ExportInPythonTest {
    @TempDir
    private static Path directory;

    private static final List<String> EXPECTED = new ArrayList<>();

    @BeforeAll
    static void export() throws IOException {
        SelectionFiles files = new SelectionFiles(directory);
        for (int i = 0; i < 40; i++) {
            byte[] image = SelectionFiles.image(i, 9, 7);
            String path = files.file("images/" + i + ".png", image);
            int classIndex = i < 30 ? i % 2 : 2;
            files.select(path, image, classIndex, 1 + i, 0.5);
            EXPECTED.add(classIndex + " " + SelectionFiles.sha256(image));
        }
        String selection = files.write("none");
        for (ExportFormat format : ExportFormat.values()) {
            new ExportJob(TestSpark.session())
                    .run(new ExportRequest(
                            selection,
                            Optional.empty(),
                            directory.resolve(format.name()).toString(),
                            ExportOptions.of(format).with(new ShardSize(1 << 20, 15))));
        }
    }

    /** Each program prints the class and the SHA-256 of each image as it is stored, or of its pixels. */
    static List<Arguments> readers() {
        return List.of(
                Arguments.of("tarfile", ExportFormat.WEBDATASET, "bytes", """
                        for f in glob.glob(d + '/train/*.tar'):
                            samples = {}
                            with tarfile.open(f) as t:
                                for m in t:
                                    key, extension = m.name.split('.', 1)
                                    samples.setdefault(key, {})[extension] = t.extractfile(m).read()
                            for v in samples.values(): show(int(v['cls']), v['png'])
                        """),
                Arguments.of("webdataset", ExportFormat.WEBDATASET, "bytes", """
                        for s in webdataset.WebDataset(sorted(glob.glob(d + '/train/*.tar')), shardshuffle=False):
                            show(int(s['cls']), s['png'])
                        """),
                Arguments.of("datasets", ExportFormat.WEBDATASET, "pixels", """
                        for r in datasets.load_dataset('webdataset', data_files=d + '/train/*.tar', split='train', cache_dir=d + '-cache'):
                            show(r['cls'], r['png'].tobytes())
                        """),
                Arguments.of("datasets", ExportFormat.PARQUET, "pixels", """
                        for r in datasets.load_dataset('parquet', data_files=d + '/train/*.parquet', split='train', cache_dir=d + '-cache'):
                            show(r['label'], r['image'].tobytes())
                        """),
                Arguments.of("pandas", ExportFormat.PARQUET, "bytes", """
                        for r in pandas.read_parquet(d + '/train').to_dict('records'):
                            show(r['label'], r['image']['bytes'])
                        """),
                Arguments.of("torchvision.datasets", ExportFormat.IMAGEFOLDER, "bytes", """
                        for p, c in torchvision.datasets.ImageFolder(d + '/train').samples:
                            show(c, open(p, 'rb').read())
                        """),
                Arguments.of("tensorflow", ExportFormat.TFRECORD, "bytes", """
                        text, number = (tensorflow.io.FixedLenFeature([], t) for t in (tensorflow.string, tensorflow.int64))
                        for r in tensorflow.data.TFRecordDataset(sorted(glob.glob(d + '/train/*.tfrecord'))):
                            e = tensorflow.io.parse_single_example(r, {'image/encoded': text, 'image/class/label': number})
                            show(int(e['image/class/label']), e['image/encoded'].numpy())
                        """));
    }

    @ParameterizedTest
    @MethodSource("readers")
    void libraryReadsTheSelection(String library, ExportFormat format, String what, String loop) throws Exception {
        String python = Objects.requireNonNullElse(System.getenv("CARDINAL_PYTHON"), "python3");
        assumeTrue(run(python, "-c", "import " + library) != null, library + " is not installed");
        String program = "import glob, hashlib, sys, " + library + "\n"
                + "d = sys.argv[1]\n"
                + "def show(c, b): print(c, hashlib.sha256(b).hexdigest())\n"
                + loop;

        String printed = Objects.requireNonNull(
                run(python, "-c", program, directory.resolve(format.name()).toString()),
                library + " cannot read " + format);

        assertThat(printed.lines()).containsExactlyInAnyOrderElementsOf(what.equals("bytes") ? EXPECTED : pixels());
    }

    /** Returns the classes and the pixels of all images, as Java decodes them. */
    private static List<String> pixels() throws IOException {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < EXPECTED.size(); i++) {
            var image = javax.imageio.ImageIO.read(
                    directory.resolve("images/" + i + ".png").toFile());
            byte[] rgb = new byte[image.getWidth() * image.getHeight() * 3];
            int at = 0;
            for (int y = 0; y < image.getHeight(); y++) {
                for (int x = 0; x < image.getWidth(); x++) {
                    int pixel = image.getRGB(x, y);
                    rgb[at++] = (byte) (pixel >> 16);
                    rgb[at++] = (byte) (pixel >> 8);
                    rgb[at++] = (byte) pixel;
                }
            }
            all.add(EXPECTED.get(i).charAt(0) + " " + SelectionFiles.sha256(rgb));
        }
        return all;
    }

    /** Returns the output of a program, or null if it cannot be started or fails. */
    private static @Nullable String run(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
            return process.waitFor() == 0 ? printed : null;
        } catch (IOException e) {
            return null;
        }
    }
}
