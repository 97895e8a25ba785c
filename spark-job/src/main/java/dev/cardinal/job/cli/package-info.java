/** The command line: options, configuration files, printed results, exit codes. */
@NullMarked
package dev.cardinal.job.cli;

import org.jspecify.annotations.NullMarked;
