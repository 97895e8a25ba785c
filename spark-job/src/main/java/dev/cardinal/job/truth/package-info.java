/** True classes of images, from the predictions table or from a file, matched with the classes of a model. */
@NullMarked
package dev.cardinal.job.truth;

import org.jspecify.annotations.NullMarked;
