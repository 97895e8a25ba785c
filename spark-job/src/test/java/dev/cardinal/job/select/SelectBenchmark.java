package dev.cardinal.job.select;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/**
 * Benchmark: selects from synthetic tables on two cores of this machine. Started by src/test/benchmarks/select.sh.
 *
 * <p>{@code curve MEMORY IMAGES...} measures time and memory for tables of different sizes, with P = 10, 1,000 classes, K = 16,000.
 * {@code duckdb MEMORY IMAGES ROUNDS} alternates with the same selection by DuckDB's window query over the same files, and checks that
 * both select the same rows. With {@code quota} or {@code adaptive} at the end, both apply this rule: at most 100 images of a class that come
 * from one camera, or FlexMatch's thresholds with 0.5. Every run is a separate process, measured from its start to its end.
 */
final class SelectBenchmark {
    private static final int P = 10;
    private static final int CLASSES = 1000;
    private static final int K = 16_000;
    private static final String GENERATOR_MEMORY = "3g";
    private static final String NO_RULE = "none";
    private static final int OF_A_CAMERA = 100;
    private static final double ADAPTIVE_SCORE = 0.5;

    private final Path scratch;

    private SelectBenchmark(Path scratch) {
        this.scratch = scratch;
    }

    /** Duration of a process in seconds, and its peak memory in MiB. */
    private record Run(double seconds, long mebibytes) {}

    public static void main(String[] args) throws IOException, InterruptedException, SQLException {
        switch (args[0]) {
            case "select-once" -> selectOnce(args[1], args[2], args[3]);
            case "query-once" -> queryOnce(args[1], args[2], args[3], args[4]);
            default -> {
                Path scratch = Files.createTempDirectory("cardinal-select");
                try {
                    SelectBenchmark benchmark = new SelectBenchmark(scratch);
                    if (args[0].equals("curve")) {
                        benchmark.curve(args[1], Arrays.copyOfRange(args, 2, args.length));
                    } else {
                        benchmark.duckDb(
                                args[1], args[2], Integer.parseInt(args[3]), args.length > 4 ? args[4] : NO_RULE);
                    }
                } finally {
                    delete(scratch);
                }
            }
        }
    }

    @SuppressWarnings("SystemOut") // its result
    private void curve(String memory, String... sizes) throws IOException, InterruptedException {
        System.out.println("| images | heap | table, MB | seconds | us/image | process, MiB |\n"
                + "| ---: | ---: | ---: | ---: | ---: | ---: |");
        for (String images : sizes) {
            Path table = table(images);
            long bytes = bytes(table);
            Run run = select(table, memory, NO_RULE);
            System.out.printf(
                    Locale.ROOT,
                    "| %,d | %s | %,d | %.1f | %.2f | %,d |%n",
                    Long.parseLong(images),
                    memory,
                    bytes / 1_000_000,
                    run.seconds(),
                    1e6 * run.seconds() / Long.parseLong(images),
                    run.mebibytes());
            delete(table);
            delete(output("select"));
        }
    }

    @SuppressWarnings("SystemOut") // its result
    private void duckDb(String memory, String images, int rounds, String rule)
            throws IOException, InterruptedException, SQLException {
        Path table = table(images);
        List<Double> ratios = new ArrayList<>();
        System.out.println("| | select, seconds | MiB | DuckDB, seconds | MiB | ratio |\n"
                + "| --- | ---: | ---: | ---: | ---: | ---: |");
        for (int round = 1; round <= rounds; round++) {
            Run select = select(table, memory, rule);
            Run query = query(table, memory, rule);
            ratios.add(select.seconds() / query.seconds());
            System.out.printf(
                    Locale.ROOT,
                    "| round %d | %.1f | %,d | %.1f | %,d | %.2f |%n",
                    round,
                    select.seconds(),
                    select.mebibytes(),
                    query.seconds(),
                    query.mebibytes(),
                    select.seconds() / query.seconds());
        }
        double[] sorted = ratios.stream().mapToDouble(ratio -> ratio).sorted().toArray();
        System.out.printf(Locale.ROOT, "| median | | | | | %.2f |%n", sorted[sorted.length / 2]);
        System.out.println(
                digest(output("select") + "/selection/*.parquet").equals(digest(output("query") + "/*.parquet"))
                        ? "both selected the same rows"
                        : "the selections DIFFER");
    }

    private Path table(String images) throws IOException, InterruptedException {
        Path table = scratch.resolve("table-" + images);
        run(
                GENERATOR_MEMORY,
                SyntheticPredictions.class,
                images,
                Integer.toString(P),
                Integer.toString(CLASSES),
                table.toString());
        return table;
    }

    private Path output(String name) {
        return scratch.resolve(name);
    }

    private Run select(Path table, String memory, String rule) throws IOException, InterruptedException {
        delete(output("select"));
        return run(
                memory,
                SelectBenchmark.class,
                "select-once",
                table.toString(),
                output("select").toString(),
                rule);
    }

    private Run query(Path table, String memory, String rule) throws IOException, InterruptedException {
        delete(output("query"));
        Files.createDirectories(output("query"));
        // DuckDB's memory is outside the heap.
        return run(
                "512m",
                SelectBenchmark.class,
                "query-once",
                table.toString(),
                output("query").toString(),
                memory.toUpperCase(Locale.ROOT) + "B",
                rule);
    }

    private Run run(String heap, Class<?> main, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx" + heap));
        command.addAll(List.of(System.getProperty("cardinal.spark.jvm.options").split(" ", -1)));
        command.addAll(List.of("-Dspark.local.dir=" + scratch, "-cp", System.getProperty("java.class.path")));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        Path log = scratch.resolve("log");
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        int exitCode = process.waitFor();
        double seconds = (System.nanoTime() - start) / 1e9;
        if (exitCode != 0) {
            throw new IOException(Files.readString(log));
        }
        try (Stream<String> lines = Files.lines(log)) {
            return new Run(
                    seconds,
                    lines.filter(line -> line.startsWith("VmHWM:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                            .max()
                            .orElse(0));
        }
    }

    private static void selectOnce(String table, String output, String rule) throws IOException {
        SelectOptions.Builder options = SelectOptions.builder();
        if (rule.equals("quota")) {
            options.per("camera", OF_A_CAMERA);
        } else if (rule.equals("adaptive")) {
            options.adaptiveScore(ADAPTIVE_SCORE);
        }
        try (SparkSession spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "localhost")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .getOrCreate()) {
            new SelectJob(spark).run(new SelectRequest(List.of(List.of(table)), output, options.build()));
        }
        printMemory();
    }

    private static void queryOnce(String table, String output, String memory, String rule)
            throws SQLException, IOException {
        String candidates =
                "(SELECT path, sha256, camera, p.class_index AS class_index, p.label AS class_label, p.score AS"
                        + " score FROM (SELECT path, sha256, camera, unnest(predictions) AS p FROM read_parquet('"
                        + table
                        + "/*.parquet') WHERE status = 'ok'))";
        if (rule.equals("quota")) {
            candidates = "(SELECT * FROM " + candidates + " QUALIFY row_number() OVER (PARTITION BY class_index, camera"
                    + " ORDER BY score DESC, path) <= " + OF_A_CAMERA + ")";
        } else if (rule.equals("adaptive")) {
            String sure = "(SELECT predictions[1].class_index AS class_index, count(*) AS n FROM read_parquet('" + table
                    + "/*.parquet') WHERE status = 'ok' AND predictions[1].score >= CAST(" + ADAPTIVE_SCORE
                    + " AS FLOAT) GROUP BY 1)";
            candidates =
                    "(SELECT c.* FROM " + candidates + " c LEFT JOIN (SELECT class_index, n / max(n) OVER () AS b FROM "
                            + sure + ") USING (class_index) WHERE score >= CAST(coalesce(" + ADAPTIVE_SCORE
                            + " * b / (2 - b), 0) AS FLOAT))";
        }
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("SET threads = 2");
            statement.execute("SET memory_limit = '" + memory + "'");
            statement.execute("SET temp_directory = '" + output + "/spilt'");
            statement.execute("SET preserve_insertion_order = false");
            statement.execute("COPY (SELECT class_index, class_label, CAST(row_number() OVER (PARTITION BY class_index"
                    + " ORDER BY score DESC, path) AS INTEGER) AS rank, score, path, sha256, CAST(1 AS INTEGER) AS weight"
                    + " FROM " + candidates + " QUALIFY rank <= " + K + ") TO '" + output
                    + "/selection.parquet' (FORMAT parquet)");
        }
        printMemory();
    }

    @SuppressWarnings("SystemOut") // read by the parent process
    private static void printMemory() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            lines.filter(line -> line.startsWith("VmHWM:")).forEach(System.out::println);
        }
    }

    /** Returns a digest of all values of all rows that does not depend on their order. */
    private static String digest(String files) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT count(*) || ' ' || bit_xor(hash(class_index,"
                        + " class_label, rank, score, path, sha256, weight)) FROM read_parquet('" + files + "')")) {
            result.next();
            return result.getString(1);
        }
    }

    private static long bytes(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }
}
