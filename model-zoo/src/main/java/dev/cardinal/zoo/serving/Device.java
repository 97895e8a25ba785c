package dev.cardinal.zoo.serving;

import java.util.Locale;

/**
 * What a session computes on.
 *
 * @param kind CPU or GPU
 * @param index which GPU of the machine, in the order of the PCI bus; 0 for the CPU
 */
public record Device(Kind kind, int index) {

    /** A kind of device. */
    public enum Kind {
        CPU,
        GPU
    }

    /** All of the machine's CPU that the process may use. */
    public static final Device CPU = new Device(Kind.CPU, 0);

    public Device {
        if (index < 0 || (kind == Kind.CPU && index > 0)) {
            throw new IllegalArgumentException("no device: " + kind + " " + index);
        }
    }

    /** One GPU. */
    public static Device gpu(int index) {
        return new Device(Kind.GPU, index);
    }

    @Override
    public String toString() {
        return kind == Kind.CPU ? "cpu" : kind.name().toLowerCase(Locale.ROOT) + ":" + index;
    }
}
