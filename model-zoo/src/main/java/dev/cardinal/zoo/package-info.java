/** What all packages share: errors for users, hashes, retry pauses, and the progress of an import. */
@NullMarked
package dev.cardinal.zoo;

import org.jspecify.annotations.NullMarked;
