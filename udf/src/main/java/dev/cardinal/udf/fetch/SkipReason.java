package dev.cardinal.udf.fetch;

/** Why a file, directory or member of an archive is not a row. */
public enum SkipReason {
    /** Its name begins with a dot. */
    HIDDEN("hidden: the name begins with a dot"),
    /** Another program's bookkeeping. */
    MARKER("marker files of other programs, such as _SUCCESS, *.crc or Thumbs.db"),
    /** It has the name of an image next to it. */
    SIDECAR("sidecars: text or metadata with the name of an image next to it; --sidecars read makes them rows"),
    /** It describes the images around it. */
    METADATA("metadata of a data set, such as metadata.jsonl or img2dataset's tables; name a list itself to use it"),
    /** A named pipe, socket or device. */
    SPECIAL("not regular files: named pipes, sockets, devices"),
    /** A broken link, a link to a directory that was listed before, or a link in an archive that does not lead to an image. */
    LINK("links that lead nowhere, or back"),
    /** Its name cannot be read in the character encoding of this machine. */
    NOT_UTF8("names that are not UTF-8: rename them"),
    /** A filter excludes it. */
    NOT_INCLUDED("files that --include does not match"),
    /** A member of an archive that is not an image of its sample. */
    MEMBER("members whose extension is not an image's, such as 0001.seg.png next to 0001.jpg;"
            + " --member-extensions chooses"),
    /** A directory, a named pipe or a device in an archive. */
    SPECIAL_MEMBER("members that are not files");

    private final String description;

    SkipReason(String description) {
        this.description = description;
    }

    /** Returns what the skipped entries are, for messages. */
    public String description() {
        return description;
    }
}
