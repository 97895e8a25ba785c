/** The command line: options, configuration files, what is printed, exit codes. */
@NullMarked
package dev.cardinal.job.cli;

import org.jspecify.annotations.NullMarked;
