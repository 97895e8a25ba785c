package dev.cardinal.job.cli;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.octet_length;

import dev.cardinal.job.common.Messages;
import dev.cardinal.udf.CardinalExtensions;
import dev.cardinal.zoo.CardinalException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code sql}: queries predictions, and classifies images with {@code classify}. */
@CommandLine.Command(
        name = "sql",
        description =
                "Runs Spark SQL statements and prints their results. Tables are parquet.`DIR` and binaryFile.`DIR`; with"
                        + " --model, classify(image [, k]) classifies images.",
        sortOptions = false)
final class SqlCommand extends CommonOptions implements Command {
    private static final String EXTENSIONS = "spark.sql.extensions";

    @Option(
            names = "--query",
            required = true,
            paramLabel = "SQL",
            description = "A statement. Repeat the option for more statements; they run in this order.")
    private List<String> queries = List.of();

    @Option(names = "--model", paramLabel = "DIR", description = "Model bundle for classify.")
    private @Nullable String model;

    @Option(names = "--rows", paramLabel = "N", description = "Rows printed of a result, at most [100].")
    private int rows = 100;

    @Override
    public List<String> problems() {
        return rows < 1 ? List.of("--rows must be at least 1, not " + rows) : List.of();
    }

    @Override
    public int run(Console console) throws Exception {
        try (SparkSession spark = SparkSessions.session("sql", settings())) {
            for (String query : queries) {
                print(spark.sql(query), console.out());
            }
            return ExitCode.DONE;
        } catch (Exception e) {
            if (e instanceof AnalysisException wrong) {
                throw CardinalException.usage(Messages.firstLine(wrong.getMessage()));
            }
            throw e;
        }
    }

    private SparkConf settings() {
        SparkConf settings = SparkSessions.settings();
        String others = settings.get(EXTENSIONS, "").strip();
        String own = CardinalExtensions.class.getName();
        if (!List.of(others.split("\\s*,\\s*", -1)).contains(own)) {
            settings.set(EXTENSIONS, others.isEmpty() ? own : others + "," + own);
        }
        return model == null ? settings : settings.set("spark.cardinal.model", model);
    }

    private void print(Dataset<Row> result, PrintStream out) {
        StructField[] fields = result.schema().fields();
        if (fields.length == 0) { // the statement is not a query
            return;
        }
        String[] places =
                IntStream.range(0, fields.length).mapToObj(Integer::toString).toArray(String[]::new);
        Column[] texts = IntStream.range(0, fields.length)
                .mapToObj(c -> text(col(places[c]), fields[c]))
                .toArray(Column[]::new);
        List<Row> first = result.toDF(places).select(texts).takeAsList(rows + 1);
        TextTable table = new TextTable(Stream.of(fields)
                .map(field -> (field.dataType() instanceof NumericType ? ">" : "") + field.name())
                .toArray(String[]::new));
        first.stream()
                .limit(rows)
                .forEach(row -> table.row(IntStream.range(0, fields.length)
                        .mapToObj(row::getString)
                        .toArray(String[]::new)));
        table.print(out);
        if (first.size() > rows) {
            out.printf(Locale.ROOT, "... the result has more than these %,d rows; raise --rows%n", rows);
        }
    }

    private static Column text(Column value, StructField field) {
        Column text = field.dataType().equals(DataTypes.BinaryType)
                ? concat(octet_length(value), lit(" bytes"))
                : value.cast(DataTypes.StringType);
        return coalesce(text, lit("NULL"));
    }
}
