package dev.cardinal.zoo.checkpoint;

import java.util.Map;

/** Reads the format of Torch7, Lua's Torch: an object tree without a magic number, here a network of nn modules. */
final class Torch7 {
    private Torch7() {}

    static TensorFile.Contents contents(MappedFile file) {
        ByteCursor cursor = new ByteCursor(file, 0, file.length());
        Torch7Value root = new Torch7Reader(cursor).read();
        if (cursor.remaining() > 0) {
            throw file.errors().corrupt(cursor.position(), "unexpected bytes after the object");
        }
        Torch7Tensors tensors = new Torch7Tensors(file);
        new Torch7Network(tensors).add(root, file.errors());
        return new TensorFile.Contents(Map.of("", tensors.all()), tensors.batchNormEps());
    }
}
