package dev.cardinal.udf.shard;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;

/**
 * Makes the Parquet fixtures with DuckDB 1.5.6: images in a plain column, in Hugging Face's struct, and in three row
 * groups.
 *
 * <p>Run from the udf module with the test class path: {@code WriteParquet src/test/resources/dev/cardinal/udf}. The
 * images are those of {@code pictures.sha256} in this order, then again from the first; {@link WriteTfRecords} has the
 * command that makes that file.
 */
final class WriteParquet {
    private static final List<String> PICTURES =
            List.of("one_pixel.png", "grey_1_bit.png", "palette_1_bit.png", "lossless_one_pixel.webp");

    private WriteParquet() {}

    public static void main(String[] arguments) throws SQLException {
        String images = arguments[0] + "/image/images/";
        String shards = arguments[0] + "/shard/";
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement sql = connection.createStatement()) {
            sql.execute("SET threads = 1");
            sql.execute("SET TimeZone = 'UTC'");
            sql.execute("CREATE TABLE pictures (id INTEGER, name VARCHAR, image BLOB)");
            for (int i = 0; i < PICTURES.size(); i++) {
                sql.execute(String.format(
                        Locale.ROOT,
                        "INSERT INTO pictures SELECT %d, '%s', content FROM read_blob('%s')",
                        i,
                        PICTURES.get(i),
                        images + PICTURES.get(i)));
            }
            String typed = """
                    SELECT image, name AS label, name, id, id::TINYINT AS tiny, (id * 5000000000)::BIGINT AS large,
                        id / 4 AS ratio, (id / 8)::FLOAT AS half, id % 2 = 0 AS even, DATE '1969-12-30' + id AS day,
                        TIMESTAMP '2024-01-02 03:04:05.678901' + to_seconds(id) AS local,
                        TIMESTAMPTZ '2024-01-02 03:04:05.678901+00' + to_seconds(id) AS instant,
                        (id * -1.25)::DECIMAL(10, 2) AS price, (id * 1e18)::DECIMAL(30, 2) AS big, [id] AS list,
                        TIME '01:02:03' AS clock, CASE WHEN id = 2 THEN NULL ELSE id END AS sometimes
                    FROM pictures ORDER BY id""";
            write(sql, typed, shards + "pictures.parquet", "COMPRESSION snappy");
            write(sql, typed, shards + "pictures_v2.parquet", "COMPRESSION gzip, PARQUET_VERSION V2");
            write(
                    sql,
                    "SELECT struct_pack(bytes := image, path := name) AS image, id::BIGINT AS label FROM pictures ORDER BY id",
                    shards + "hugging_face.parquet",
                    "COMPRESSION zstd");
            write(
                    sql,
                    "SELECT CASE WHEN r = 7 THEN NULL ELSE image END AS image, r AS row FROM pictures, range(1250) t(r0),"
                            + " LATERAL (SELECT r0 * 4 + id AS r) ORDER BY r",
                    shards + "groups.parquet",
                    "COMPRESSION snappy, ROW_GROUP_SIZE 2048");
        }
    }

    private static void write(Statement sql, String query, String file, String options) throws SQLException {
        sql.execute(String.format(Locale.ROOT, "COPY (%s) TO '%s' (FORMAT parquet, %s)", query, file, options));
    }
}
