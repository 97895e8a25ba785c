package dev.cardinal.udf.image;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names the content of a file that is not a supported image, by its leading bytes.
 *
 * <p>Apache Tika knows more kinds, but it would add megabytes and cannot tell a user what to do.
 *
 * @param at offset of the signature
 * @param signature the bytes, as Latin-1 text
 * @param error the message
 */
record FileKind(int at, String signature, String error) {

    private static final String ARCHIVE = "; give the archive itself to --input, or unpack it";
    private static final String CONVERT = "; convert it to JPEG or PNG";

    /** The first match wins. */
    private static final List<FileKind> KINDS = List.of(
            image(0, "P7\n", "PAM (netpbm P7)"),
            image(0, "PF\n", "PFM (floating point)"),
            image(0, "Pf\n", "PFM (floating point)"),
            image(4, "jP  \r\n", "JPEG 2000"),
            image(0, "\u00ffO\u00ffQ", "JPEG 2000 codestream"),
            image(4, "JXL \r\n", "JPEG XL"),
            image(0, "\u00ff\n", "JPEG XL"),
            image(0, "8BPS", "Photoshop (PSD)"),
            image(0, "\0\0\1\0", "icon (ICO)"),
            image(0, "BLP1", "Blizzard texture (BLP)"),
            image(0, "BLP2", "Blizzard texture (BLP)"),
            image(0, "icns", "icon (ICNS)"),
            image(0, "DDS ", "DDS"),
            image(0, "qoif", "QOI"),
            image(0, "farbfeld", "farbfeld"),
            image(0, "\u0001\u00da", "SGI"),
            image(0, "BPG\u00fb", "BPG"),
            image(0, "FLIF", "FLIF"),
            image(0, "gimp xcf", "GIMP (XCF)"),
            image(0, "v/1\1", "OpenEXR"),
            image(0, "#?RADIANCE", "Radiance HDR"),
            image(0, "SIMPLE  =", "FITS"),
            image(0, "Y\u00a6j\u0095", "Sun raster"),
            image(0, "II\u00bc", "JPEG XR"),
            image(0, "AT&TFORM", "DjVu"),
            image(0, "/* XPM */", "XPM"),
            image(0, "\u00d7\u00cd\u00c6\u009a", "Windows metafile (WMF)"),
            image(40, " EMF", "Windows metafile (EMF)"),
            image(0, "\u008aMNG\r\n", "MNG"),
            image(0, "\u008bJNG\r\n", "JNG"),
            image(0, "SDPX", "DPX"),
            image(0, "XPDS", "DPX"),
            image(0, "\u00abKTX ", "KTX texture"),
            image(0, "%!PS", "PostScript"),
            image(0, "\u00c5\u00d0\u00d3\u00c6", "PostScript (EPS)"),
            image(0, "FUJIFILMCCD-RAW", "camera raw (Fujifilm RAF)"),
            image(0, "FOVb", "camera raw (Sigma X3F)"),
            image(0, "IIU\0", "camera raw (Panasonic RW2)"),
            image(0, "IIRO", "camera raw (Olympus ORF)"),
            image(0, "IIRS", "camera raw (Olympus ORF)"),
            image(0, "MMOR", "camera raw (Olympus ORF)"),
            image(8, "CR\2\0", "camera raw (Canon CR2)"),
            image(6, "HEAPCCDR", "camera raw (Canon CRW)"),
            image(0, "\0MRM", "camera raw (Minolta MRW)"),
            new FileKind(128, "DICM", "unsupported image format: DICOM; export it as JPEG or PNG"),
            content(0, "%PDF", "a PDF document; extract its pages as images"),
            content(0, "PK\5\6", "an empty ZIP archive"),
            content(0, "Rar!\u001a\7", "a RAR archive; unpack it"),
            content(0, "7z\u00bc\u00af'\u001c", "a 7z archive; unpack it"),
            content(257, "ustar", "a tar archive" + ARCHIVE),
            content(0, "\u001f\u008b", "gzip-compressed data; decompress it"),
            content(0, "BZh", "bzip2-compressed data; decompress it"),
            content(0, "\u00fd7zXZ\0", "xz-compressed data; decompress it"),
            content(0, "(\u00b5/\u00fd", "Zstandard-compressed data; decompress it"),
            content(0, "\u0004\"M\u0018", "LZ4-compressed data; decompress it"),
            content(0, "LZIP", "lzip-compressed data; decompress it"),
            content(0, "\u001f\u009d", "compress-compressed data; decompress it"),
            content(0, "\u0089HDF\r\n\u001a\n", "HDF5 data; save its arrays as image files"),
            content(0, "CDF\1", "NetCDF data; save its arrays as image files"),
            content(0, "CDF\2", "NetCDF data; save its arrays as image files"),
            content(0, "\u0093NUMPY", "a NumPy array (.npy); save it as an image file"),
            content(0, "MATLAB 5.0 MAT", "MATLAB data; save its arrays as image files"),
            content(0, "Obj\1", "an Avro file; write its images to Parquet or to files"),
            content(0, "ORC", "an ORC file; write its images to Parquet or to files"),
            content(0, "PAR1", "a Parquet file; label it with --input-format parquet"),
            content(0, "PARE", "an encrypted Parquet file"),
            content(0, "ARROW1", "an Arrow (Feather) file; write its images to Parquet"),
            content(0, "FEA1", "a Feather file; write its images to Parquet"),
            content(0, "SQLite format 3\0", "an SQLite database"),
            content(4, "moov", "a QuickTime video; extract frames as images"),
            content(4, "mdat", "a QuickTime video; extract frames as images"),
            content(4, "wide", "a QuickTime video; extract frames as images"),
            content(8, "AVI ", "an AVI video; extract frames as images"),
            content(8, "WAVE", "WAV audio"),
            content(0, "\u001aE\u00df\u00a3", "a Matroska or WebM video; extract frames as images"),
            content(0, "\0\0\1\u00ba", "an MPEG video; extract frames as images"),
            content(0, "\0\0\1\u00b3", "an MPEG video; extract frames as images"),
            content(0, "OggS", "Ogg audio or video"),
            content(0, "FLV\1", "a Flash video; extract frames as images"),
            content(0, "ID3", "MP3 audio"),
            content(0, "fLaC", "FLAC audio"),
            content(0, "\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1", "a Microsoft Office document"),
            content(0, "\u007fELF", "a Linux program"),
            content(0, "\u00ca\u00fe\u00ba\u00be", "a Java class"),
            content(0, "wOFF", "a font"),
            content(0, "wOF2", "a font"),
            content(0, "OTTO", "a font"),
            content(0, "\0asm", "a WebAssembly program"),
            content(0, "bplist", "an Apple property list"),
            content(0, "\0\5\26\7", "a resource fork of macOS"),
            content(0, "MZ", "a Windows program"),
            content(0, "L\0\0\0\1\24\2\0", "a Windows shortcut"),
            content(0, "\0\1\0\0\0", "a font"),
            content(0, "GGUF", "a model (GGUF)"),
            content(8, "{\"", "a model (safetensors)"),
            content(0, "\n#\u00d7\u00ce", "MXNet RecordIO; write its images to files or to a tar archive"),
            content(16, "\u00de\u00c0\u00ef\u00be", "an LMDB database; write its images to files or to a tar archive"),
            content(24, "\u00de\u00c0\u00ef\u00be", "an LMDB database; write its images to files or to a tar archive"),
            content(0, "NRRD000", "a medical volume (NRRD); save its slices as image files"),
            content(344, "n+1\0", "a medical volume (NIfTI); save its slices as image files"),
            content(344, "ni1\0", "a medical volume (NIfTI); save its slices as image files"),
            content(0, "]\0\0", "LZMA-compressed data; decompress it"),
            content(36, "acsp", "a color profile"),
            content(4, "ftyp", "an MP4 video; extract frames as images"));

    /** Brands of the ISO base media format, which is a container of images and of videos. */
    private static final Pattern HEIC = Pattern.compile("hei[cxms]|hev[cxms]|mif[12]|msf1|miaf");

    private static final Pattern AVIF = Pattern.compile("avi[fso]");

    /** A pickle begins with its protocol; the second opcode is that of a frame or of a common first object. */
    private static final Pattern PICKLE =
            Pattern.compile("\u0080([\2\3][\\]\\}\\(cqX\u008a]|[\4\5]\u0095).*", Pattern.DOTALL);

    /** An Arrow message: its marker, the size of its metadata, and the flat buffer's first offset. */
    private static final Pattern ARROW_STREAM = Pattern.compile("\u00ff{4}.{2}\0\0\20\0{3}", Pattern.DOTALL);

    /** A packet of 188 bytes after the other. */
    private static final int TRANSPORT_PACKET = 188;

    /** Version 0 to 5, run-length encoding, 1 to 8 bits. */
    private static final Pattern PCX = Pattern.compile("\n[\0-\5]\1[\1\2\4\b]");

    /** Kind 2 and at least one image. */
    private static final Pattern CURSOR = Pattern.compile("\0\0\2\0[\1-\100]\0");

    /** Targa has no signature: kinds of color map and image, then sizes and 8 to 32 bits per pixel. */
    private static final Pattern TGA = Pattern.compile(
            ".(\0[\2\3\n\13]\0{5}|\1[\1\t].{4}[\17\20\30\40]).{4}(?!\0\0)..(?!\0\0)..[\b\17\20\30\40][\0-\77]",
            Pattern.DOTALL);

    private static FileKind image(int at, String signature, String name) {
        return new FileKind(at, signature, "unsupported image format: " + name + CONVERT);
    }

    private static FileKind content(int at, String signature, String name) {
        return new FileKind(at, signature, "not an image: the file contains " + name);
    }

    /** Explains what a file contains, for the error text. */
    static String describe(ByteView file) {
        String media = mediaBrand(file);
        if (media != null) {
            return media;
        }
        if (file.hasAscii(0, "PK\3\4")) {
            return zip(file);
        }
        for (FileKind kind : KINDS) {
            if (file.hasAscii(kind.at(), kind.signature())) {
                return kind.error();
            }
        }
        String start = file.ascii(0, 64);
        if (PICKLE.matcher(start).matches()) {
            return "not an image: the file contains a Python pickle; save its arrays as image files";
        }
        if (ARROW_STREAM.matcher(start).lookingAt()) {
            return "not an image: the file contains an Arrow stream; write its images to Parquet (to_parquet of Hugging Face's"
                    + " datasets)";
        }
        if (file.hasAscii(0, "G")
                && file.hasAscii(TRANSPORT_PACKET, "G")
                && file.hasAscii(2 * TRANSPORT_PACKET, "G")
                && !TextKind.isText(file)) {
            return "not an image: the file contains an MPEG video; extract frames as images";
        }
        if (isTfRecord(file)) {
            return "not an image: the file contains TFRecords; label it with --input-format tfrecord";
        }
        if (PCX.matcher(start).lookingAt()) {
            return "unsupported image format: PCX" + CONVERT;
        }
        if (CURSOR.matcher(start).lookingAt()) {
            return "unsupported image format: cursor (CUR)" + CONVERT;
        }
        if (TGA.matcher(start).lookingAt()) {
            return "unsupported image format: TGA" + CONVERT;
        }
        String text = TextKind.describe(file);
        return text != null ? text : unknown(file);
    }

    /** Names an image in the ISO base media format; if its major brand is a general one, the next brands decide. */
    private static @Nullable String mediaBrand(ByteView file) {
        if (!file.hasAscii(4, "ftyp")) {
            return null;
        }
        if (file.hasAscii(8, "crx ")) {
            return "unsupported image format: camera raw (Canon CR3)" + CONVERT;
        }
        String brands = file.ascii(8, 4) + file.ascii(16, 32);
        boolean heic = false;
        for (int i = 0; i + 4 <= brands.length(); i += 4) {
            String brand = brands.substring(i, i + 4);
            if (AVIF.matcher(brand).matches()) {
                return "unsupported image format: AVIF" + CONVERT;
            }
            heic |= i == 0 && HEIC.matcher(brand).matches();
        }
        return heic ? "unsupported image format: HEIC" + CONVERT : null;
    }

    /** Names what a ZIP archive is by its first member. */
    private static String zip(ByteView file) {
        String member = "";
        try {
            member = file.ascii(30, Math.min(file.u16le(26), 200));
        } catch (BadImageException e) {
            // The archive is truncated.
        }
        String content = "not an image: the file contains ";
        if (member.endsWith(".npy")) {
            return content + "NumPy arrays (.npz); save them as image files";
        }
        if (member.endsWith("/data.pkl") || member.equals("metadata.json")) {
            return content + "a model (PyTorch or Keras)";
        }
        if (member.equals("[Content_Types].xml") || member.equals("mimetype")) {
            return content + "an Office document or a book";
        }
        return content + (member.startsWith("META-INF/") ? "a Java archive" : "a ZIP archive" + ARCHIVE);
    }

    /** A TFRecord begins with a length of 8 bytes and its checksum, then a protocol buffer of that length. */
    private static boolean isTfRecord(ByteView file) {
        try {
            long length = file.u32le(0);
            return file.u32le(4) == 0 && length > 2 && 16 + length <= file.length() && file.u8(12) == 0x0a;
        } catch (BadImageException e) {
            return false;
        }
    }

    private static String unknown(ByteView file) {
        StringBuilder hex = new StringBuilder("unknown file format: the file starts with the bytes");
        boolean zeros = true;
        for (int i = 0; i < Math.min(512, file.length()); i++) {
            zeros &= file.bytes()[i] == 0;
        }
        if (zeros) {
            return "not an image: the file contains zeros";
        }
        for (int i = 0; i < Math.min(8, file.length()); i++) {
            hex.append(String.format(Locale.ROOT, " %02x", file.bytes()[i] & 0xff));
        }
        return hex.toString();
    }
}
