/** Released checkpoints from the web: fetched with resume, checked against their cards, kept in a cache. */
@NullMarked
package dev.cardinal.zoo.download;

import org.jspecify.annotations.NullMarked;
