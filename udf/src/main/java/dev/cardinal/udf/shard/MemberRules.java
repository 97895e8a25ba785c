package dev.cardinal.udf.shard;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which members of an archive are images.
 *
 * @param extensions extensions in lower case, from the first dot of the name, such as {@code jpg} or {@code seg.png}; empty for
 *     every member that is not a companion of an image
 */
record MemberRules(Set<String> extensions) {
    private static final Set<String> ARCHIVES = Set.of("tar", "tgz", "zip", "tar.gz", "tar.bz2", "tar.xz", "tar.zst");

    MemberRules {
        extensions = Set.copyOf(extensions);
    }

    static MemberRules of(List<String> extensions) {
        return new MemberRules(Set.copyOf(extensions.stream()
                .map(each -> each.strip().toLowerCase(Locale.ROOT).replaceFirst("^\\.", ""))
                .distinct()
                .toList()));
    }

    /** Returns whether the user has named the extensions of images. */
    boolean areNamed() {
        return !extensions.isEmpty();
    }

    /** Returns whether a member is an image. */
    boolean isImage(SampleName name) {
        return areNamed() ? extensions.contains(name.extension()) : !name.isSidecar();
    }

    /** Returns whether a member is itself an archive. */
    static boolean isArchive(SampleName name) {
        return ARCHIVES.contains(name.extension());
    }
}
