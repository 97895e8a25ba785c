package dev.cardinal.job.cli;

import dev.cardinal.job.common.Versions;
import picocli.CommandLine;

/** The program, whose subcommands are the commands. */
@CommandLine.Command(
        name = "cardinal",
        description = "Labels image datasets with the ResNeXt family on Apache Spark.",
        versionProvider = RootCommand.VersionProvider.class,
        subcommands = {
            ModelsCommand.class,
            ImportCommand.class,
            LabelCommand.class,
            CompactCommand.class,
            SelectCommand.class,
            ExportCommand.class,
            EvaluateCommand.class,
            DoctorCommand.class,
            CompareCommand.class,
            SqlCommand.class,
            DemoCommand.class
        })
final class RootCommand extends CommonOptions {
    /** The text of {@code --version}. */
    static final class VersionProvider implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"cardinal " + Versions.cardinal()};
        }
    }
}
