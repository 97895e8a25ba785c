package dev.cardinal.job.doctor;

/**
 * A model, as its files say.
 *
 * @param id its {@code <card id>@<fingerprint>}
 * @param fingerprint identity of the model, 64 lower-case hex digits
 * @param title its architecture, or what is known of it
 * @param classes that it tells apart
 * @param bytes of its files
 */
public record ModelSummary(String id, String fingerprint, String title, int classes, long bytes) {}
