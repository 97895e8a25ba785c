package dev.cardinal.job.deploy;

import dev.cardinal.udf.sql.ClassifyKey;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.spark.deploy.k8s.Config$;
import org.apache.spark.internal.config.ConfigEntry;
import org.apache.spark.internal.config.Deploy$;
import org.apache.spark.internal.config.UI$;
import org.apache.spark.internal.config.Worker$;
import org.apache.spark.internal.config.package$;
import org.apache.spark.sql.internal.StaticSQLConf$;

/** The settings that Spark knows, from its own register of them. */
final class SparkKeys {
    private static final String HADOOP = "spark.hadoop.";
    private static final Set<String> OF_OURS = Set.of("cardinal.store.tries");
    private static final Set<String> OF_HADOOP =
            constants("org.apache.hadoop.fs.CommonConfigurationKeys", "org.apache.hadoop.fs.s3a.Constants");

    /** What Spark reads by its beginning, and registers under no whole name. */
    private static final List<Pattern> FAMILIES = List.of(
            Pattern.compile("spark\\.executorEnv\\.[A-Z_]+"),
            Pattern.compile("spark\\.(driver|executor|worker)\\.resource\\.gpu\\.(amount|discoveryScript|vendor)"),
            Pattern.compile("spark\\.task\\.resource\\.gpu\\.amount"),
            Pattern.compile("spark\\.kubernetes\\.(driver|executor)\\.secretKeyRef\\.[A-Z_]+"),
            Pattern.compile("spark\\.kubernetes\\.(driver|executor)\\.(annotation|label)\\.\\S+"),
            Pattern.compile("spark\\.kubernetes\\.(driver|executor)\\.volumes\\.emptyDir\\.[a-z0-9-]+\\."
                    + "(mount\\.path|options\\.sizeLimit)"),
            Pattern.compile("spark\\.yarn\\.appMasterEnv\\.[A-Z_]+"));

    /** Of {@code org.apache.spark.deploy.yarn.config} in Spark's sources: spark-yarn is on no class path here. */
    private static final Set<String> YARN = Set.of("spark.yarn.dist.files", "spark.yarn.maxAppAttempts");

    /** Read from system properties, and registered nowhere. */
    private static final Set<String> OTHERS = Set.of("spark.master");

    static {
        // An object of Scala registers its settings when it is made.
        List.of(
                package$.MODULE$,
                UI$.MODULE$,
                Worker$.MODULE$,
                Deploy$.MODULE$,
                Config$.MODULE$,
                StaticSQLConf$.MODULE$);
    }

    private SparkKeys() {}

    /** Those that neither Spark nor Hadoop nor Cardinal reads. */
    static List<String> unknown(Collection<String> keys) {
        return keys.stream().filter(key -> !isKnown(key)).toList();
    }

    private static boolean isKnown(String key) {
        if (key.startsWith(HADOOP)) {
            String name = key.substring(HADOOP.length());
            return OF_OURS.contains(name) || OF_HADOOP.contains(withoutBucket(name));
        }
        return ConfigEntry.findEntry(key) != null
                || YARN.contains(key)
                || OTHERS.contains(key)
                || Arrays.stream(ClassifyKey.values())
                        .anyMatch(ours -> ours.key().equals(key))
                || FAMILIES.stream().anyMatch(family -> family.matcher(key).matches());
    }

    private static Set<String> constants(String... classes) {
        Set<String> constants = new TreeSet<>();
        try {
            for (String name : classes) {
                for (Field field : Class.forName(name).getFields()) {
                    if (field.getType() == String.class && Modifier.isStatic(field.getModifiers())) {
                        constants.add(String.valueOf(field.get(null)));
                    }
                }
            }
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("a class of Hadoop is not as expected", e);
        }
        return constants;
    }

    private static String withoutBucket(String name) {
        return name.replaceFirst("^fs\\.s3a\\.bucket\\.[^.]+\\.", "fs.s3a.");
    }
}
