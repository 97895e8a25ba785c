package dev.cardinal.udf.shard;

import dev.cardinal.udf.Container;
import dev.cardinal.udf.ImageFetcher.UnreadableImageException;
import dev.cardinal.udf.ImageRef;
import dev.cardinal.udf.image.Status;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The images of a tar archive: every regular member but those that lie {@linkplain SampleName#sidecar() beside} an image.
 *
 * <p>Holds the images of one sample until the next sample begins, since the truth may follow them; a sample of more than {@value
 * #MAX_SAMPLE} images is taken for several.
 */
final class TarImages extends LazyImages {
    private static final int MAX_SAMPLE = 1000;
    private static final int MAX_SIDECAR = 1 << 20;

    private final ShardInput in;
    private final Container container;
    private final TarMembers members;
    private final UniqueNames names = new UniqueNames();
    private final Deque<ImageRef> ready = new ArrayDeque<>();
    private Sample sample = new Sample("");
    private boolean ended;
    private @Nullable IOException failure;
    private int hidden;

    TarImages(ShardFile file, ShardInput in) {
        super(ShardFormat.TAR, file);
        this.in = in;
        this.container = in.seekable() ? Container.TAR : Container.TAR_GZ;
        this.members = new TarMembers(in, in.seekable() ? file.length() : Long.MAX_VALUE);
    }

    @Override
    @Nullable
    ImageRef advance() throws IOException {
        while (ready.isEmpty()) {
            if (failure != null) {
                throw failure;
            }
            if (ended) {
                return null;
            }
            try {
                read();
            } catch (DamageException | UnreadableImageException e) {
                failure = e;
                begin("");
            }
        }
        return ready.remove();
    }

    private void read() throws IOException {
        TarMember member = members.next();
        if (member == null) {
            ended = true;
            begin("");
        } else if (member.type() != TarMember.Type.OTHER) {
            take(member);
        }
    }

    private void begin(String key) {
        ready.addAll(sample.finished());
        sample = new Sample(key);
    }

    private void take(TarMember member) throws IOException {
        SampleName name = SampleName.of(member.name());
        if (name.hidden()) {
            hidden++;
            return;
        }
        if (!name.key().equals(sample.key()) || sample.size() == MAX_SAMPLE) {
            begin(name.key());
        }
        if (!name.sidecar()) {
            members.pass();
            sample.add(image(member, name));
        } else if (Sample.tellsTruth(name) && member.type() == TarMember.Type.REGULAR && member.size() <= MAX_SIDECAR) {
            sample.read(name, members.content(member));
        }
    }

    private ImageRef image(TarMember member, SampleName name) throws DamageException {
        return new ImageRef(
                file().path() + "!/" + names.unique(name.path()),
                new ImageRef.Location(file().path(), container, member.position()),
                member.size(),
                file().modifiedMillis(),
                name.key(),
                null,
                member.type() == TarMember.Type.SPARSE
                        ? new ImageRef.Problem(
                                Status.UNDECODABLE, "tar: a sparse member: write the archive without --sparse")
                        : null);
    }

    @Override
    long reading() {
        return members.reading();
    }

    @Override
    String counted() {
        return in.seekable() ? "" : " of the uncompressed archive";
    }

    @Override
    public int hidden() {
        return hidden;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
