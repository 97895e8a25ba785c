package dev.cardinal.job;

import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.jspecify.annotations.Nullable;

/** The local disk under the scheme {@code guarded}, whose URIs may contain a user and a password, like those of FTP. */
public final class CredentialFileSystem extends RawLocalFileSystem {
    public static final String SECRET = "hunter2";

    private static final String CONFIGURATION_KEY = "fs.guarded.impl";

    private @Nullable URI uri;

    /**
     * Returns a local path as a URI of this file system with credentials, and registers the file system in the session's
     * configuration.
     */
    public static String uri(String path) {
        TestSpark.context().hadoopConfiguration().set(CONFIGURATION_KEY, CredentialFileSystem.class.getName());
        return "guarded://me:" + SECRET + "@host" + path;
    }

    @Override
    public void initialize(URI name, Configuration configuration) throws IOException {
        super.initialize(name, configuration);
        uri = URI.create(name.getScheme() + "://" + name.getAuthority());
    }

    @Override
    public URI getUri() {
        return uri == null ? URI.create("guarded:///") : uri; // the super constructor calls this before initialize
    }

    @Override
    public String getScheme() {
        return "guarded";
    }
}
