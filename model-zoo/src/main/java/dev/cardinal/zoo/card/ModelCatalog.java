package dev.cardinal.zoo.card;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** The catalog of the cards that are included in Cardinal. Thread-safe. */
public final class ModelCatalog {
    private static final int NEAREST_SHOWN = 3;
    private static final int AMBIGUOUS_SHOWN = 3;
    private static final Pattern HUB = Pattern.compile("^(hf[-_]hub:)?timm/");

    private static final Pattern TAG = Pattern.compile("([a-z0-9_]+)\\.[a-z0-9_]+");

    private final List<ModelCard> cards;
    private final Map<String, ModelCard> byName = new LinkedHashMap<>();
    private final Map<String, Set<ModelCard>> byArchitecture = new LinkedHashMap<>();

    /** @throws IllegalStateException if two cards have the same id or alias */
    ModelCatalog(List<ModelCard> cards) {
        this.cards = List.copyOf(cards);
        for (ModelCard card : cards) {
            names(card).forEach(name -> {
                ModelCard other = byName.putIfAbsent(key(name), card);
                if (other != null) {
                    throw new IllegalStateException(
                            "two cards have the name '" + name + "': " + other.id() + " and " + card.id());
                }
                Matcher tag = TAG.matcher(name);
                if (tag.matches()) {
                    byArchitecture
                            .computeIfAbsent(tag.group(1), key -> new LinkedHashSet<>())
                            .add(card);
                }
            });
        }
    }

    /** Loads the cards once, at the first use; class initialization makes this thread-safe. */
    private static final class EmbeddedCards {
        private static final ModelCatalog INSTANCE = load();
    }

    /** Loads the publications once, at the first use; class initialization makes this thread-safe. */
    private static final class Publications {
        private static final Map<String, Publication> BY_ID = load();

        private static Map<String, Publication> load() {
            try (InputStream in = resource("/dev/cardinal/zoo/publications.json")) {
                return CardJson.readPublications(in);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Returns what is published about a card of the catalog, with the sources; empty if nothing is known. */
    public static Optional<Publication> publication(ModelCard card) {
        return Optional.ofNullable(Publications.BY_ID.get(card.id()));
    }

    /** Returns all cards; the demo model is the first. */
    public static List<ModelCard> cards() {
        return EmbeddedCards.INSTANCE.cards;
    }

    /**
     * Returns the card with this id or alias, in upper or lower case. A name on the Hugging Face Hub is an alias with
     * {@code timm/} in front of it. The part of timm's tags before the dot, which torchvision uses too, is a name if
     * only one card has it.
     *
     * @throws CardinalException with the most similar ids if there is no such card, or with the ids of all cards that the
     *     name can mean
     */
    public static ModelCard find(String idOrAlias) {
        return EmbeddedCards.INSTANCE.card(idOrAlias);
    }

    /**
     * Returns the cards of an architecture by its name in timm and torchvision, such as {@code seresnext50_32x4d}; empty if
     * the catalog has none.
     */
    static List<ModelCard> withArchitecture(String name) {
        ModelCatalog catalog = EmbeddedCards.INSTANCE;
        List<ModelCard> found = new ArrayList<>();
        Optional.ofNullable(catalog.byName.get(key(name))).ifPresent(found::add);
        found.addAll(catalog.byArchitecture.getOrDefault(key(name), Set.of()));
        return found;
    }

    ModelCard card(String idOrAlias) {
        ModelCard card = byName.get(key(idOrAlias));
        Set<ModelCard> possible = byArchitecture.getOrDefault(key(idOrAlias), Set.of());
        if (card == null && possible.size() == 1) {
            return possible.iterator().next();
        }
        if (card == null && possible.size() > 1) {
            String more =
                    possible.size() > AMBIGUOUS_SHOWN ? " and " + (possible.size() - AMBIGUOUS_SHOWN) + " more" : "";
            throw CardinalException.card("card '" + idOrAlias + "' can mean several cards: "
                    + possible.stream()
                            .limit(AMBIGUOUS_SHOWN)
                            .map(ModelCard::id)
                            .collect(Collectors.joining(possible.size() == 2 ? " and " : ", "))
                    + more + "; give the id of one of them. The command 'models' lists all cards");
        }
        if (card == null) {
            throw CardinalException.card("card '" + idOrAlias + "' is not in the catalog; similar ids: "
                    + String.join(", ", nearest(idOrAlias)) + ". The command 'models' lists all cards");
        }
        return card;
    }

    private List<String> nearest(String name) {
        return cards.stream()
                .sorted(Comparator.<ModelCard>comparingDouble(card -> distance(name, names(card)))
                        .thenComparing(card -> distance(name, Stream.of(card.id()))))
                .limit(NEAREST_SHOWN)
                .map(ModelCard::id)
                .toList();
    }

    /**
     * Compares letters and digits only, with the beginning of a known name first, because people shorten names: for
     * {@code resnext_50}, {@code resnext50_32x4d} is nearer than {@code resnet50}.
     */
    private static double distance(String name, Stream<String> knownNames) {
        LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
        String typed = letters(name);
        return knownNames
                .map(ModelCatalog::letters)
                .mapToDouble(known -> {
                    String beginning = known.substring(0, Math.min(known.length(), typed.length()));
                    double rest = known.length() > beginning.length() ? 0.5 : 0;
                    return Math.min(distance.apply(typed, beginning) + rest, distance.apply(typed, known));
                })
                .min()
                .orElseThrow();
    }

    private static String letters(String name) {
        return key(name).replaceAll("[^a-z0-9]", "");
    }

    private static String key(String name) {
        return HUB.matcher(name.toLowerCase(Locale.ROOT)).replaceFirst("");
    }

    private static Stream<String> names(ModelCard card) {
        return Stream.concat(Stream.of(card.id()), card.aliases().stream());
    }

    private static ModelCatalog load() {
        try (InputStream in = resource("/dev/cardinal/zoo/cards/index.txt")) {
            return new ModelCatalog(new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(ModelCatalog::embedded)
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ModelCard embedded(String id) {
        String name = "/dev/cardinal/zoo/cards/" + id + ".json";
        try (InputStream in = resource(name)) {
            return CardJson.read(name, in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream resource(String name) {
        InputStream in = ModelCatalog.class.getResourceAsStream(name);
        if (in == null) {
            throw new IllegalStateException("resource " + name + " is missing");
        }
        return in;
    }
}
