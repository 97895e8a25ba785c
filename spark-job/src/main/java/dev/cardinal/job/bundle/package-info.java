/** Model bundles on any Hadoop file system. */
@NullMarked
package dev.cardinal.job.bundle;

import org.jspecify.annotations.NullMarked;
