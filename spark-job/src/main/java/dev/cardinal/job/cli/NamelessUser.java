package dev.cardinal.job.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.security.UserGroupInformation;

/**
 * Gives a name to a user whose id has no entry in {@code /etc/passwd}, as containers on OpenShift and {@code docker run --user} have it.
 * Java then reports "?" as name and home directory, and Hadoop's login fails. Stateless and thread-safe.
 */
final class NamelessUser {
    private static final String UNKNOWN = "?";
    private static final String HADOOP_USER = "HADOOP_USER_NAME";

    private NamelessUser() {}

    /** Sets the name to {@code HADOOP_USER_NAME}, or to {@code cardinal}, and the home directory to {@code HOME} or a temporary one. */
    static void provideName(Map<String, String> environment) {
        if (!System.getProperty("user.name", UNKNOWN).equals(UNKNOWN)) {
            return;
        }
        String name = environment.getOrDefault(HADOOP_USER, "cardinal");
        System.setProperty("user.name", name);
        if (System.getProperty("user.home", UNKNOWN).equals(UNKNOWN)) {
            String home = environment.getOrDefault("HOME", "");
            boolean usable = !home.isEmpty() && !home.equals("/") && Files.isWritable(Path.of(home));
            System.setProperty("user.home", usable ? home : System.getProperty("java.io.tmpdir"));
        }
        if (!environment.containsKey("KRB5CCNAME")) { // a Kerberos ticket has a name
            UserGroupInformation.setLoginUser(UserGroupInformation.createRemoteUser(name));
        }
    }
}
