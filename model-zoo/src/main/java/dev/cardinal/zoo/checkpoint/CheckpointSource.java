package dev.cardinal.zoo.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The file that is read for a checkpoint. It differs from the given path for directories, and for archives, whose
 * content is in a temporary file.
 *
 * @param path the file
 * @param name its name in messages
 * @param files result of {@link Checkpoint#files}
 * @param notes result of {@link Checkpoint#notes}
 */
record CheckpointSource(Path path, String name, List<Path> files, List<String> notes) {
    CheckpointSource {
        files = List.copyOf(files);
        notes = List.copyOf(notes);
    }

    static CheckpointSource of(Path file) {
        return new CheckpointSource(file, file.toString(), List.of(file), List.of());
    }

    /** Returns the content of an archive: a temporary file, which stands for the archive. */
    CheckpointSource content(Path temporary, String contentName) {
        return new CheckpointSource(temporary, contentName, files, notes);
    }

    CheckpointSource withNote(String note) {
        List<String> more = new ArrayList<>(notes);
        more.add(note);
        return new CheckpointSource(path, name, files, more);
    }
}
