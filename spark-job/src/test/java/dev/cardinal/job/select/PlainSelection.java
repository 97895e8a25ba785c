package dev.cardinal.job.select;

import static java.util.Objects.requireNonNull;

import dev.cardinal.job.select.TestTable.Image;
import dev.cardinal.job.select.TestTable.Scored;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Reference implementation of the selection for tests, in one thread and in memory. */
final class PlainSelection {
    static final Comparator<String> BYTES =
            (a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    private static final Comparator<Entry> BEST_FIRST =
            Comparator.comparing(Entry::score).reversed().thenComparing(Entry::path, BYTES);

    /** A selected image of a class: a row of {@code selection/}. */
    record Entry(
            int classIndex,
            int rank,
            float score,
            String path,
            @Nullable String sha256,
            int weight) {
        Entry withRank(int value) {
            return new Entry(classIndex, value, score, path, sha256, weight);
        }

        Entry withWeight(int value) {
            return new Entry(classIndex, rank, score, path, sha256, value);
        }
    }

    final List<Entry> selected = new ArrayList<>();
    final Map<Integer, Long> candidates = new TreeMap<>();
    long rows;
    long images;
    long notOk;
    long incomplete;
    long excluded;
    long duplicates;
    long refusedNan;

    /** @param members tables of the teachers; the options decide whether scores are stored or calculated */
    PlainSelection(List<List<Image>> members, SelectOptions options, Set<String> exclude, int topK) {
        List<Image> left = notExcluded(complete(members), exclude);
        if (options.dedupe().equals(SelectOptions.Dedupe.SHA256)) {
            left = withoutDuplicates(left);
        }
        int p = options.strategy() == SelectOptions.Strategy.ARGMAX ? 1 : options.p();
        boolean isStored = members.size() == 1 && options.temperature() == 1 && p <= topK;
        Map<Integer, List<Entry>> byClass = new TreeMap<>();
        for (Image image : left) {
            List<Scored> all =
                    isStored ? requireNonNull(image.predictions()) : fromLogits(image.path(), members, options);
            List<Scored> judged = all.subList(0, Math.min(p, all.size()));
            if (judged.stream().anyMatch(each -> Float.isNaN(each.score()))) {
                refusedNan++;
                continue;
            }
            images++;
            for (Scored each : judged) {
                if (each.score() >= (float) options.minScore()) {
                    byClass.computeIfAbsent(each.classIndex(), any -> new ArrayList<>())
                            .add(new Entry(each.classIndex(), 0, each.score(), image.path(), image.sha256(), 1));
                }
            }
        }
        byClass.forEach((c, entries) -> candidates.put(c, (long) entries.size()));
        List<Entry> first = new ArrayList<>();
        for (List<Entry> entries : byClass.values()) {
            entries.sort(BEST_FIRST);
            for (int e = 0; e < entries.size() && e < options.k(); e++) {
                first.add(entries.get(e).withRank(e + 1));
            }
        }
        if (options.perImage() == SelectOptions.PerImage.BEST_CLASS) {
            first = bestClasses(first);
        }
        selected.addAll(options.balance() == SelectOptions.Balance.REPEAT ? repeated(first, (int) options.k()) : first);
        selected.sort(Comparator.comparing(Entry::classIndex).thenComparing(Entry::rank));
    }

    SelectResult.Counts counts() {
        long all = candidates.values().stream().mapToLong(n -> n).sum();
        return new SelectResult.Counts(
                rows, images, all, selected.size(), refusedNan, duplicates, 0, excluded, 0, incomplete, notOk);
    }

    /** Returns the rows of {@code classes/}. */
    List<SelectResult.ClassSelection> classes(SelectOptions options, List<String> labels) {
        List<SelectResult.ClassSelection> classes = new ArrayList<>();
        for (int c = 0; c < labels.size(); c++) {
            int index = c;
            List<Entry> ofClass =
                    selected.stream().filter(each -> each.classIndex() == index).toList();
            classes.add(new SelectResult.ClassSelection(
                    c,
                    labels.get(c),
                    candidates.getOrDefault(c, 0L),
                    ofClass.size(),
                    ofClass.stream()
                            .map(Entry::score)
                            .min(Comparator.naturalOrder())
                            .orElse(null),
                    options.k() == SelectOptions.ALL ? 0 : options.k() - ofClass.size()));
        }
        return classes;
    }

    private List<Image> complete(List<List<Image>> members) {
        Map<String, List<Image>> byPath = new HashMap<>();
        members.forEach(member -> member.forEach(image ->
                byPath.computeIfAbsent(image.path(), any -> new ArrayList<>()).add(image)));
        List<Image> complete = new ArrayList<>();
        for (List<Image> same : byPath.values()) {
            rows++;
            if (same.stream().noneMatch(Image::isOk)) {
                notOk++;
            } else if (same.size() < members.size()
                    || !same.stream().allMatch(Image::isOk)
                    || hashes(same).size() > 1) {
                incomplete++;
            } else {
                Image first = same.get(0);
                complete.add(
                        hashes(same).stream().findFirst().map(first::withSha256).orElse(first));
            }
        }
        return complete;
    }

    /** An unknown hash does not differ from any other. */
    private static Set<String> hashes(List<Image> images) {
        return images.stream().map(Image::sha256).filter(Objects::nonNull).collect(Collectors.toSet());
    }

    private List<Image> notExcluded(List<Image> all, Set<String> exclude) {
        List<Image> left = all.stream()
                .filter(image -> image.sha256() == null
                        || !exclude.contains(image.sha256().toLowerCase(Locale.ROOT)))
                .toList();
        excluded = (long) all.size() - left.size();
        return left;
    }

    private List<Image> withoutDuplicates(List<Image> all) {
        Set<String> seen = new HashSet<>();
        List<Image> left = all.stream()
                .sorted(Comparator.comparing(Image::path, BYTES))
                .filter(image -> image.sha256() == null || seen.add(image.sha256()))
                .toList();
        duplicates = (long) all.size() - left.size();
        return left;
    }

    /** Calculates the mean of softmax(z / T) by its definition, without protection against overflow. */
    private static List<Scored> fromLogits(String path, List<List<Image>> members, SelectOptions options) {
        List<double[]> probabilities = new ArrayList<>();
        for (List<Image> member : members) {
            Image image = member.stream()
                    .filter(each -> each.path().equals(path))
                    .findFirst()
                    .orElseThrow();
            double[] powers = requireNonNull(image.logits()).stream()
                    .mapToDouble(z -> Math.exp(z / options.temperature()))
                    .toArray();
            double total = Arrays.stream(powers).sum();
            probabilities.add(Arrays.stream(powers).map(each -> each / total).toArray());
        }
        return IntStream.range(0, probabilities.get(0).length)
                .mapToObj(c -> Map.entry(
                        c,
                        probabilities.stream()
                                .mapToDouble(each -> each[c])
                                .average()
                                .orElseThrow()))
                .sorted(Comparator.comparing(Map.Entry<Integer, Double>::getValue)
                        .reversed()
                        .thenComparing(Map.Entry::getKey))
                .map(each -> new Scored(each.getKey(), each.getValue().floatValue()))
                .toList();
    }

    private static List<Entry> bestClasses(List<Entry> entries) {
        Map<String, Entry> best = new HashMap<>();
        Comparator<Entry> better = Comparator.comparing(Entry::rank)
                .thenComparing(Comparator.comparing(Entry::score).reversed())
                .thenComparing(Entry::classIndex);
        for (Entry entry : entries) {
            best.merge(entry.path(), entry, (a, b) -> better.compare(a, b) <= 0 ? a : b);
        }
        return List.copyOf(best.values());
    }

    /** Returns N copies of n images: N / n of each, and one more of the first N mod n. */
    private static List<Entry> repeated(List<Entry> entries, int copies) {
        Map<Integer, List<Entry>> byClass = new HashMap<>();
        entries.forEach(entry -> byClass.computeIfAbsent(entry.classIndex(), any -> new ArrayList<>())
                .add(entry));
        List<Entry> repeated = new ArrayList<>();
        for (List<Entry> ofClass : byClass.values()) {
            ofClass.sort(Comparator.comparing(Entry::rank));
            int[] weights = new int[ofClass.size()];
            for (int copy = 0; copy < copies; copy++) {
                weights[copy % weights.length]++;
            }
            for (int e = 0; e < weights.length; e++) {
                repeated.add(ofClass.get(e).withWeight(weights[e]));
            }
        }
        return repeated;
    }
}
