/** Reads model bundles and SavedModels from any Hadoop file system and distributes them to executors. */
@NullMarked
package dev.cardinal.udf.bundle;

import org.jspecify.annotations.NullMarked;
