/**
 * Image preparation: decodes, resizes and crops encoded images into the pixels that a model was trained on.
 *
 * <p>The reference is Pillow 12.3.0 with {@code Image.open(file).convert("RGB")}, followed by torchvision's evaluation
 * transform. {@code src/test/corpus} has a file for each line below.
 *
 * <table>
 * <caption>The decoder of each format, and its pixels compared with Pillow's</caption>
 * <tr><th>format<th>decoder<th>pixels
 * <tr><td>JPEG, gray, YCbCr or RGB<td>TensorFlow's libjpeg-turbo<td>equal
 * <tr><td>JPEG, CMYK or YCCK<td>the JDK's libjpeg<td>equal, except that a JDK with its own libjpeg 6b does not
 *     interpolate chroma that is halved only vertically (4:4:0)
 * <tr><td>PNG<td>TensorFlow's libpng<td>equal, including Pillow's clipping of 16-bit gray at 255
 * <tr><td>GIF<td>this package<td>equal
 * <tr><td>BMP<td>this package<td>equal; run lengths of 4 bits are right, Pillow garbles them
 * <tr><td>WebP<td>libwebp 1.5<td>equal, also if lossy
 * <tr><td>TIFF, lossless<td>this package<td>equal; the orientation tag is applied, as Pillow does when it loads a file
 * <tr><td>TIFF, fax and JPEG<td>TwelveMonkeys<td>equal; damaged fax data differ
 * <tr><td>PBM, PGM, PPM<td>this package<td>equal
 * </table>
 *
 * <table>
 * <caption>Files that this package reads differently from Pillow on purpose</caption>
 * <tr><th>file<th>Pillow<th>here<th>reason
 * <tr><td>JPEG whose data end before its end marker<td>the rest is gray<td>undecodable, if the last pixel is gray; read
 *     with {@code --truncated keep}<td>half a picture gets a wrong class
 * <tr><td>PNG with too few rows<td>the rest is black<td>undecodable; read with {@code --truncated keep}<td>the same
 * <tr><td>lossless JPEG, TIFF in CIE L*a*b*, TIFF with old-style JPEG, with JPEG in
 *     planes, with gray and alpha or of 12 bits<td>reads them
 *     <td>unsupported<td>no library on the class path gives Pillow's pixels
 * <tr><td>first page of a camera's raw file (DNG, NEF, CR2)<td>reads the thumbnail<td>unsupported<td>the thumbnail is
 *     not the picture
 * <tr><td>CMYK TIFF with inks that are not CMYK; PFM<td>wrong colors; black<td>unsupported<td>useless pixels
 * <tr><td>TIFF palette of values up to 255; planar TIFF of 16 bits; big-endian compressed TIFF of 32 bits or
 *     signed 16 bits; uncompressed YCbCr TIFF; BMP with run
 *     lengths of 4 bits<td>black or noise<td>the picture<td>valid files
 * <tr><td>big-endian BigTIFF; TIFF with CMYK and alpha, or gray and an unspecified sample; BMP with 4 bits per color;
 *     PNG with a wrong checksum of metadata; JPEG with an empty color profile; WebP with a wrong length in its
 *     header<td>refuses<td>the picture<td>nothing that makes pixels is damaged
 * </table>
 *
 * <p>Pillow 9.4 and 12.3 differ in these files, and this package follows 12.3: it reads BMP headers of 52 and 56 bytes, signed
 * 8-bit TIFF, big-endian 16-bit CMYK TIFF and TIFF palettes with an extra sample, and it turns a JPEG with an
 * orientation in XMP only; palette indices out of range are black in GIF, BMP and PNG, and run-length BMP with holes
 * has color 0 there. A progressive JPEG that ends early is not smoothed, as in 9.4, because TensorFlow's libjpeg-turbo
 * does not. Neither version reads TIFF with WebP data. 12.3 reads AVIF, which is unsupported here: no library on
 * Maven Central brings a decoder with libavif's pixels for Linux on both x86-64 and arm64.
 *
 * <p>No Java library resamples bit for bit as Pillow or Torch7 do, so both resamplers are written here.
 */
@NullMarked
package dev.cardinal.udf.image;

import org.jspecify.annotations.NullMarked;
