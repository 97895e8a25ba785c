/** Downloads released checkpoints with resume, checks their hashes against the cards, and caches the files. */
@NullMarked
package dev.cardinal.zoo.download;

import org.jspecify.annotations.NullMarked;
