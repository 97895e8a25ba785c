package dev.cardinal.zoo.naming;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Describes which weights an import takes, what it skips, and what else is in the file. */
final class MappingNotes {
    private static final String COUNTER = "num_batches_tracked";
    private static final int SHOWN = 5;

    private MappingNotes() {}

    /**
     * Returns one line for each note; no line for a plain state dict that has exactly the tensors of the card.
     *
     * @param all all places in the file that may hold the weights
     * @param stateDicts all state dicts of the file
     */
    static List<String> of(
            WeightLocation location,
            Head head,
            Extras extras,
            List<WeightLocation> all,
            Collection<StateDictNames> stateDicts) {
        String place = place(location, head);
        List<String> others = others(location, all, stateDicts);
        boolean onlyCounters =
                extras.skipped().stream().allMatch(name -> Names.last(name).equals(COUNTER));
        if (place.isEmpty() && others.isEmpty() && onlyCounters) {
            return List.of();
        }
        List<String> notes = new ArrayList<>();
        int tensors = location.fitting().size() + (head.bias() == null ? 1 : 2);
        notes.add("weights: " + tensors + " tensors" + place);
        if (!extras.skipped().isEmpty()) {
            notes.add("skipped: " + extras.skipped().size() + " tensors that do not change the logits: "
                    + Extras.summary(extras.skipped()));
        }
        if (!others.isEmpty()) {
            String more = others.size() > SHOWN ? " and " + (others.size() - SHOWN) + " more" : "";
            notes.add("also in the file: "
                    + String.join(", ", others.stream().limit(SHOWN).toList()) + more);
        }
        return List.copyOf(notes);
    }

    /** Returns where the weights are and how they are named; empty if torchvision saves them the same way. */
    private static String place(WeightLocation location, Head head) {
        StringBuilder place = new StringBuilder();
        if (!location.names().key().isEmpty()) {
            place.append(" of '").append(location.names().key()).append('\'');
        }
        if (!location.prefix().isEmpty()) {
            place.append(", prefix ").append(location.prefix());
        }
        if (!location.scheme().equals(NamingScheme.all().get(0))) {
            place.append(", named as in ").append(location.scheme().title());
        }
        if (!head.weight().equals(location.prefix() + Head.WEIGHT)) {
            place.append(", last layer ").append(Names.layer(head.weight()));
        }
        if (head.bias() == null) {
            place.append(", no bias in the last layer (0 is used)");
        }
        return place.toString();
    }

    /** Returns what else is in the file: first the weights that fit as well, then the keys of other state dicts. */
    private static List<String> others(
            WeightLocation location, List<WeightLocation> all, Collection<StateDictNames> stateDicts) {
        Set<String> paths = new LinkedHashSet<>();
        Set<String> others = new LinkedHashSet<>();
        all.stream()
                .filter(WeightLocation::isComplete)
                .filter(other -> !other.path().equals(location.path()))
                .filter(other -> paths.add(other.path()))
                .forEach(other ->
                        others.add("weights that fit as well (--state " + StateChoice.shown(other.path()) + ")"));
        stateDicts.stream()
                .filter(names -> names != location.names())
                .filter(names -> paths.stream().noneMatch(path -> (path + ".").startsWith(names.key() + ".")))
                .map(names -> Names.first(names.key()))
                .filter(key -> !key.isEmpty()
                        && !key.equals(Names.first(location.names().key())))
                .forEach(others::add);
        return List.copyOf(others);
    }
}
