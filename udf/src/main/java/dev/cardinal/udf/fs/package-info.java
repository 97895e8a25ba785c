/** Access to file systems and object stores: paths, the kinds of failure, and retries. */
@NullMarked
package dev.cardinal.udf.fs;

import org.jspecify.annotations.NullMarked;
