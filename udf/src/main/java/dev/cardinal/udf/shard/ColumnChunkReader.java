package dev.cardinal.udf.shard;

import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.impl.ColumnReaderImpl;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.converter.ParquetMetadataConverter;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/**
 * Reads the values of a column in one row group, a page at a time, in the order of the rows. Closes its input; not
 * thread-safe.
 *
 * <p>Parquet's own reader is not used because it loads whole row groups, and a row group of images may be larger than
 * the memory.
 */
final class ColumnChunkReader implements Closeable {
    private static final int MAX_HEADER = 16 << 20;
    private static final ParquetMetadataConverter CONVERTER = new ParquetMetadataConverter();

    private final ParquetColumn column;
    private final ShardInput in;
    private final PageDecompressor compression;
    private final long rows;
    private final long end;
    private long nextPage;
    private @Nullable DictionaryPage dictionary;
    private @Nullable ColumnReader reader;
    private long row;
    private long afterPage;

    ColumnChunkReader(ParquetColumn column, ColumnChunkMetaData chunk, ShardInput in, PageDecompressor compression) {
        this.column = column;
        this.in = in;
        this.compression = compression;
        this.rows = chunk.getValueCount();
        this.nextPage = chunk.getStartingPos();
        this.end = chunk.getStartingPos() + chunk.getTotalSize();
    }

    /** Returns whether a row, counted from 0 in its group, can still be reached. */
    boolean isAhead(long wanted) {
        return wanted >= row;
    }

    /** Moves to a row; returns a reader of its value, or null if the value is null. */
    @Nullable
    ColumnReader at(long wanted) throws IOException {
        while (wanted >= afterPage) {
            nextPage(wanted);
        }
        ColumnReader current = reader;
        if (current == null) {
            throw new IllegalStateException("cannot move back from row " + row + " to row " + wanted);
        }
        try {
            while (row < wanted) {
                if (hasValue(current)) {
                    current.skip();
                }
                current.consume();
                row++;
            }
            return hasValue(current) ? current : null;
        } catch (RuntimeException e) {
            throw undecodable(e);
        }
    }

    private boolean hasValue(ColumnReader current) {
        return current.getCurrentDefinitionLevel() == column.descriptor().getMaxDefinitionLevel();
    }

    PrimitiveType type() {
        return column.type();
    }

    CorruptShardException undecodable(RuntimeException e) {
        return new CorruptShardException("a page of column " + column.name() + " cannot be decoded: " + e.getMessage());
    }

    private void nextPage(long wanted) throws IOException {
        if (nextPage >= end || !in.moveTo(nextPage)) {
            throw new CorruptShardException("column " + column.name() + " ends before this row");
        }
        PageHeader header = ParquetThrift.read(new PageHeader(), in, (int) Math.min(MAX_HEADER, end - nextPage));
        int compressed = header.getCompressed_page_size();
        long after = in.position() + compressed;
        if (compressed < 0 || after > end) {
            throw new CorruptShardException("a page of column " + column.name() + " is larger than its column chunk");
        }
        nextPage = after;
        if (header.isSetDictionary_page_header()) {
            readDictionary(header);
        } else if (header.isSetData_page_header() || header.isSetData_page_header_v2()) {
            readData(header, wanted);
        }
    }

    private void readDictionary(PageHeader header) throws IOException {
        byte[] bytes = compression.decompress(
                content(header.getCompressed_page_size()), 0, header.getUncompressed_page_size());
        int values = header.getDictionary_page_header().getNum_values();
        if (values < 0 || values > Math.max(bytes.length, rows)) {
            throw new CorruptShardException(
                    "invalid dictionary of column " + column.name() + ": " + values + " values");
        }
        dictionary = new DictionaryPage(
                BytesInput.from(bytes),
                values,
                encoding(header.getDictionary_page_header().getEncoding()));
    }

    private void readData(PageHeader header, long wanted) throws IOException {
        int values = header.isSetData_page_header()
                ? header.getData_page_header().getNum_values()
                : header.getData_page_header_v2().getNum_values();
        if (values < 0 || values > rows - afterPage) {
            throw new CorruptShardException("invalid page of column " + column.name() + ": " + values + " values");
        }
        long first = afterPage;
        afterPage += values;
        if (wanted < afterPage) {
            byte[] bytes = content(header.getCompressed_page_size());
            DataPage page = header.isSetData_page_header()
                    ? page(header.getData_page_header(), bytes, header.getUncompressed_page_size())
                    : page(header.getData_page_header_v2(), bytes, header.getUncompressed_page_size());
            reader = reader(page);
            row = first;
        }
    }

    private byte[] content(int length) throws IOException {
        byte[] bytes = in.read(length);
        if (bytes.length < length) {
            throw new CorruptShardException("unexpected end of file within a page of column " + column.name());
        }
        return bytes;
    }

    private DataPage page(DataPageHeader header, byte[] content, int uncompressed) throws CorruptShardException {
        byte[] bytes = compression.decompress(content, 0, uncompressed);
        Encoding levels = encoding(header.getDefinition_level_encoding());
        int from = 0;
        if (levelBits() > 0 && levels == Encoding.RLE) {
            from = PageEncodingValidator.levels(bytes, levelBits(), header.getNum_values());
        } else if (levelBits() > 0) {
            from = (header.getNum_values() * levelBits() + 7) / 8;
        }
        Encoding encoding = encoding(header.getEncoding());
        PageEncodingValidator.values(bytes, from, encoding, header.getNum_values());
        return new DataPageV1(
                BytesInput.from(bytes),
                header.getNum_values(),
                bytes.length,
                null,
                encoding(header.getRepetition_level_encoding()),
                levels,
                encoding);
    }

    private DataPage page(DataPageHeaderV2 header, byte[] content, int uncompressed) throws CorruptShardException {
        int repetition = header.getRepetition_levels_byte_length();
        int definition = header.getDefinition_levels_byte_length();
        if (repetition < 0 || definition < 0 || (long) repetition + definition > content.length) {
            throw new CorruptShardException("a page of column " + column.name() + " is shorter than its levels");
        }
        int from = repetition + definition;
        byte[] levels = Arrays.copyOfRange(content, repetition, from);
        PageEncodingValidator.bareLevels(levels, levelBits(), header.getNum_values());
        boolean compressed = !header.isSetIs_compressed() || header.isIs_compressed();
        byte[] data = compressed && content.length > from
                ? compression.decompress(content, from, uncompressed - from)
                : Arrays.copyOfRange(content, from, content.length);
        Encoding encoding = encoding(header.getEncoding());
        PageEncodingValidator.values(data, 0, encoding, header.getNum_values());
        return DataPageV2.uncompressed(
                header.getNum_rows(),
                header.getNum_nulls(),
                header.getNum_values(),
                BytesInput.from(content, 0, repetition),
                BytesInput.from(levels),
                encoding,
                BytesInput.from(data),
                null);
    }

    private int levelBits() {
        return Integer.SIZE - Integer.numberOfLeadingZeros(column.descriptor().getMaxDefinitionLevel());
    }

    private static Encoding encoding(org.apache.parquet.format.@Nullable Encoding encoding)
            throws CorruptShardException {
        if (encoding == null) {
            throw new CorruptShardException("a page has an unknown encoding");
        }
        return CONVERTER.getEncoding(encoding);
    }

    private ColumnReader reader(DataPage page) throws CorruptShardException {
        try {
            return new ColumnReaderImpl(
                    column.descriptor(), new SinglePageReader(page, dictionary), new PrimitiveConverter() {}, null);
        } catch (RuntimeException e) {
            throw undecodable(e);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** Presents a single page to Parquet's column reader. */
    private static final class SinglePageReader implements PageReader {
        private final DataPage page;
        private final @Nullable DictionaryPage dictionary;
        private boolean returned;

        SinglePageReader(DataPage page, @Nullable DictionaryPage dictionary) {
            this.page = page;
            this.dictionary = dictionary;
        }

        @Override
        public @Nullable DictionaryPage readDictionaryPage() {
            return dictionary;
        }

        @Override
        public long getTotalValueCount() {
            return page.getValueCount();
        }

        @Override
        public @Nullable DataPage readPage() {
            DataPage next = returned ? null : page;
            returned = true;
            return next;
        }
    }
}
