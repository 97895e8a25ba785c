package dev.cardinal.job.label;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.cardinal.job.common.AtomicFiles;
import dev.cardinal.job.common.JsonMappers;
import dev.cardinal.udf.fs.FileSystems;
import dev.cardinal.zoo.CardinalException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Says which files of a table's directory are the table while others replace them: {@code _cardinal/replacement.json}. No file system
 * replaces several files at once, but this file is replaced at once, which is the moment when the new files become the
 * table. Stateless and thread-safe.
 */
final class ReplacementLog {
    private final Configuration configuration;
    private final FileSystem fileSystem;
    private final Path file;

    /** How far a replacement is. */
    enum Phase {
        /** The added files are not part of the table yet. */
        ADDING,
        /** The removed files are no longer part of the table. */
        REMOVING,
        /** All files of the directory are the table. */
        DONE
    }

    /**
     * A replacement of files.
     *
     * @param id distinguishes it from others
     * @param added names of the new files
     * @param removed names of the files that they replace
     */
    record Replacement(String id, Phase phase, List<String> added, List<String> removed) {
        boolean isPending() {
            return phase != Phase.DONE;
        }

        /** Returns whether a file of the directory is not part of the table. */
        boolean hides(String name) {
            return switch (phase) {
                case ADDING -> added.contains(name);
                case REMOVING -> removed.contains(name);
                case DONE -> false;
            };
        }

        Replacement in(Phase other) {
            return new Replacement(id, other, added, removed);
        }
    }

    ReplacementLog(Path file, Configuration configuration) throws IOException {
        this.configuration = configuration;
        this.fileSystem = FileSystems.fileSystem(file, configuration);
        this.file = file;
    }

    /** Returns the last replacement, empty if there was none. */
    Optional<Replacement> read() throws IOException {
        try (InputStream in = fileSystem.open(file)) {
            Replacement replacement = JsonMappers.RECORDS.readValue(in, Replacement.class);
            if (replacement == null
                    || replacement.phase() == null
                    || replacement.added() == null
                    || replacement.removed() == null) {
                throw corrupt("fields are missing");
            }
            return Optional.of(replacement);
        } catch (FileNotFoundException e) {
            return Optional.empty();
        } catch (JsonProcessingException e) {
            throw corrupt(e.getOriginalMessage());
        }
    }

    private CardinalException corrupt(String why) {
        return CardinalException.output(file + " is corrupt: " + why
                + "; it is written by compact, and says which files of the" + " directory are the table");
    }

    void write(Replacement replacement) throws IOException {
        AtomicFiles.write(file, JsonMappers.RECORDS.writeValueAsBytes(replacement), configuration);
    }
}
