package dev.cardinal.udf.shard;

import dev.cardinal.udf.image.Status;
import java.io.IOException;

/** A shard is corrupt at the position that is being read. */
final class CorruptShardException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Status status;

    CorruptShardException(String reason) {
        this(Status.UNDECODABLE, reason);
    }

    CorruptShardException(Status status, String reason) {
        super(reason);
        this.status = status;
    }

    /** Returns the status of the row that reports it. */
    Status status() {
        return status;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
