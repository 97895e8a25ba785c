package dev.cardinal.job.label;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Chooses the files of a table that are rewritten together: those less than half as large as they may be. Stateless. */
final class CompactionPlan {
    private CompactionPlan() {}

    /**
     * Returns the groups of files that become one file each, in the order in which the files were written.
     *
     * @param files files of the table, by name
     */
    static List<List<String>> of(Map<String, TableFiles.TableFile> files) {
        List<Map.Entry<String, TableFiles.TableFile>> small = files.entrySet().stream()
                .filter(file -> isSmall(file.getValue()))
                .sorted(Comparator.comparingLong((Map.Entry<String, TableFiles.TableFile> file) ->
                                file.getValue().modified())
                        .thenComparing(Map.Entry.comparingByKey()))
                .toList();
        List<List<String>> groups = new ArrayList<>();
        List<String> group = new ArrayList<>();
        long rows = 0;
        long bytes = 0;
        for (Map.Entry<String, TableFiles.TableFile> file : small) {
            TableFiles.TableFile entry = file.getValue();
            if (rows + entry.rows() > FileSize.MAX_ROWS || bytes + entry.bytes() > FileSize.MAX_BYTES) {
                groups.add(List.copyOf(group));
                group.clear();
                rows = 0;
                bytes = 0;
            }
            group.add(file.getKey());
            rows += entry.rows();
            bytes += entry.bytes();
        }
        groups.add(List.copyOf(group));
        groups.removeIf(each -> each.size() < 2);
        return groups;
    }

    private static boolean isSmall(TableFiles.TableFile entry) {
        return entry.rows() < FileSize.MAX_ROWS / 2 && entry.bytes() < FileSize.MAX_BYTES / 2;
    }
}
