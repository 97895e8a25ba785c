package dev.cardinal.job.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.common.JsonMappers;
import dev.cardinal.udf.fetch.ImageUris;
import dev.cardinal.udf.fetch.PartitionDirectories;
import dev.cardinal.udf.shard.ParquetRecords;
import dev.cardinal.zoo.CardinalException;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * The log of a Delta table: which of the files in its directory belong to the table. Reads JSON commits and Parquet checkpoints of
 * tables with reader version 1 and, without deletion vectors and column mapping, 2 and 3. Used once, on the driver.
 *
 * @see <a href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md">Delta Transaction Log Protocol</a>
 */
final class DeltaLog {
    /** Name of the log's directory in a table's. */
    static final String DIRECTORY = "_delta_log";

    private static final Pattern COMMIT = Pattern.compile("(\\d{20})\\.json");
    private static final Pattern CHECKPOINT =
            Pattern.compile("(\\d{20})\\.checkpoint(\\.(\\d{10})\\.(\\d{10}))?\\.parquet");
    private static final Pattern CHECKPOINT_V2 =
            Pattern.compile("\\d{20}\\.checkpoint\\.[0-9a-f-]{36}\\.(json|parquet)");
    private static final int MAX_READER = 3;
    /** Reader features that do not change which rows a table has, unless a file or the configuration uses them. */
    private static final Set<String> FEATURES = Set.of(
            "columnMapping",
            "deletionVectors",
            "timestampNtz",
            "typeWidening",
            "typeWidening-preview",
            "vacuumProtocolCheck",
            "variantType",
            "variantType-preview");

    private final Path table;
    private final FileSystem fileSystem;
    private final Configuration configuration;
    private final Map<String, FileEntry> files = new LinkedHashMap<>();
    private boolean hasProtocol;
    private boolean hasMetadata;

    private DeltaLog(Path table, FileSystem fileSystem, Configuration configuration) {
        this.table = table;
        this.fileSystem = fileSystem;
        this.configuration = configuration;
    }

    /**
     * Returns the files of the latest version of a Delta table; empty if the directory is not one.
     *
     * @throws CardinalException if the table uses an unsupported feature, or its log is incomplete
     * @throws IOException if the file system fails
     */
    static Optional<List<FileEntry>> files(Path directory, Configuration configuration) throws IOException {
        FileSystem fileSystem = directory.getFileSystem(configuration);
        FileStatus[] log;
        try {
            log = fileSystem.listStatus(new Path(directory, DIRECTORY));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
        boolean isLog = Arrays.stream(log)
                .map(file -> file.getPath().getName())
                .anyMatch(name -> COMMIT.matcher(name).matches()
                        || CHECKPOINT.matcher(name).matches());
        return isLog ? Optional.of(new DeltaLog(directory, fileSystem, configuration).read(log)) : Optional.empty();
    }

    private List<FileEntry> read(FileStatus[] log) throws IOException {
        TreeMap<Long, Path> commits = new TreeMap<>();
        TreeMap<Long, List<Path>> checkpoints = new TreeMap<>();
        for (FileStatus file : log) {
            String name = file.getPath().getName();
            Matcher commit = COMMIT.matcher(name);
            Matcher checkpoint = CHECKPOINT.matcher(name);
            if (commit.matches()) {
                commits.put(Long.valueOf(commit.group(1)), file.getPath());
            } else if (checkpoint.matches()) {
                checkpoints
                        .computeIfAbsent(Long.valueOf(checkpoint.group(1)), version -> new ArrayList<>())
                        .add(file.getPath());
            } else if (CHECKPOINT_V2.matcher(name).matches()) {
                throw refused("its log has a checkpoint of version 2 (" + name + ")");
            }
        }
        long version = -1;
        for (Map.Entry<Long, List<Path>> checkpoint :
                checkpoints.descendingMap().entrySet()) {
            if (isComplete(checkpoint.getValue())) {
                version = checkpoint.getKey();
                for (Path part : checkpoint.getValue()) {
                    readCheckpoint(part);
                }
                break;
            }
        }
        for (Map.Entry<Long, Path> commit : commits.tailMap(version, false).entrySet()) {
            if (commit.getKey() != version + 1) {
                throw refused("its log has no commit " + (version + 1) + ", so that its files are not known");
            }
            version = commit.getKey();
            readCommit(commit.getValue());
        }
        if (!hasProtocol || !hasMetadata) {
            throw refused("its log has no protocol or metadata");
        }
        return List.copyOf(files.values());
    }

    private static boolean isComplete(List<Path> parts) {
        Matcher first = CHECKPOINT.matcher(parts.get(0).getName());
        return first.matches() && (first.group(4) == null || parts.size() == Integer.parseInt(first.group(4)));
    }

    private void readCommit(Path file) throws IOException {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(fileSystem.open(file), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank()) {
                    action(JsonMappers.RECORDS.readTree(line));
                }
            }
        } catch (JsonProcessingException e) {
            throw refused("its commit " + file.getName() + " is corrupt: " + e.getOriginalMessage());
        }
    }

    private void readCheckpoint(Path file) throws IOException {
        ParquetRecords.read(file, configuration, List.of("protocol", "metaData", "add"), this::action);
    }

    private void action(JsonNode action) {
        if (action.hasNonNull("protocol")) {
            protocol(action.get("protocol"));
        }
        if (action.hasNonNull("metaData")) {
            metadata(action.get("metaData"));
        }
        if (action.hasNonNull("add")) {
            add(action.get("add"));
        }
        if (action.hasNonNull("remove")) {
            files.remove(action.get("remove").path("path").asText());
        }
    }

    private void protocol(JsonNode protocol) {
        hasProtocol = true;
        int reader = protocol.path("minReaderVersion").asInt();
        if (reader > MAX_READER) {
            throw refused("it needs a reader of version " + reader);
        }
        for (JsonNode feature : protocol.path("readerFeatures")) {
            if (!FEATURES.contains(feature.asText())) {
                throw refused("it needs a reader with the feature " + feature.asText());
            }
        }
    }

    private void metadata(JsonNode metadata) {
        hasMetadata = true;
        String mapping =
                metadata.path("configuration").path("delta.columnMapping.mode").asText("none");
        if (!mapping.equals("none")) {
            throw refused("it maps its columns by " + mapping);
        }
    }

    private void add(JsonNode add) {
        String path = add.path("path").asText();
        if (add.hasNonNull("deletionVector")) {
            throw refused(
                    "some of its rows are deleted by deletion vectors; REORG TABLE ... APPLY (PURGE) rewrites its files");
        }
        Path file = new Path(table, ImageUris.resolve(table, ImageUris.decoded(path), configuration));
        Map<String, @Nullable String> inPath = PartitionDirectories.of(file.toString());
        add.path("partitionValues").fieldNames().forEachRemaining(column -> {
            if (!inPath.containsKey(column)) {
                throw refused("its column " + column + " is in neither its files nor their paths");
            }
        });
        files.put(
                path,
                new FileEntry(
                        file.toString(),
                        add.path("size").asLong(),
                        add.path("modificationTime").asLong(),
                        null,
                        null,
                        false));
    }

    private CardinalException refused(String reason) {
        return CardinalException.input("input " + table + " is a Delta table that Cardinal cannot read: " + reason
                + "; write its rows to Parquet files with Spark");
    }
}
