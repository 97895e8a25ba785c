/** Reads checkpoints of PyTorch, safetensors and Torch7. They are untrusted: nothing in them is executed. */
@NullMarked
package dev.cardinal.zoo.checkpoint;

import org.jspecify.annotations.NullMarked;
