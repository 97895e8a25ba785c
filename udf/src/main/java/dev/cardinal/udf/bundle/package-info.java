/** Models where they lie: bundles and SavedModels on any Hadoop file system. */
@NullMarked
package dev.cardinal.udf.bundle;

import org.jspecify.annotations.NullMarked;
