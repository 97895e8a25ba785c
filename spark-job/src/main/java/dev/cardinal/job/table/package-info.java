/** Tables of Spark's catalogs: their names, reading at a snapshot, and writing with Spark's own writers. */
@NullMarked
package dev.cardinal.job.table;

import org.jspecify.annotations.NullMarked;
