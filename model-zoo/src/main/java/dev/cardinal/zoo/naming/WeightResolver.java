package dev.cardinal.zoo.naming;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.Architecture;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.checkpoint.Checkpoint;
import dev.cardinal.zoo.checkpoint.TensorInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the weights of a card in a checkpoint: the state dict, the names of the framework that trained it, the prefix of
 * its modules, and the last layer.
 *
 * <p>The first state dict whose tensors fit is used, averaged weights before plain ones. Immutable.
 */
public final class WeightResolver {
    private final ModelCard card;
    private final Path file;
    private final int expectedClasses;
    private final List<StateDictNames> stateDicts;
    private final List<WeightLocation> all;
    private final List<WeightLocation> chosen;

    private WeightResolver(
            ModelCard card, Path file, StateChoice choice, int expectedClasses, List<StateDictNames> stateDicts) {
        this.card = card;
        this.file = file;
        this.expectedClasses = expectedClasses;
        this.all = WeightSearch.all(card.architecture(), stateDicts);
        this.stateDicts = choice.stateDicts(stateDicts, all, file);
        this.chosen = choice.locations(all);
    }

    /**
     * Finds the weights of a card.
     *
     * @param file name of the checkpoint in messages
     * @param state path of the state dict to use, or null for the first that fits
     * @param expectedClasses number of classes that have names, to choose between several layers
     * @throws CardinalException with the differences and their reason if no state dict fits, or its last layer is not one
     *     linear layer
     */
    public static WeightMapping resolve(
            ModelCard card, Checkpoint checkpoint, Path file, @Nullable String state, int expectedClasses) {
        return resolve(card, checkpoint.stateDicts(), checkpoint.unreadable(), file, state, expectedClasses);
    }

    static WeightMapping resolve(
            ModelCard card,
            Map<String, Map<String, TensorInfo>> stateDicts,
            Map<String, Map<String, String>> unreadable,
            Path file,
            @Nullable String state,
            int expectedClasses) {
        List<StateDictNames> names = stateDicts.entrySet().stream()
                .map(entry -> StateDictNames.of(
                        entry.getKey(), entry.getValue(), unreadable.getOrDefault(entry.getKey(), Map.of())))
                .toList();
        StateChoice choice = new StateChoice(state);
        Attempt attempt = new WeightResolver(card, file, choice, expectedClasses, names).attempt();
        WeightMapping mapping = attempt.mapping;
        List<StateDictNames> parts =
                names.stream().filter(dict -> !ModelFamily.isOptimizer(dict)).toList();
        if (mapping == null && attempt.isIncomplete && state == null && parts.size() > 1) {
            List<StateDictNames> merged = List.of(StateDictNames.merged(parts));
            mapping = new WeightResolver(card, file, choice, expectedClasses, merged).attempt().mapping;
        }
        if (mapping == null) {
            throw attempt.error == null ? new IllegalStateException("neither weights nor an error") : attempt.error;
        }
        return mapping;
    }

    /**
     * The result of the search in some state dicts.
     *
     * @param mapping the weights, or null if they were not found
     * @param error why they were not found, or null
     * @param isIncomplete whether something is missing that may be in another state dict
     */
    private record Attempt(
            @Nullable WeightMapping mapping, @Nullable CardinalException error, boolean isIncomplete) {}

    private Attempt attempt() {
        List<WeightLocation> complete = chosen.stream()
                .filter(WeightLocation::isComplete)
                .sorted(WeightLocation.byPreference())
                .toList();
        CardinalException refusal = null;
        boolean incomplete = complete.isEmpty();
        for (WeightLocation location : complete) {
            Surroundings surroundings = surroundings(location);
            HeadSearch search = head(surroundings);
            Head head = search.head();
            if (head == null) {
                incomplete |= search.isAbsent();
                refusal = refusal == null ? headProblem(location, surroundings, search) : refusal;
                continue;
            }
            Extras extras = Extras.of(surroundings, head);
            if (extras.inNetwork().isEmpty()) {
                return new Attempt(mapping(location, head, extras), null, false);
            }
            refusal = refusal == null ? mismatch().error(location, search, extras.inNetwork()) : refusal;
        }
        return new Attempt(null, refusal == null ? bestMismatch() : refusal, incomplete);
    }

    private Surroundings surroundings(WeightLocation location) {
        return Surroundings.of(
                location,
                all.stream().filter(other -> other.names() == location.names()).toList());
    }

    private HeadSearch head(Surroundings surroundings) {
        return HeadSearch.of(surroundings, card.architecture().features(), expectedClasses);
    }

    private Mismatch mismatch() {
        return new Mismatch(card, file, chosen, stateDicts);
    }

    /** Returns the error about the last layer of a complete network, unless the network itself is another one. */
    private CardinalException headProblem(WeightLocation location, Surroundings surroundings, HeadSearch search) {
        List<String> unexpected = unexpected(surroundings, search);
        if (!unexpected.isEmpty()) {
            return mismatch().error(location, search, unexpected);
        }
        String kind = ModelFamily.sentence(stateDicts)
                .map(sentence -> " (" + sentence + ")")
                .orElse("");
        return CardinalException.checkpoint("checkpoint " + file + " has the layers of card " + card.id() + ", but "
                + Names.printable(search.problem()) + kind);
    }

    private CardinalException bestMismatch() {
        WeightLocation best = chosen.isEmpty() ? nothing() : chosen.get(0);
        Surroundings surroundings = surroundings(best);
        HeadSearch search = head(surroundings);
        return mismatch().error(best, search, unexpected(surroundings, search));
    }

    /** Returns the tensors inside the network that the card does not have, with or without its last layer. */
    private static List<String> unexpected(Surroundings surroundings, HeadSearch search) {
        Head head = search.head();
        return head != null
                ? Extras.of(surroundings, head).inNetwork()
                : Extras.of(surroundings, Head.NONE).inNetwork().stream()
                        .filter(surroundings::isInNetwork)
                        .toList();
    }

    /** Returns the largest state dict as it is, if no name in it is known. */
    private WeightLocation nothing() {
        StateDictNames largest = stateDicts.stream()
                .max(Comparator.comparingInt(names -> names.tensors().size()))
                .orElseThrow();
        return WeightLocation.of(
                card.architecture(), largest, NamingScheme.all().get(0), "");
    }

    private WeightMapping mapping(WeightLocation location, Head head, Extras extras) {
        Architecture architecture = card.architecture();
        StateDictNames names = location.names();
        List<String> warnings = new ArrayList<>();
        if (!extras.layers().isEmpty()) {
            warnings.add("checkpoint " + file + " has " + extras.layers().size()
                    + " tensors of layers that card " + card.id() + " does not have: " + Extras.summary(extras.layers())
                    + "; if the model needs them for its logits, the import is wrong: compare it with --verify");
        }
        TensorInfo last = names.get(head.weight());
        return new WeightMapping(
                WeightMapping.sources(architecture, location, head),
                head.classes(),
                names.storedName(head.weight()) + " " + (last == null ? "" : last.shape()),
                MappingNotes.of(location, head, extras, all, stateDicts),
                warnings);
    }
}
