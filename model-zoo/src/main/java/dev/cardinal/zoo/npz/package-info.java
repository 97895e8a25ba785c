/** NumPy's {@code .npz} files, as far as reference images and logits need them. */
@NullMarked
package dev.cardinal.zoo.npz;

import org.jspecify.annotations.NullMarked;
