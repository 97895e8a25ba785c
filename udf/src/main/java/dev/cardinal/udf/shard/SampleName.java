package dev.cardinal.udf.shard;

import java.util.Locale;
import java.util.Set;

/**
 * A member's name, split as in <a href="https://github.com/webdataset/webdataset">WebDataset</a>: the part before the
 * first dot of the base name is the key, which all members of a sample share; the part after it, the extension,
 * distinguishes them.
 *
 * @param path the member's path, without a leading {@code ./}
 * @param key the sample's key, with the directories
 * @param extension in lower case; empty if the base name has no dot
 */
public record SampleName(String path, String key, String extension) {

    /** Extensions that WebDataset's decoders convert to values, and other usual companions of an image. */
    private static final Set<String> SIDECARS = Set.of(
            "txt",
            "text",
            "transcript",
            "cls",
            "cls2",
            "index",
            "inx",
            "id",
            "json",
            "jsn",
            "pyd",
            "pickle",
            "pth",
            "ten",
            "tb",
            "mp",
            "msg",
            "npy",
            "npz",
            "cbor",
            "pkl",
            "pt",
            "yaml",
            "yml",
            "xml",
            "csv",
            "tsv",
            "caption");

    static SampleName of(String member) {
        int from = 0;
        while (member.startsWith("./", from)) {
            from += 2;
        }
        String path = member.substring(from);
        int dot = path.indexOf('.', path.lastIndexOf('/') + 1);
        return dot < 0
                ? new SampleName(path, path, "")
                : new SampleName(
                        path, path.substring(0, dot), path.substring(dot + 1).toLowerCase(Locale.ROOT));
    }

    /** Returns whether a part of the path begins with a dot, other than {@code .} and {@code ..}. */
    boolean isHidden() {
        int from = 0;
        while (from <= path.length()) {
            int slash = path.indexOf('/', from);
            int to = slash < 0 ? path.length() : slash;
            if (path.startsWith(".", from) && !isRelative(path.substring(from, to))) {
                return true;
            }
            from = to + 1;
        }
        return false;
    }

    private static boolean isRelative(String part) {
        return part.equals(".") || part.equals("..");
    }

    /** Returns whether this is a companion of an image and not an image. */
    boolean isSidecar() {
        return isSidecar(extension.substring(extension.lastIndexOf('.') + 1));
    }

    /** Returns whether an extension in lower case is that of a companion of an image. */
    public static boolean isSidecar(String extension) {
        return SIDECARS.contains(extension);
    }
}
