package dev.cardinal.zoo.checkpoint;

/** The checkpoint file formats that Cardinal reads. */
public enum CheckpointFormat {
    /** {@code torch.save} since PyTorch 1.6: a zip archive with a pickle and raw storages. */
    PYTORCH_ZIP("pytorch-zip"),

    /** {@code torch.save} before PyTorch 1.6: pickles and raw storages, one after another. */
    PYTORCH_LEGACY("pytorch-legacy"),

    /** Hugging Face's format: a JSON header and raw tensors. */
    SAFETENSORS("safetensors"),

    /** Torch7's {@code .t7}: a tree of Lua objects, here a network of {@code nn} modules. */
    TORCH7("torch7");

    private final String id;

    CheckpointFormat(String id) {
        this.id = id;
    }

    /** Returns the name of the format in the provenance of a bundle. */
    public String id() {
        return id;
    }
}
