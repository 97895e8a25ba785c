package dev.cardinal.udf.shard;

import dev.cardinal.udf.image.Status;
import java.io.IOException;

/** What a shard holds is broken at the place that is being read. */
final class DamageException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Status status;

    DamageException(String reason) {
        this(Status.UNDECODABLE, reason);
    }

    DamageException(Status status, String reason) {
        super(reason);
        this.status = status;
    }

    /** Status of the row that tells of it. */
    Status status() {
        return status;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
