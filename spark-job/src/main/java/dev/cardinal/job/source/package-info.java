/** Sources of images: turns inputs into references to images. */
@NullMarked
package dev.cardinal.job.source;

import org.jspecify.annotations.NullMarked;
