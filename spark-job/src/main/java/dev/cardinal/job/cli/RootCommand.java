package dev.cardinal.job.cli;

import picocli.CommandLine;

/** What stands before the name of a command. */
@CommandLine.Command(
        name = "cardinal",
        description = "Labels image datasets with the ResNeXt family on Apache Spark.",
        versionProvider = RootCommand.Version.class,
        subcommands = {
            ModelsCommand.class,
            ImportCommand.class,
            LabelCommand.class,
            SelectCommand.class,
            EvaluateCommand.class,
            DoctorCommand.class,
            CompareCommand.class,
            SqlCommand.class,
            DemoCommand.class
        })
final class RootCommand extends CommonOptions {
    /** The text of {@code --version}. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"cardinal " + dev.cardinal.job.Versions.cardinal()};
        }
    }
}
