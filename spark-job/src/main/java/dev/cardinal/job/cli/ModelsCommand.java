package dev.cardinal.job.cli;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.zoo.Catalogue;
import dev.cardinal.zoo.ModelCard;
import dev.cardinal.zoo.ModelSource;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code models}: lists the catalogue. */
@CommandLine.Command(name = "models", description = "Lists the models that Cardinal knows.", sortOptions = false)
final class ModelsCommand extends CommonOptions implements Command {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private enum Format {
        TABLE,
        JSON
    }

    @Option(names = "--format", paramLabel = "table|json", description = "How to print them [table].")
    private Format format = Format.TABLE;

    /** One model as it is printed. */
    private record Entry(
            String id,
            List<String> aliases,
            String architecture,
            long params,
            long macs,
            @Nullable Double top1,
            @Nullable Double top5,
            @Nullable String note,
            @Nullable String licence,
            @Nullable String file,
            @Nullable String url) {

        static Entry of(ModelCard card) {
            ModelSource source = card.source();
            ModelSource.Published published = source.published();
            return new Entry(
                    card.id(),
                    card.aliases(),
                    card.architecture().title(),
                    card.architecture().parameters(),
                    card.macs(),
                    published == null ? null : published.top1(),
                    published == null ? null : published.top5(),
                    published == null ? null : published.note(),
                    source.licence(),
                    source.file(),
                    source.url());
        }
    }

    @Override
    public List<String> problems() {
        return List.of();
    }

    @Override
    public int run(Console console) throws Exception {
        List<Entry> entries = Catalogue.cards().stream().map(Entry::of).toList();
        if (format == Format.JSON) {
            console.out().println(MAPPER.writeValueAsString(entries));
        } else {
            print(entries, console.out());
        }
        return ExitCode.DONE;
    }

    private static void print(List<Entry> entries, PrintStream out) {
        TextTable table =
                new TextTable("id", "architecture", ">params", ">MACs", ">top-1", ">top-5", "licence", "file", "url");
        List<String> notes = new ArrayList<>();
        for (Entry entry : entries) {
            String mark = "";
            if (entry.note() != null) {
                notes.add("(" + (notes.size() + 1) + ") " + entry.id() + ": " + entry.note());
                mark = " (" + notes.size() + ")";
            }
            table.row(
                    entry.id(),
                    entry.architecture(),
                    grouped(entry.params()),
                    grouped(entry.macs()),
                    percent(entry.top1()) + mark,
                    percent(entry.top5()),
                    text(entry.licence()),
                    text(entry.file()),
                    text(entry.url()));
        }
        table.print(out);
        out.println("params and MACs are counted from the architecture (convolutions and last layer, one image);"
                + " top-1 and top-5 in percent, as published.");
        notes.forEach(out::println);
    }

    private static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String percent(@Nullable Double share) {
        return share == null ? "-" : Double.toString(share);
    }

    private static String text(@Nullable String value) {
        return value == null ? "-" : value;
    }
}
