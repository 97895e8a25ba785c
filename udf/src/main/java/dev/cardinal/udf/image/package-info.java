/**
 * Where encoded bytes become the pixels a model was trained on: decoding, resizing, cropping.
 *
 * <p>The reference is Pillow 9.4.0 with {@code Image.open(file).convert("RGB")}, and torchvision's evaluation transform on top of it.
 *
 * <table>
 * <caption>What decodes each format, and how its pixels compare with Pillow's</caption>
 * <tr><th>format<th>decoder<th>pixels
 * <tr><td>JPEG, grey or YCbCr or RGB<td>TensorFlow's libjpeg-turbo<td>equal
 * <tr><td>JPEG, CMYK or YCCK<td>the JDK's libjpeg<td>equal; a JDK with its own libjpeg 6b upsamples chroma that is halved
 *     vertically only (4:4:0) without interpolation
 * <tr><td>PNG<td>TensorFlow's libpng<td>equal, with Pillow's oddity that grey of 16 bits is clipped at 255
 * <tr><td>GIF<td>the JDK<td>equal
 * <tr><td>BMP<td>the JDK<td>equal
 * <tr><td>WebP<td>libwebp 1.5<td>equal, lossy too
 * <tr><td>TIFF<td>TwelveMonkeys<td>equal; turned as its orientation says, which Pillow does on loading
 * </table>
 *
 * <p>What is accepted differs. Pillow opens files that lack only their last bytes, such as a JPEG without its end marker or a PNG without
 * IEND; here a file that stops short at any byte is undecodable, and so is one whose header promises more rows than the data
 * hold. Damaged fax TIFF, damaged run-length BMP and palette indices out of range give other pixels than Pillow's. BigTIFF is
 * unsupported. TIFF samples of more than 16 bits, CIE L*a*b* TIFF, and BMP with embedded JPEG or PNG are undecodable.
 */
@NullMarked
package dev.cardinal.udf.image;

import org.jspecify.annotations.NullMarked;
