package dev.cardinal.job.label;

import dev.cardinal.job.S3Server;
import java.io.IOException;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Tests the lock on S3, which cannot create a file exclusively and rounds modification times to seconds. */
class S3RunLockIT extends RunLockContract {
    private static S3Server server;
    private static FileSystem store;

    @BeforeAll
    static void start() throws IOException {
        server = S3Server.start().bucket("locks");
        Configuration configuration = new Configuration();
        server.options().forEach((key, value) -> configuration.set(key.replaceFirst("^spark.hadoop.", ""), value));
        store = FileSystem.newInstance(new Path("s3a://locks/").toUri(), configuration);
    }

    @AfterAll
    static void stop() throws IOException {
        store.close();
        server.close();
    }

    @Override
    FileSystem store() {
        return store;
    }

    @Override
    Path lockOfANewTable() throws IOException {
        return new Path("s3a://locks/" + UUID.randomUUID() + "/_cardinal/lock");
    }
}
