package dev.cardinal.job.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import dev.cardinal.job.common.JsonMappers;
import dev.cardinal.udf.fs.FileSystems;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.udf.shard.Compression;
import dev.cardinal.udf.task.TaskResources;
import dev.cardinal.zoo.ByteOrderMark;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.CsvLine;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The lines of a list: text in UTF-8 or UTF-16, plain or compressed, or the elements of a JSON array. A quoted value of CSV may
 * contain line ends.
 *
 * @param file fully qualified
 * @param compression how the file is compressed
 * @param charset encoding of its characters
 * @param isArray whether it is one JSON array
 * @param hasLineEndsInQuotes whether a quoted value at its beginning contains a line end
 */
record ListText(Path file, Compression compression, Charset charset, boolean isArray, boolean hasLineEndsInQuotes) {
    private static final int HEAD = 1 << 16;
    /** Lines of one quoted value. If more follow, the quote does not begin a value. */
    private static final int MAX_QUOTED_LINES = 100;

    private static final Pattern ARRAY = Pattern.compile("\\s*\\[\\s*[{\"]");
    /** Comments before the first entry that are read at most; the others count as entries. */
    private static final int MAX_COMMENTS = 1000;

    /**
     * Detects the encoding of a list.
     *
     * @throws CardinalException if the file is corrupt
     * @throws IOException if its file system fails
     */
    static ListText of(Path file, Configuration configuration) throws IOException {
        byte[] start = start(file, Compression.NONE, configuration);
        Compression compression = Compression.detect(start, start.length);
        byte[] head = compression == Compression.NONE ? start : start(file, compression, configuration);
        Charset charset = charset(head);
        String text = ByteOrderMark.removed(text(file, head, charset));
        boolean isArray = ARRAY.matcher(text).lookingAt();
        if (isArray && hasArrayPerLine(text)) {
            throw CardinalException.input(
                    "list " + file + " has a JSON array in every line: write an object per line, such"
                            + " as {\"file_name\": \"a.png\", \"label\": \"cat\"}");
        }
        return new ListText(
                file, compression, charset, isArray, !isArray && text.lines().anyMatch(CsvLine::endsInQuotes));
    }

    /** Decodes the beginning of a list, and refuses what is not text. A character at its end may be incomplete. */
    private static String text(Path file, byte[] head, Charset charset) {
        boolean isMalformed = charset.newDecoder()
                .decode(ByteBuffer.wrap(head), CharBuffer.allocate(head.length), false)
                .isMalformed();
        String text = new String(head, charset);
        boolean isBinary = text.chars().anyMatch(c -> c < ' ' && "\t\n\r\f".indexOf(c) < 0);
        if (isBinary) {
            throw CardinalException.input("list " + file + " is not text: "
                    + (text.startsWith("PK")
                            ? "it is a spreadsheet or an archive; save it as CSV"
                            : "it contains control characters; write one path per line"));
        }
        if (isMalformed) {
            throw CardinalException.input("list " + file + " is neither UTF-8 nor UTF-16: save it as UTF-8, for example"
                    + " with iconv -f WINDOWS-1252 -t UTF-8");
        }
        return text;
    }

    private static boolean hasArrayPerLine(String text) {
        List<String> lines =
                text.lines().filter(line -> !line.isBlank()).limit(2).toList();
        return lines.size() == 2
                && ARRAY.matcher(lines.get(1)).lookingAt()
                && lines.get(0).strip().endsWith("]");
    }

    private static byte[] start(Path file, Compression compression, Configuration configuration) throws IOException {
        try (InputStream in = open(file, compression, configuration)) {
            return in.readNBytes(HEAD);
        } catch (IOException e) {
            if (compression == Compression.NONE) {
                throw e;
            }
            throw CardinalException.input("list " + file + " cannot be decompressed: " + e.getMessage(), e);
        }
    }

    private static Charset charset(byte[] head) {
        if (head.length < 2) {
            return StandardCharsets.UTF_8;
        }
        boolean isLittle = (head[0] == (byte) 0xff && head[1] == (byte) 0xfe) || (head[0] != 0 && head[1] == 0);
        boolean isBig = (head[0] == (byte) 0xfe && head[1] == (byte) 0xff) || (head[0] == 0 && head[1] != 0);
        return isLittle ? StandardCharsets.UTF_16LE : isBig ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_8;
    }

    private static InputStream open(Path file, Compression compression, Configuration configuration)
            throws IOException {
        return compression.decompress(new BufferedInputStream(
                FileSystems.fileSystem(file, configuration).open(file)));
    }

    /** Reads the first lines that are not blank. Comments before the first other line do not count. */
    List<String> first(int count, Configuration configuration) throws IOException {
        List<String> first = new ArrayList<>();
        try (Lines lines = lines(configuration)) {
            int comments = 0;
            while (first.size() < count + comments && lines.hasNext()) {
                String line = lines.next();
                if (line.isBlank()) {
                    continue;
                }
                boolean isComment = line.stripLeading().startsWith("#") && comments == first.size();
                comments += isComment && comments < MAX_COMMENTS ? 1 : 0;
                first.add(line);
            }
        } catch (UncheckedIOException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw CardinalException.input("list " + file + " cannot be read: " + cause.getMessage(), e);
        }
        return first;
    }

    /** Reads all lines on executors: in parallel if Spark can split the file, otherwise in one task. */
    JavaRDD<String> lines(SparkSession spark, Broadcast<SerializableConfiguration> configuration) {
        if (isReadBySpark()) {
            return spark.read()
                    .text(UserPaths.escapeGlob(file.toString()))
                    .javaRDD()
                    .map(row -> ByteOrderMark.removed(row.getString(0)));
        }
        String path = file.toString();
        Compression how = compression;
        String encoding = charset.name();
        boolean array = isArray;
        boolean quoted = hasLineEndsInQuotes;
        return JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(List.of(path), 1)
                .flatMap(each -> {
                    Lines lines = new ListText(new Path(each), how, Charset.forName(encoding), array, quoted)
                            .lines(configuration.value().value());
                    TaskResources.closeWithTask(TaskContext.get(), lines);
                    return lines;
                });
    }

    private boolean isReadBySpark() {
        String name = file.getName().toLowerCase(Locale.ROOT);
        boolean isKnownToHadoop =
                switch (compression) {
                    case NONE -> !name.matches(".*\\.(gz|bz2|zst|lz4|snappy|deflate)");
                    case GZIP -> name.endsWith(".gz");
                    case BZIP2 -> name.endsWith(".bz2");
                    case XZ, ZSTD -> false;
                };
        return isKnownToHadoop
                && !isArray
                && !hasLineEndsInQuotes
                && charset.equals(StandardCharsets.UTF_8)
                && !UserPaths.isHidden(file);
    }

    private Lines lines(Configuration configuration) throws IOException {
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(open(file, compression, configuration), charset));
        reader.mark(1);
        if (reader.read() != ByteOrderMark.CHARACTER) {
            reader.reset();
        }
        if (!isArray) {
            Iterator<String> lines = reader.lines().iterator();
            return new Lines(reader, hasLineEndsInQuotes ? joined(lines) : lines);
        }
        MappingIterator<JsonNode> elements =
                JsonMappers.RECORDS.readerFor(JsonNode.class).readValues(reader);
        return new Lines(reader, new Iterator<>() {
            @Override
            public boolean hasNext() {
                try {
                    return elements.hasNext();
                } catch (RuntimeException e) {
                    throw invalid(e);
                }
            }

            @Override
            public String next() {
                try {
                    JsonNode element = elements.next();
                    return element.isTextual() ? element.asText() : element.toString();
                } catch (RuntimeException e) {
                    throw invalid(e);
                }
            }
        });
    }

    private static UncheckedIOException invalid(RuntimeException e) {
        String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return new UncheckedIOException(new IOException("its JSON is invalid: " + reason, e));
    }

    /** Joins the lines of quoted values. */
    private static Iterator<String> joined(Iterator<String> lines) {
        Deque<String> ahead = new ArrayDeque<>();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return !ahead.isEmpty() || lines.hasNext();
            }

            @Override
            public String next() {
                String first = ahead.isEmpty() ? lines.next() : ahead.remove();
                if (!CsvLine.endsInQuotes(first)) {
                    return first;
                }
                StringBuilder value = new StringBuilder(first);
                List<String> more = new ArrayList<>(ahead);
                for (int i = 0; i < MAX_QUOTED_LINES && (i < more.size() || lines.hasNext()); i++) {
                    if (i == more.size()) {
                        more.add(lines.next());
                    }
                    value.append('\n').append(more.get(i));
                    if (!CsvLine.endsInQuotes(value.toString())) {
                        ahead.clear();
                        ahead.addAll(more.subList(i + 1, more.size()));
                        return value.toString();
                    }
                }
                ahead.clear();
                ahead.addAll(more);
                return first;
            }
        };
    }

    /** Lines that are read lazily. Closed at their end, or by the reader. */
    private record Lines(BufferedReader reader, Iterator<String> lines) implements Iterator<String>, AutoCloseable {
        @Override
        public boolean hasNext() {
            boolean hasNext = lines.hasNext();
            if (!hasNext) {
                close();
            }
            return hasNext;
        }

        @Override
        public String next() {
            return lines.next();
        }

        @Override
        public void close() {
            try {
                reader.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
