/** Where models come from: cards, the catalogue, bundles, and the import that turns a checkpoint into a bundle. */
@NullMarked
package dev.cardinal.zoo;

import org.jspecify.annotations.NullMarked;
