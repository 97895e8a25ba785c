package dev.cardinal.zoo.serving;

/** A batch needs more memory than the device has free; a smaller one may not. */
public final class DeviceMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DeviceMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
