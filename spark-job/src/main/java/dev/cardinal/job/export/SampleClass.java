package dev.cardinal.job.export;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;

/**
 * A class that selected an image.
 *
 * @param index of the class
 * @param label name of the class
 * @param score of the image for the class
 * @param rank of the image in the class, from 1
 * @param weight of the sample in training
 */
record SampleClass(
        @JsonProperty("class_index") int index,
        @JsonProperty("class_label") String label,
        float score,
        long rank,
        double weight)
        implements Serializable {}
