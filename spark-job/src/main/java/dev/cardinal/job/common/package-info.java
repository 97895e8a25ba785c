/** Helpers that several jobs share: checks of requests, output directories, formats of numbers and JSON. */
@NullMarked
package dev.cardinal.job.common;

import org.jspecify.annotations.NullMarked;
