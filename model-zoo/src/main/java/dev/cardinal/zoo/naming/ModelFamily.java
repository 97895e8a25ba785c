package dev.cardinal.zoo.naming;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A kind of checkpoint that Cardinal does not import, and the tensor names that identify it.
 *
 * @param names pattern of a name that only this kind has
 * @param sentence the end of the message: what it is, and what to do
 */
record ModelFamily(Pattern names, String sentence) {
    private static final List<ModelFamily> ALL = List.of(
            of(
                    "(^|.*\\.)(activation_post_process|weight_fake_quant|fake_quant.*)\\..*",
                    "it is a model for quantization-aware training, whose convolutions contain their batch normalization;"
                            + " import the float model that it was made from"),
            of(
                    ".*(_packed_params.*|(^|\\.)zero_point)",
                    "it is a quantized model; import the float model that it was made from"),
            of(
                    ".*\\.(qweight|qzeros|weight_scale|SCB|quant_state.*)",
                    "it is a quantized model; import the float model that it was made from"),
            of(
                    ".*\\.(weight_orig|weight_mask)",
                    "its weights are pruned with masks; call torch.nn.utils.prune.remove on every layer and save it again"),
            of(
                    ".*(\\.weight_[gv]|\\.parametrizations\\..*)",
                    "its weights are parametrized (weight normalization or the like); call remove_parametrizations on"
                            + " every layer and save it again"),
            of(
                    "(.*\\.)?_?flat_param.*",
                    "it contains the flat parameters of FSDP; save it with StateDictType.FULL_STATE_DICT"),
            of(
                    ".*[._]lora_?([AB]|up|down|magnitude).*",
                    "it contains LoRA adapters, not a whole model; merge them with merge_and_unload() and save the model"),
            of(
                    "(^|.*\\.)(rpn|roi_heads|bbox_head|rpn_head|bbox_embed|fpn|retina.*)\\..*",
                    "it is an object detection model; Cardinal imports image classifiers"),
            of(
                    "(^|.*\\.)(aux_classifier|decode_head|seg_head|segmentation_head|mask_head|classifier\\.0\\.convs)\\..*",
                    "it is a segmentation model; Cardinal imports image classifiers"),
            of(".*relative_position_bias_table", "it is a Swin Transformer; Cardinal imports ResNet and ResNeXt"),
            of(
                    "(^|.*\\.)(cls_token|class_token|class_embedding|pos_embed.*|position_embeddings.*|positional_embedding)$",
                    "it is a Vision Transformer; Cardinal imports ResNet and ResNeXt"),
            of(".*(denseblock|denselayer)\\d.*", "it is a DenseNet; Cardinal imports ResNet and ResNeXt"),
            of(
                    ".*\\.(dwconv|conv_dw|depthwise_conv|dw_conv)\\..*|.*(^|\\.)(conv_stem|conv_head)\\..*|(.*\\.)?features\\.\\d+\\.\\d+\\.block\\.\\d+\\.(\\d+|fc1)\\..*",
                    "it is a ConvNeXt, EfficientNet or MobileNet; Cardinal imports ResNet and ResNeXt"),
            of(
                    "(.*\\.)?features\\.\\d+\\.(conv|block)\\..*|.*\\.layer_scale.*|.*\\.gamma",
                    "it is a ConvNeXt, EfficientNet or MobileNet; Cardinal imports ResNet and ResNeXt"),
            of(
                    "(.*\\.)?(Mixed_\\d.*|inception\\d.*|mixed_\\d.*)",
                    "it is an Inception network; Cardinal imports ResNet and ResNeXt"),
            of(
                    "(.*\\.)?features\\.\\d+\\.(squeeze|expand1x1)\\..*",
                    "it is a SqueezeNet; Cardinal imports ResNet and ResNeXt"),
            of(
                    "(.*\\.)?(trunk_output\\..*|s1\\.b1\\.conv1\\.conv\\.weight)",
                    "it is a RegNet; Cardinal imports ResNet and ResNeXt"),
            of(
                    "(.*\\.)?features\\.\\d+\\.(weight|bias)",
                    "it is a VGG or AlexNet; Cardinal imports ResNet and ResNeXt"),
            of(
                    ".*\\.layer\\d\\.\\d+\\.(se|se_module|ca|sa|cbam|attn|eca)\\..*|layer\\d\\.\\d+\\.(se|se_module|ca|sa|cbam|attn|eca)\\..*",
                    "its blocks contain squeeze-and-excitation or another attention: use a card whose variant has"
                            + " squeeze_excitation, if the layers are named se.fc1 and se.fc2 as in timm; others are not imported"),
            of(
                    "(.*\\.)?conv1\\.\\d+\\.(weight|bias)",
                    "its stem has several convolutions: use a card with a deep stem; other networks with such a stem (ResNeSt,"
                            + " SENet-154) are not imported"));

    private static final Pattern OPTIMIZER = Pattern.compile(
            "(.*\\.)?(exp_avg|exp_avg_sq|max_exp_avg_sq|momentum_buffer|square_avg|grad_avg|acc_delta|step)");

    private static ModelFamily of(String names, String sentence) {
        return new ModelFamily(Pattern.compile(names), sentence);
    }

    /** Returns whether a state dict contains only what an optimizer keeps. */
    static boolean isOptimizer(StateDictNames names) {
        return !names.tensors().isEmpty()
                && names.tensors().keySet().stream()
                        .allMatch(name -> OPTIMIZER.matcher(name).matches());
    }

    /** Returns the sentence about the kind of a checkpoint, if its names show one. */
    static Optional<String> sentence(Collection<StateDictNames> stateDicts) {
        List<String> names = stateDicts.stream()
                .flatMap(dict -> Stream.concat(dict.tensors().keySet().stream(), dict.unreadable().keySet().stream()))
                .toList();
        if (names.stream().allMatch(name -> OPTIMIZER.matcher(name).matches())) {
            return Optional.of("it contains the state of an optimizer and no model; save model.state_dict()");
        }
        return ALL.stream()
                .filter(family -> names.stream()
                        .anyMatch(name -> family.names.matcher(name).matches()))
                .map(ModelFamily::sentence)
                .findFirst();
    }
}
