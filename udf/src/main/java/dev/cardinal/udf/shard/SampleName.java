package dev.cardinal.udf.shard;

import java.util.Locale;
import java.util.Set;

/**
 * A member's name as <a href="https://github.com/webdataset/webdataset">WebDataset</a> reads it: what lies before the first dot of the
 * base name is the key that a sample's members share, what follows it tells them apart.
 *
 * @param path the member's path, without {@code ./} before it
 * @param key the sample's key, with the directories
 * @param extension in lower case; empty where the base name has no dot
 */
record SampleName(String path, String key, String extension) {

    /** What WebDataset's decoders make values of, and other usual things beside an image. */
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

    /** Whether a part of the path begins with a dot; {@code .} and {@code ..} are no such parts. */
    boolean hidden() {
        int from = 0;
        while (from <= path.length()) {
            int slash = path.indexOf('/', from);
            int to = slash < 0 ? path.length() : slash;
            if (path.startsWith(".", from) && !isHere(path.substring(from, to))) {
                return true;
            }
            from = to + 1;
        }
        return false;
    }

    private static boolean isHere(String part) {
        return part.equals(".") || part.equals("..");
    }

    /** Whether it lies beside an image and is none. */
    boolean sidecar() {
        return SIDECARS.contains(extension.substring(extension.lastIndexOf('.') + 1));
    }
}
