package dev.cardinal.job.cli;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;

/** Sets how much Spark, Hadoop and Cardinal log. */
final class Logging {
    private static final String CONFIGURATION_PROPERTY = "log4j2.configurationFile";

    private Logging() {}

    /** Sets the level, unless a log4j2.properties file, of the launcher or of a cluster, has set it. */
    static void apply(boolean verbose) {
        if (System.getProperty(CONFIGURATION_PROPERTY) == null) {
            Configurator.setRootLevel(verbose ? Level.INFO : Level.ERROR);
        }
    }
}
