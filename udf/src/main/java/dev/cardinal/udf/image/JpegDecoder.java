package dev.cardinal.udf.image;

/** JPEG, decoded by TensorFlow's libjpeg-turbo with the accurate integer DCT and fancy upsampling, as Pillow's is. */
final class JpegDecoder implements ImageDecoder {

    private final TensorFlowCodecs codecs;

    JpegDecoder(TensorFlowCodecs codecs) {
        this.codecs = codecs;
    }

    @Override
    public ImageHeader header(ByteView file) throws BadImageException {
        return JpegMarkers.frameHeader(file);
    }

    @Override
    public void decode(ByteView file, ImageHeader header, Pixels into) throws BadImageException {
        JpegMarkers.requireComplete(file);
        codecs.decodeJpeg(file.bytes(), header, into);
    }
}
