/** Chooses the device and numeric precision of an executor, and checks them before a run. */
@NullMarked
package dev.cardinal.udf.device;

import org.jspecify.annotations.NullMarked;
