package dev.cardinal.udf.shard;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.NumericType;
import org.jspecify.annotations.Nullable;

/** Converts single Parquet values to Spark: to its own reader's types, and to the values that its rows contain. */
final class ParquetTypes {
    private static final int MAX_PRECISION = 38;
    private static final double MAX_EXACT_INTEGER = 0x1p53;
    private static final long JULIAN_DAY_OF_1970 = 2_440_588;
    private static final long MICROS_OF_A_DAY = 86_400_000_000L;

    private ParquetTypes() {}

    /** Returns Spark's type; empty if values of this type are not supported. */
    static Optional<DataType> spark(PrimitiveType type) {
        LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
        if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
            return decimal.getPrecision() > MAX_PRECISION
                    ? Optional.empty()
                    : Optional.of(DataTypes.createDecimalType(decimal.getPrecision(), decimal.getScale()));
        }
        DataType found =
                switch (type.getPrimitiveTypeName()) {
                    case BOOLEAN -> DataTypes.BooleanType;
                    case FLOAT -> DataTypes.FloatType;
                    case DOUBLE -> DataTypes.DoubleType;
                    case INT32 -> int32(logical);
                    case INT64 -> int64(logical);
                    case INT96 -> DataTypes.TimestampType;
                    case BINARY ->
                        logical == null
                                ? DataTypes.BinaryType
                                : isText(logical) ? DataTypes.StringType : DataTypes.NullType;
                    case FIXED_LEN_BYTE_ARRAY -> logical == null ? DataTypes.BinaryType : DataTypes.NullType;
                };
        return found.equals(DataTypes.NullType) ? Optional.empty() : Optional.of(found);
    }

    private static DataType int32(@Nullable LogicalTypeAnnotation logical) {
        if (logical == null) {
            return DataTypes.IntegerType;
        }
        if (logical instanceof DateLogicalTypeAnnotation) {
            return DataTypes.DateType;
        }
        if (!(logical instanceof IntLogicalTypeAnnotation integer)) {
            return DataTypes.NullType;
        }
        return switch (integer.getBitWidth() + (integer.isSigned() ? 0 : 1)) {
            case 8 -> DataTypes.ByteType;
            case 9, 16 -> DataTypes.ShortType;
            case 17, 32 -> DataTypes.IntegerType;
            case 33 -> DataTypes.LongType;
            default -> DataTypes.NullType;
        };
    }

    private static DataType int64(@Nullable LogicalTypeAnnotation logical) {
        if (logical == null) {
            return DataTypes.LongType;
        }
        if (logical instanceof IntLogicalTypeAnnotation integer) {
            return integer.isSigned() ? DataTypes.LongType : DataTypes.createDecimalType(20, 0);
        }
        if (logical instanceof TimestampLogicalTypeAnnotation timestamp && timestamp.getUnit() != TimeUnit.NANOS) {
            return timestamp.isAdjustedToUTC() ? DataTypes.TimestampType : DataTypes.TimestampNTZType;
        }
        return DataTypes.NullType;
    }

    private static boolean isText(LogicalTypeAnnotation logical) {
        return logical instanceof StringLogicalTypeAnnotation
                || logical instanceof EnumLogicalTypeAnnotation
                || logical instanceof JsonLogicalTypeAnnotation;
    }

    /** Returns whether the values can name classes: text, numbers, booleans. */
    static boolean isLabel(PrimitiveType type) {
        return spark(type)
                .filter(found -> found.equals(DataTypes.StringType)
                        || found.equals(DataTypes.BooleanType)
                        || found instanceof NumericType)
                .isPresent();
    }

    /**
     * Returns a number as text; an integer without a fraction, because pandas writes integers as 1.0 if one of them is missing, and
     * databases write 1.00.
     */
    static String text(Number number) {
        if (number instanceof Double || number instanceof Float) {
            double value = number.doubleValue();
            boolean isInteger = value == Math.rint(value) && Math.abs(value) < MAX_EXACT_INTEGER;
            return isInteger ? String.valueOf((long) value) : number.toString();
        }
        boolean isInteger = number instanceof BigDecimal decimal
                && decimal.stripTrailingZeros().scale() <= 0;
        return isInteger ? ((BigDecimal) number).toBigInteger().toString() : number.toString();
    }

    /** Returns the reader's current value as text. */
    static String text(ColumnReader reader, PrimitiveType type) {
        DataType spark = spark(type).orElse(DataTypes.NullType);
        boolean bytes = spark.equals(DataTypes.BinaryType) || (spark.equals(DataTypes.NullType) && isBytes(type));
        if (bytes) {
            return reader.getBinary().toStringUsingUTF8();
        }
        Object value = value(reader, type);
        return value instanceof Number number ? text(number) : String.valueOf(value);
    }

    private static boolean isBytes(PrimitiveType type) {
        return switch (type.getPrimitiveTypeName()) {
            case BINARY, FIXED_LEN_BYTE_ARRAY, INT96 -> true;
            default -> false;
        };
    }

    /** Returns the reader's current value as a Spark row contains it. */
    static Object value(ColumnReader reader, PrimitiveType type) {
        return switch (type.getPrimitiveTypeName()) {
            case BOOLEAN -> reader.getBoolean();
            case FLOAT -> reader.getFloat();
            case DOUBLE -> reader.getDouble();
            case INT32 -> int32(reader.getInteger(), spark(type).orElse(DataTypes.IntegerType));
            case INT64 -> int64(reader.getLong(), spark(type).orElse(DataTypes.LongType), type);
            case INT96 -> int96(reader.getBinary());
            case BINARY, FIXED_LEN_BYTE_ARRAY ->
                bytes(reader.getBinary(), spark(type).orElse(DataTypes.BinaryType));
        };
    }

    private static Object int32(int value, DataType spark) {
        if (spark instanceof DecimalType decimal) {
            return decimal(BigInteger.valueOf(value), decimal);
        }
        if (spark.equals(DataTypes.DateType)) {
            return Date.valueOf(LocalDate.ofEpochDay(value));
        }
        if (spark.equals(DataTypes.ByteType)) {
            return (byte) value;
        }
        if (spark.equals(DataTypes.ShortType)) {
            return (short) value;
        }
        return spark.equals(DataTypes.LongType) ? (Object) Integer.toUnsignedLong(value) : (Object) value;
    }

    private static Object int64(long value, DataType spark, PrimitiveType type) {
        if (spark instanceof DecimalType decimal) {
            return type.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation
                    ? decimal(BigInteger.valueOf(value), decimal)
                    : new BigDecimal(Long.toUnsignedString(value));
        }
        if (type.getLogicalTypeAnnotation() instanceof TimestampLogicalTypeAnnotation timestamp) {
            Instant instant = instant(timestamp.getUnit() == TimeUnit.MILLIS ? Math.multiplyExact(value, 1000) : value);
            return timestamp.isAdjustedToUTC()
                    ? (Object) Timestamp.from(instant)
                    : (Object) LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
        }
        return value;
    }

    /** Converts an INT96 timestamp: the nanoseconds of the day in 8 bytes, the Julian day in 4. */
    private static Timestamp int96(Binary binary) {
        ByteBuffer buffer = binary.toByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        long nanos = buffer.getLong();
        long day = buffer.getInt() - JULIAN_DAY_OF_1970;
        long micros = Math.addExact(Math.multiplyExact(day, MICROS_OF_A_DAY), nanos / 1000);
        return Timestamp.from(instant(micros));
    }

    /** Returns an instant with the precision of Spark's timestamps. */
    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    /** Checks the number of digits, because Spark fails a task if a value has more digits than its type. */
    private static BigDecimal decimal(BigInteger unscaled, DecimalType type) {
        BigDecimal decimal = new BigDecimal(unscaled, type.scale());
        if (decimal.precision() > type.precision()) {
            throw new ArithmeticException("a number has more digits than " + type.sql());
        }
        return decimal;
    }

    private static Object bytes(Binary binary, DataType spark) {
        if (spark instanceof DecimalType decimal) {
            return decimal(new BigInteger(binary.getBytes()), decimal);
        }
        return spark.equals(DataTypes.StringType) ? (Object) binary.toStringUsingUTF8() : (Object) binary.getBytes();
    }
}
