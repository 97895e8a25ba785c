package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.ImageFetcher.UnreadableImageException;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.Markers;
import dev.cardinal.udf.fetch.SkipReason;
import dev.cardinal.udf.image.Status;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Iterates over the images of an archive: every file and hard link that the {@linkplain MemberRules rules} accept.
 *
 * <p>Keeps the images of one sample until the next sample begins, because the truth may follow them; a sample with more
 * than {@value #MAX_SAMPLE} images is split.
 */
final class ArchiveImages extends AbstractImageIterator {
    private static final int MAX_SAMPLE = 1000;
    private static final int MAX_SIDECAR = 1 << 20;

    private final ShardFormat format;
    private final ImageContainer container;
    private final ArchiveMembers members;
    private final MemberRules rules;
    private final UniqueNames names = new UniqueNames();
    private final MemberIndex contents = new MemberIndex();
    private final Map<SkipReason, Long> skipped = new EnumMap<>(SkipReason.class);
    private final Deque<ImageRef> ready = new ArrayDeque<>();
    private Sample sample = new Sample("");
    private boolean ended;
    private @Nullable IOException failure;

    ArchiveImages(
            ShardFormat format, ShardFile file, ImageContainer container, ArchiveMembers members, MemberRules rules) {
        super(format, file);
        this.format = format;
        this.container = container;
        this.members = members;
        this.rules = rules;
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
            } catch (CorruptShardException | UnreadableImageException e) {
                failure = e;
                beginSample("");
            }
        }
        return ready.remove();
    }

    private void read() throws IOException {
        ArchiveMember member = members.next();
        if (member == null) {
            ended = true;
            beginSample("");
            return;
        }
        switch (member.type()) {
            case REGULAR -> {
                if (member.problem() == null) {
                    contents.add(member);
                }
                add(member);
            }
            case HARD_LINK -> addLink(member);
            case SYMBOLIC_LINK -> skip(SkipReason.LINK);
            case OTHER -> skip(SkipReason.SPECIAL_MEMBER);
            case DIRECTORY -> {}
        }
    }

    private void addLink(ArchiveMember link) throws IOException {
        MemberIndex.MemberRange content = link.target() == null ? null : contents.find(link.target());
        boolean isImage = content != null && rules.isImage(SampleName.of(link.name()));
        if (content == null || !isImage) {
            skip(SkipReason.LINK);
            return;
        }
        ArchiveMember linked = link.withContentAt(content.position(), content.size());
        contents.add(linked);
        SampleName name = SampleName.of(link.name());
        if (!skipBookkeeping(name)) {
            add(sampleOf(name), name, image(linked, name));
        }
    }

    private void skip(SkipReason reason) {
        skipped.merge(reason, 1L, Long::sum);
    }

    /** Skips hidden members and the bookkeeping of other programs, which directories packed as they lie contain. */
    private boolean skipBookkeeping(SampleName name) {
        boolean isMarker = Arrays.stream(name.path().split("/")).anyMatch(Markers::isMarker);
        if (name.isHidden()) {
            skip(SkipReason.HIDDEN);
        } else if (isMarker) {
            skip(SkipReason.MARKER);
        }
        return name.isHidden() || isMarker;
    }

    private void beginSample(String key) {
        ready.addAll(sample.imagesWithTruth());
        long others = sample.others();
        if (others > 0) {
            skipped.merge(SkipReason.MEMBER, others, Long::sum);
        }
        sample = new Sample(key);
    }

    private Sample sampleOf(SampleName name) {
        if (!name.key().equals(sample.key()) || sample.size() == MAX_SAMPLE) {
            beginSample(name.key());
        }
        return sample;
    }

    private void add(ArchiveMember member) throws IOException {
        SampleName name = SampleName.of(member.name());
        if (skipBookkeeping(name)) {
            return;
        }
        Sample current = sampleOf(name);
        if (rules.isImage(name)) {
            members.skipContent();
            add(current, name, image(member, name));
        } else if (!name.isSidecar()) {
            skip(SkipReason.MEMBER);
        } else if (Sample.mayContainTruth(name) && member.problem() == null && member.size() <= MAX_SIDECAR) {
            current.read(name, members.content(member));
        }
    }

    private void add(Sample to, SampleName name, ImageRef image) {
        if (rules.areNamed()) {
            to.addNamed(image);
        } else {
            to.add(name, image);
        }
    }

    private ImageRef image(ArchiveMember member, SampleName name) throws CorruptShardException {
        return new ImageRef(
                file().path() + "!/" + names.unique(name.path()),
                new ImageRef.Location(file().path(), container, member.position()),
                member.size(),
                file().modifiedMillis(),
                name.key(),
                null,
                problem(member, name));
    }

    private ImageRef.@Nullable Problem problem(ArchiveMember member, SampleName name) {
        if (member.problem() != null) {
            return new ImageRef.Problem(Status.UNDECODABLE, format.title() + ": " + member.problem());
        }
        return MemberRules.isArchive(name)
                ? new ImageRef.Problem(
                        Status.UNSUPPORTED,
                        format.title()
                                + ": an archive within an archive is not read: extract it, and label the extracted"
                                + " archives")
                : null;
    }

    @Override
    long offset() {
        return members.headerPosition();
    }

    @Override
    String offsetSuffix() {
        return members.positionSuffix();
    }

    @Override
    public Map<SkipReason, Long> skipped() {
        return skipped;
    }

    @Override
    public void close() throws IOException {
        members.close();
    }
}
