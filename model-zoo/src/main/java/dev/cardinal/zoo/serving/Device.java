package dev.cardinal.zoo.serving;

import java.util.Locale;

/**
 * The device of a session.
 *
 * @param kind CPU or GPU
 * @param index index of the GPU in PCI bus order; 0 for the CPU
 */
public record Device(Kind kind, int index) {

    /** The kind of a device. */
    public enum Kind {
        CPU,
        GPU
    }

    /** All CPUs that the process may use. */
    public static final Device CPU = new Device(Kind.CPU, 0);

    public Device {
        if (index < 0 || (kind == Kind.CPU && index > 0)) {
            throw new IllegalArgumentException("invalid device: " + kind + " " + index);
        }
    }

    /** Returns one GPU of the machine. */
    public static Device gpu(int index) {
        return new Device(Kind.GPU, index);
    }

    @Override
    public String toString() {
        return kind == Kind.CPU ? "cpu" : kind.name().toLowerCase(Locale.ROOT) + ":" + index;
    }
}
