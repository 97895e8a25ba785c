package dev.cardinal.zoo.checkpoint;

import java.nio.file.Path;

/** The container of Torch7, Lua's Torch: one object tree without a magic number, here a network of nn modules. */
final class Torch7 {
    private Torch7() {}

    static Checkpoint open(Path file) {
        return TensorFile.parse(Container.TORCH7, MappedFile.open(file, Container.TORCH7), Torch7::contents);
    }

    private static TensorFile.Contents contents(MappedFile file) {
        ByteCursor cursor = new ByteCursor(file, 0, file.length());
        Torch7Value root = new Torch7Reader(cursor).read();
        if (cursor.remaining() > 0) {
            throw file.origin().damaged(cursor.position(), "its object is followed by other bytes");
        }
        Torch7Tensors tensors = new Torch7Tensors(file);
        new Torch7Network(tensors).add(root, file.origin());
        return new TensorFile.Contents(tensors.all(), tensors.batchNormEps());
    }
}
