package dev.cardinal.job;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Reads predictions tables with DuckDB, independently of Cardinal. */
final class DuckDb {
    private DuckDb() {}

    /** Returns the rows of a query, in which {@code $table} stands for all Parquet files of a directory. */
    static List<List<Object>> query(Path table, String sql) throws SQLException {
        String files = "read_parquet('" + table + "/*.parquet')";
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql.replace("$table", files))) {
            List<List<Object>> rows = new ArrayList<>();
            while (result.next()) {
                List<Object> row = new ArrayList<>();
                for (int c = 1; c <= result.getMetaData().getColumnCount(); c++) {
                    row.add(result.getObject(c));
                }
                rows.add(row);
            }
            return rows;
        }
    }

    /** Returns the single value of a query. */
    static Object value(Path table, String sql) throws SQLException {
        return query(table, sql).get(0).get(0);
    }
}
