/** Reads reference images and logits from NumPy's {@code .npz} files. */
@NullMarked
package dev.cardinal.zoo.npz;

import org.jspecify.annotations.NullMarked;
