package dev.cardinal.job.cli;

import dev.cardinal.job.common.Format;
import dev.cardinal.job.common.JsonMappers;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.ModelCatalog;
import dev.cardinal.zoo.card.ModelSource;
import dev.cardinal.zoo.card.Publication;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code models}: lists the catalog, or prints what is published about one of its models. */
@CommandLine.Command(name = "models", description = "Lists the models that Cardinal knows.", sortOptions = false)
final class ModelsCommand extends CommonOptions implements Command {
    private enum ListFormat {
        TABLE,
        JSON
    }

    private enum LicenseFilter {
        ANY,
        COMMERCIAL
    }

    /** Test sets other than ImageNet's validation set, with their columns in the table. */
    private static final Map<String, String> TEST_SETS = testSets();

    /** Orders of the list; those by accuracy begin with the best, and models without a figure are last. */
    private enum ModelOrder {
        CATALOG,
        ID,
        PARAMS,
        MACS,
        TOP1,
        REAL,
        V2,
        SKETCH,
        A,
        R;

        List<ModelEntry> sorted(List<ModelEntry> entries) {
            return switch (this) {
                case CATALOG -> entries;
                case ID -> by(Comparator.comparing(ModelEntry::id), entries);
                case PARAMS -> by(Comparator.comparingLong(ModelEntry::params), entries);
                case MACS -> by(Comparator.comparingLong(ModelEntry::macs), entries);
                case TOP1 -> best(ModelEntry::top1, entries);
                case REAL -> best(entry -> entry.testSets().get("ImageNet ReaL"), entries);
                case V2 -> best(entry -> entry.testSets().get("ImageNet-V2"), entries);
                case SKETCH -> best(entry -> entry.testSets().get("ImageNet-Sketch"), entries);
                case A -> best(entry -> entry.testSets().get("ImageNet-A"), entries);
                case R -> best(entry -> entry.testSets().get("ImageNet-R"), entries);
            };
        }

        private static List<ModelEntry> best(
                Function<ModelEntry, @Nullable Double> accuracy, List<ModelEntry> entries) {
            return by(
                    Comparator.comparingDouble(entry -> {
                        Double top1 = accuracy.apply(entry);
                        return top1 == null ? Double.POSITIVE_INFINITY : -top1;
                    }),
                    entries);
        }

        private static List<ModelEntry> by(Comparator<ModelEntry> order, List<ModelEntry> entries) {
            return entries.stream().sorted(order).toList();
        }
    }

    @Option(
            names = "--card",
            paramLabel = "ID",
            description = "Print everything that is published about this model, named by its id or an alias.")
    private @Nullable String card;

    @Option(
            names = "--sort",
            paramLabel = "ORDER",
            description =
                    "Order of the list: catalog, id, params, macs, or the best first by top1, real, v2, sketch, a or r [catalog].")
    private ModelOrder sort = ModelOrder.CATALOG;

    @Option(
            names = "--license",
            paramLabel = "any|commercial",
            description = "List only models whose license is known to permit commercial use [any].")
    private LicenseFilter license = LicenseFilter.ANY;

    @Option(
            names = "--min-top1",
            paramLabel = "PERCENT",
            description = "List only models with at least this published top-1 accuracy on ImageNet.")
    private @Nullable Double minTop1;

    @Option(names = "--format", paramLabel = "table|json", description = "How to print the list [table].")
    private ListFormat format = ListFormat.TABLE;

    /** A model in the output; the component names are the names in the JSON. */
    private record ModelEntry(
            String id,
            List<String> aliases,
            String architecture,
            long params,
            long macs,
            @Nullable Double top1,
            @Nullable Double top5,
            Map<String, Double> testSets,
            @Nullable String note,
            @Nullable String licence,
            @Nullable String file,
            @Nullable String url) {

        static ModelEntry of(ModelCard card) {
            ModelSource source = card.source();
            ModelSource.Published published = source.published();
            Map<String, Double> testSets = new LinkedHashMap<>();
            ModelCatalog.publication(card).map(Publication::accuracies).orElse(List.of()).stream()
                    .filter(accuracy -> TEST_SETS.containsKey(accuracy.dataSet()))
                    .forEach(accuracy -> testSets.putIfAbsent(accuracy.dataSet(), accuracy.top1()));
            return new ModelEntry(
                    card.id(),
                    card.aliases(),
                    card.architecture().title(),
                    card.architecture().parameters(),
                    card.macs(),
                    published == null ? null : published.top1(),
                    published == null ? null : published.top5(),
                    testSets,
                    published == null ? null : published.note(),
                    source.license(),
                    source.file(),
                    source.url());
        }
    }

    private static Map<String, String> testSets() {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("ImageNet ReaL", ">ReaL");
        columns.put("ImageNet-V2", ">V2");
        columns.put("ImageNet-Sketch", ">Sketch");
        columns.put("ImageNet-A", ">A");
        columns.put("ImageNet-R", ">R");
        return columns;
    }

    @Override
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (card != null && (sort != ModelOrder.CATALOG || license != LicenseFilter.ANY || minTop1 != null)) {
            problems.add("--sort, --license and --min-top1 choose from the list: leave them out, or leave out --card");
        }
        if (minTop1 != null && !(minTop1 >= 0 && minTop1 <= 100)) {
            problems.add("--min-top1 must be a percentage from 0 to 100, not " + minTop1);
        }
        return problems;
    }

    @Override
    public int run(Console console) throws Exception {
        if (card != null) {
            PublishedCard one = new PublishedCard(ModelCatalog.find(card));
            console.out().print(format == ListFormat.JSON ? one.json() : one.text());
            return ExitCode.DONE;
        }
        List<ModelEntry> entries = sort.sorted(ModelCatalog.cards().stream()
                .filter(model -> license == LicenseFilter.ANY || model.source().permitsCommercialUse())
                .map(ModelEntry::of)
                .filter(entry -> minTop1 == null || (entry.top1() != null && entry.top1() >= minTop1))
                .toList());
        if (format == ListFormat.JSON) {
            console.out().println(JsonMappers.RECORDS.writeValueAsString(entries));
        } else {
            print(entries, console.out());
        }
        return ExitCode.DONE;
    }

    private static void print(List<ModelEntry> entries, PrintStream out) {
        List<String> headings = new ArrayList<>(List.of("id", "architecture", ">params", ">MACs", ">top-1", ">top-5"));
        headings.addAll(TEST_SETS.values());
        headings.addAll(List.of("license", "file", "url"));
        TextTable table = new TextTable(headings.toArray(String[]::new));
        List<String> notes = new ArrayList<>();
        for (ModelEntry entry : entries) {
            String mark = "";
            if (entry.note() != null) {
                if (!notes.contains(entry.note())) {
                    notes.add(entry.note());
                }
                mark = " (" + (notes.indexOf(entry.note()) + 1) + ")";
            }
            List<String> row = new ArrayList<>(List.of(
                    entry.id(),
                    entry.architecture(),
                    Format.count(entry.params()),
                    Format.count(entry.macs()),
                    percent(entry.top1()) + mark,
                    percent(entry.top5())));
            TEST_SETS
                    .keySet()
                    .forEach(testSet -> row.add(percent(entry.testSets().get(testSet))));
            row.addAll(List.of(text(entry.licence()), text(entry.file()), text(entry.url())));
            table.row(row.toArray(String[]::new));
        }
        table.print(out);
        out.println("params and MACs are counted from the architecture (convolutions and last layer, one image);"
                + " top-1 and top-5 in percent, as published. ReaL, V2, Sketch, A and R are top-1 on these variants of"
                + " ImageNet. 'models --card ID' prints the sources.");
        for (int i = 0; i < notes.size(); i++) {
            out.println("(" + (i + 1) + ") " + notes.get(i));
        }
    }

    private static String percent(@Nullable Double share) {
        return share == null ? "-" : Double.toString(share);
    }

    private static String text(@Nullable String value) {
        return value == null ? "-" : value;
    }
}
