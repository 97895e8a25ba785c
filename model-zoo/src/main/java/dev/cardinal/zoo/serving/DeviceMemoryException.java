package dev.cardinal.zoo.serving;

/** Thrown if a batch needs more memory than the device has free. A smaller batch may succeed. */
public final class DeviceMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DeviceMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
