package dev.cardinal.zoo.card;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Label files in common formats. The contents are the first lines of the published files. */
class LabelFileTest {
    private static final List<ClassLabel> WITH_IDS = List.of(
            new ClassLabel("tench", "n01440764"),
            new ClassLabel("goldfish", "n01443537"),
            new ClassLabel("great white shark", "n01484850"));
    private static final List<ClassLabel> NAMES = List.of(
            new ClassLabel("tench", null), new ClassLabel("goldfish", null), new ClassLabel("great white shark", null));
    private static final List<ClassLabel> SYNONYMS = List.of(
            new ClassLabel("tench, Tinca tinca", "n01440764"),
            new ClassLabel("goldfish, Carassius auratus", "n01443537"));

    @TempDir
    private Path directory;

    static Stream<Arguments> files() {
        return Stream.of(
                arguments("tench\ngoldfish\ngreat white shark\n", "one name per line", NAMES),
                arguments("  tench \ngoldfish\t\n great white shark\n\n \n", "one name per line", NAMES),
                arguments("\uFEFFtench\r\ngoldfish\r\ngreat white shark", "one name per line", NAMES),
                arguments(
                        "tench\tn01440764\ngoldfish\tn01443537\ngreat white shark\tn01484850\n",
                        "lines of name, WordNet id separated by tab",
                        WITH_IDS),
                // Java properties, and lines of a configuration
                arguments(
                        "class.0=tench\nclass.1=goldfish\nclass.2=great white shark\n",
                        "lines of index, name separated by an equals sign or a colon",
                        NAMES),
                arguments(
                        "label[2]: great white shark\nlabel[0]: tench\nlabel[1]: goldfish\n",
                        "lines of index, name separated by an equals sign or a colon",
                        NAMES),
                // Roboflow's _classes.csv, and a submission to Kaggle
                arguments(
                        "filename, tench, goldfish, great white shark\na.jpg, 0, 1, 0\nb.jpg, 1, 0, 0\n",
                        "the header of a table with a column for each class, separated by comma",
                        NAMES),
                arguments(
                        "id,tench,goldfish,great white shark\na1,0.25,0.5,.25\nb2,1e-3,0.9,0.099\n",
                        "the header of a table with a column for each class, separated by comma",
                        NAMES),
                // fastai's vocabulary and scikit-learn's LabelEncoder, also with other values
                arguments(
                        "{\"vocab\": [\"tench\", \"goldfish\", \"great white shark\"], \"size\": 224}",
                        "a JSON list under vocab",
                        NAMES),
                arguments(
                        "{\"classes_\": [\"tench\", \"goldfish\", \"great white shark\"]}",
                        "a JSON list under classes_",
                        NAMES),
                arguments(
                        "cat\tfelis\ndog\tcanis\n",
                        "lines of name, id separated by tab",
                        List.of(new ClassLabel("cat", "felis"), new ClassLabel("dog", "canis"))),
                arguments(
                        "cat\tfelis\ndog\n",
                        "names, some with a tab and an id",
                        List.of(new ClassLabel("cat", "felis"), new ClassLabel("dog", null))),
                // Kaggle's LOC_synset_mapping.txt and Caffe's synset_words.txt
                arguments(
                        "n01440764 tench, Tinca tinca\nn01443537 goldfish, Carassius auratus\n",
                        "lines of WordNet id, name separated by space",
                        SYNONYMS),
                // map_clsloc.txt of ImageNet's development kit
                arguments(
                        "n02119789 1 kit_fox\nn02100735 2 English_setter\nn02110185 3 Siberian_husky\n",
                        "lines of WordNet id, index, name separated by space, indices from 1",
                        List.of(
                                new ClassLabel("kit_fox", "n02119789"),
                                new ClassLabel("English_setter", "n02100735"),
                                new ClassLabel("Siberian_husky", "n02110185"))),
                arguments(
                        "0 tench\n1 goldfish\n2 great white shark\n", "lines of index, name separated by space", NAMES),
                arguments(
                        "0: tench\n1: goldfish\n2: great white shark\n",
                        "lines of index, name separated by space",
                        NAMES),
                arguments(
                        "0\ttench\n1\tgoldfish\n2\tgreat white shark\n",
                        "lines of index, name separated by tab",
                        NAMES),
                arguments(
                        "1\ttench\n3\tgreat white shark\n2\tgoldfish\n",
                        "lines of index, name separated by tab, indices from 1",
                        NAMES),
                arguments(
                        "0\tn01440764\ttench\n1\tn01443537\tgoldfish\n2\tn01484850\tgreat white shark\n",
                        "lines of index, WordNet id, name separated by tab",
                        WITH_IDS),
                arguments(
                        "n01440764,tench\nn01443537,goldfish\nn01484850,great white shark\n",
                        "lines of WordNet id, name separated by comma",
                        WITH_IDS),
                arguments(
                        "id,name\nn01440764,tench\nn01443537,goldfish\nn01484850,great white shark\n",
                        "columns id, name separated by comma",
                        WITH_IDS),
                arguments(
                        "class_id;class_name;group\n0;tench;fish\n1;goldfish;fish\n2;great white shark;fish\n",
                        "columns class_id, class_name, group separated by semicolon",
                        NAMES),
                arguments(
                        "class_id,species,family\n0,tench,fish\n1,goldfish,fish\n2,great white shark,fish\n",
                        "columns class_id, species, family separated by comma",
                        NAMES),
                arguments(
                        ",breed\n0,tench\n1,goldfish\n2,great white shark\n",
                        "columns breed separated by comma",
                        NAMES),
                arguments(
                        "0,\"tench, Tinca tinca\"\n1,\"a \"\"fish\"\"\"\n",
                        "lines of index, name separated by comma",
                        List.of(new ClassLabel("tench, Tinca tinca", null), new ClassLabel("a \"fish\"", null))),
                arguments(
                        "0,tench, Tinca tinca\n1,cock\n",
                        "lines of index, name separated by comma",
                        List.of(new ClassLabel("tench, Tinca tinca", null), new ClassLabel("cock", null))),
                arguments(
                        "n01440764\nn01443537\n",
                        "one name per line",
                        List.of(new ClassLabel("n01440764", null), new ClassLabel("n01443537", null))),
                arguments("0\n1\n2\n", "one name per line", digits()),
                // a name can occur twice, like "crane" in ImageNet, and a comment is a line like every other
                arguments(
                        "# classes\ncrane\ncrane\n",
                        "one name per line",
                        List.of(
                                new ClassLabel("# classes", null),
                                new ClassLabel("crane", null),
                                new ClassLabel("crane", null))),
                arguments(
                        "tench,goldfish,great white shark\n",
                        "one name per line",
                        List.of(new ClassLabel("tench,goldfish,great white shark", null))),
                arguments("[\"tench\", \"goldfish\", \"great white shark\"]", "a JSON list", NAMES),
                // Keras
                arguments(
                        "{\"0\": [\"n01440764\", \"tench\"], \"1\": [\"n01443537\", \"goldfish\"],"
                                + " \"2\": [\"n01484850\", \"great white shark\"]}",
                        "a JSON dictionary of index and name",
                        WITH_IDS),
                // Hugging Face transformers
                arguments("""
                        {
                          "architectures": ["ResNetForImageClassification"],
                          "id2label": {
                            "0": "tench",
                            "1": "goldfish",
                            "2": "great white shark"
                          },
                          "num_channels": 3
                        }
                        """, "a JSON dictionary of index and name under id2label", NAMES),
                // timm
                arguments(
                        "{\"architecture\": \"resnet18\", \"num_classes\": 2, \"label_names\": [\"n01440764\", \"n01443537\"],"
                                + " \"label_descriptions\": {\"n01440764\": \"tench, Tinca tinca\","
                                + " \"n01443537\": \"goldfish, Carassius auratus\"}}",
                        "timm's label_names",
                        SYNONYMS),
                // json.dump(dataset.class_to_idx, file)
                arguments(
                        "{\"great white shark\": 2, \"goldfish\": 1, \"tench\": 0}",
                        "a JSON dictionary of name and index",
                        NAMES),
                arguments(
                        "[{\"id\": 1, \"name\": \"tench\"}, {\"id\": 2, \"name\": \"goldfish\"},"
                                + " {\"id\": 3, \"name\": \"great white shark\"}]",
                        "a JSON list, indices from 1",
                        NAMES),
                arguments("""
                        {"name": "tench", "wnid": "n01440764"}
                        {"name": "goldfish", "wnid": "n01443537"}
                        {"name": "great white shark", "wnid": "n01484850"}
                        """, "a JSON list", WITH_IDS),
                arguments(
                        "{\"n01440764\": \"tench\", \"n01443537\": \"goldfish\", \"n01484850\": \"great white shark\"}",
                        "a JSON dictionary of WordNet id and name",
                        WITH_IDS),
                // imagenet1000_clsidx_to_labels.txt
                arguments(
                        "{0: 'tench',\n 1: 'goldfish',\n 2: \"great white shark\"}",
                        "a Python dictionary of index and name",
                        NAMES),
                arguments("['tench', 'goldfish',\n 'great white shark',]", "a Python list", NAMES),
                arguments("CLASSES = ['tench', 'goldfish', 'great white shark']\n", "a Python list", NAMES),
                arguments(
                        "export const CLASSES: Record<number, string> = {0: 'tench', 1: 'goldfish', 2: 'great white shark'};\n",
                        "a Python dictionary of index and name",
                        NAMES),
                // Ultralytics
                arguments(
                        "train: ../train/images\n\nnc: 3\nnames: ['tench', 'goldfish', 'great white shark']\n",
                        "a Python list",
                        NAMES),
                arguments(
                        "path: ../x # root\n\nnames:\n  0: tench\n  1: goldfish # red\n  2: great white shark\nnc: 3\n",
                        "YAML under names",
                        NAMES),
                arguments("names:\n- tench\n- 'goldfish'\n- great white shark\n", "YAML under names", NAMES),
                // the card of a data set of Hugging Face
                arguments("""
                        dataset_info:
                          features:
                          - name: label
                            dtype:
                              class_label:
                                names:
                                  '0': tench
                                  '1': goldfish
                                  '2': great white shark
                          splits:
                          - name: train
                        """, "YAML under names", NAMES),
                arguments(
                        "{\"features\": {\"image\": {\"_type\": \"Image\"}, \"label\": {\"names\": [\"tench\","
                                + " \"goldfish\", \"great white shark\"], \"_type\": \"ClassLabel\"}}}",
                        "a JSON list under features",
                        NAMES),
                arguments(
                        "{\"label\": {\"0\": \"tench\", \"1\": \"goldfish\", \"2\": \"great white shark\"}}",
                        "a JSON dictionary of index and name under label",
                        NAMES),
                // TensorFlow's object detection
                arguments("""
                        item {
                          id: 1
                          name: 'tench'
                        }
                        item {
                          id: 2
                          name: 'goldfish'
                        }
                        item {
                          id: 3
                          name: 'great white shark'
                        }
                        """, "a label map of TensorFlow, indices from 1", NAMES),
                arguments(
                        "item {\n  name: \"/m/01g317\"\n  id: 1\n  display_name: \"person\"\n}\n",
                        "a label map of TensorFlow, indices from 1",
                        List.of(new ClassLabel("person", "/m/01g317"))),
                // categories_places365.txt
                arguments(
                        "/a/airfield 0\n/a/airplane_cabin 1\n/a/airport_terminal 2\n",
                        "lines of name, index separated by space",
                        List.of(
                                new ClassLabel("/a/airfield", null),
                                new ClassLabel("/a/airplane_cabin", null),
                                new ClassLabel("/a/airport_terminal", null))),
                arguments(
                        "class 0\nclass 1\nclass 2\n",
                        "one name per line",
                        List.of(
                                new ClassLabel("class 0", null),
                                new ClassLabel("class 1", null),
                                new ClassLabel("class 2", null))),
                arguments(
                        "0 -> tench\n1 -> goldfish\n2 -> great white shark\n",
                        "lines of index, name separated by space",
                        NAMES),
                arguments("'tench'\n'goldfish'\n'great white shark'\n", "one name per line", NAMES),
                arguments("\"tench\",\n\"goldfish\",\n\"great white shark\",\n", "one name per line", NAMES),
                arguments(
                        "tench: 0\ngoldfish: 1\ngreat white shark: 2\n",
                        "lines of name, index separated by space",
                        NAMES),
                arguments(
                        "tench=0\ngoldfish=1\ngreat white shark=2\n", "lines of name, index separated by space", NAMES),
                arguments(
                        "0|tench\n1|goldfish\n2|great white shark\n",
                        "lines of index, name separated by vertical bar",
                        NAMES),
                arguments(
                        "| id | name |\n|---|:---|\n| 0 | tench |\n| 1 | goldfish |\n| 2 | great white shark |\n",
                        "columns id, name separated by vertical bar",
                        NAMES),
                // lists with separators at the ends of lines, directories, and bullets
                arguments("tench,\ngoldfish,\ngreat white shark\n", "one name per line", NAMES),
                arguments("'tench',\n'goldfish',\n'great white shark'\n", "one name per line", NAMES),
                arguments("tench,\ngoldfish\n", "one name per line", NAMES.subList(0, 2)),
                arguments("tench;\ngoldfish;\ngreat white shark;\n", "one name per line", NAMES),
                arguments("tench/\ngoldfish/\ngreat white shark/\n", "one name per line", NAMES),
                arguments("* tench\n* goldfish\n* great white shark\n", "one name per line", NAMES),
                // one column of CSV: only values with separators or quotes are in quotes
                arguments(
                        "tench\n\"shark, great white\"\n\"a \"\"fish\"\"\"\n",
                        "one name per line",
                        List.of(
                                new ClassLabel("tench", null),
                                new ClassLabel("shark, great white", null),
                                new ClassLabel("a \"fish\"", null))),
                arguments(
                        "\"so called\" fish\ntench\n\"quoted\"\n",
                        "one name per line",
                        List.of(
                                new ClassLabel("\"so called\" fish", null),
                                new ClassLabel("tench", null),
                                new ClassLabel("\"quoted\"", null))),
                // Excel
                arguments(
                        "\uFEFFsep=;\r\nid;name\r\n0;tench\r\n1;goldfish\r\n2;great white shark\r\n;\r\n;\r\n",
                        "columns id, name separated by semicolon",
                        NAMES),
                // pandas: a series without a name, and an index that was read with missing values
                arguments(
                        ",0\ntench,0\ngoldfish,1\ngreat white shark,2\n",
                        "lines of name, index separated by comma",
                        NAMES),
                arguments(
                        "idx,name\n1.0,goldfish\n0.0,tench\n2.0,great white shark\n",
                        "columns idx, name separated by comma",
                        NAMES),
                // YAML with classes that are dictionaries, with quotes, and with brackets in the next line
                arguments("- name: tench\n- name: goldfish\n- name: great white shark\n", "a YAML list", NAMES),
                arguments("""
                        - name: tench
                          attributes: []
                        - name: goldfish
                          attributes:
                            - name: color
                        - name: great white shark
                        """, "a YAML list", NAMES),
                arguments("""
                        classes:
                          - id: 1
                            name: goldfish
                          - id: 0
                            name: tench
                          - id: 2
                            name: great white shark
                        nc: 3
                        """, "YAML under classes", NAMES),
                arguments(
                        "names:\n  0: 'cock''s comb'\n  1: \"a \\\"fish\\\"\"\n",
                        "YAML under names",
                        List.of(new ClassLabel("cock's comb", null), new ClassLabel("a \"fish\"", null))),
                arguments(
                        "names:\n  [\n    tench, goldfish,\n    great white shark\n  ]\nnc: 3\n",
                        "YAML under names",
                        NAMES),
                arguments(
                        "item { id: 1 name: 'cock\\'s comb' }\nitem { id: 2 name: \"a } b\" }\n",
                        "a label map of TensorFlow, indices from 1",
                        List.of(new ClassLabel("cock's comb", null), new ClassLabel("a } b", null))),
                arguments("class_name\ntench\ngoldfish\ngreat white shark\n", "the column class_name", NAMES),
                // class-descriptions.csv of Open Images
                arguments(
                        "LabelName,DisplayName\n/m/011k07,Tortoise\n/m/011q46kg,Container\n",
                        "lines of Freebase id, name separated by comma",
                        List.of(new ClassLabel("Tortoise", "/m/011k07"), new ClassLabel("Container", "/m/011q46kg"))),
                // other YAML than Ultralytics'
                arguments("- tench\n- 'goldfish'\n- great white shark\n", "a YAML list", NAMES),
                arguments(
                        "nc: 3\nclasses:\n  - tench\n  - goldfish\n  - great white shark\n",
                        "YAML under classes",
                        NAMES),
                arguments(
                        "id2label:\n  0: tench\n  1: goldfish\n  2: great white shark\n", "YAML under id2label", NAMES),
                arguments("names: [tench, goldfish,\n  great white shark]\nnc: 3\n", "YAML under names", NAMES),
                arguments("names: {0: tench, 2: great white shark, 1: goldfish}\n", "YAML under names", NAMES),
                arguments("names: ['tench',\n  'goldfish', 'great white shark']\n", "a Python list", NAMES),
                // programs
                arguments(
                        "CLASSES = (\n    'tench', 'goldfish',\n    'great white shark',\n)\n", "a Python list", NAMES),
                arguments("('tench', 'goldfish', 'great white shark')", "a Python list", NAMES),
                arguments("['tench',  # it's 0\n 'goldfish',  # 1\n 'great white shark']", "a Python list", NAMES),
                arguments(
                        "# the classes\nimport os\n\nCLASSES = ['tench', 'goldfish',\n  \"great white shark\"]\nN = len(CLASSES)\n",
                        "a Python list",
                        NAMES),
                arguments(
                        "\"\"\"Classes.\"\"\"\nfrom collections import OrderedDict\n\nNAMES = OrderedDict(\n    {\n"
                                + "        \"n01440764\": \"tench, Tinca tinca\",\n"
                                + "        \"n01443537\": \"goldfish, Carassius auratus\",\n    }\n)\n",
                        "a Python dictionary of WordNet id and name",
                        SYNONYMS),
                arguments("module.exports = ['tench', 'goldfish', 'great white shark'];\n", "a Python list", NAMES),
                arguments(
                        "# labels\nitem {\n  id: 1\n  name: 'tench'\n}\nitem {\n  id: 2\n  name: 'goldfish'\n}\n",
                        "a label map of TensorFlow, indices from 1",
                        NAMES.subList(0, 2)),
                // JSON with synonyms, pairs of index and name, numbers as text, and classes under their names or ids
                arguments(
                        "{\"0\": [\"tench\", \"Tinca tinca\"], \"1\": [\"goldfish\"]}",
                        "a JSON dictionary of index and name",
                        List.of(new ClassLabel("tench, Tinca tinca", null), new ClassLabel("goldfish", null))),
                arguments("[[1, \"goldfish\"], [0, \"tench\"], [2, \"great white shark\"]]", "a JSON list", NAMES),
                arguments(
                        "{\"goldfish\": \"1\", \"tench\": \"0\", \"great white shark\": \"2\"}",
                        "a JSON dictionary of name and index",
                        NAMES),
                arguments(
                        "{\"n01443537\": {\"index\": 1, \"name\": \"goldfish, Carassius auratus\"},"
                                + " \"n01440764\": {\"index\": 0, \"name\": \"tench, Tinca tinca\"}}",
                        "a JSON dictionary of name and class",
                        SYNONYMS),
                arguments(
                        "{\"tench\": {\"id\": 0}, \"goldfish\": {\"id\": 1}, \"great white shark\": {\"id\": 2}}",
                        "a JSON dictionary of name and class",
                        NAMES));
    }

    private static List<ClassLabel> digits() {
        return Stream.of("0", "1", "2").map(name -> new ClassLabel(name, null)).toList();
    }

    @ParameterizedTest
    @MethodSource("files")
    void formatIsDetected(String content, String format, List<ClassLabel> labels) throws IOException {
        LabelFile read = LabelFile.read(file(content, UTF_8));

        assertThat(read.labels()).isEqualTo(labels);
        assertThat(read.format()).isEqualTo(format);
    }

    static Stream<Arguments> filesWithOtherLines() {
        return Stream.of(
                arguments("breed\ntench\ngoldfish\ngreat white shark\n", "line 1, 'breed', is a header"),
                arguments("Label\r\ntench\r\ngoldfish\r\ngreat white shark\r\n", "line 1, 'Label', is a header"),
                arguments("\uFEFFclass\ntench\ngoldfish\ngreat white shark\n", "line 1, 'class', is a header"),
                arguments("name\ntench\ngoldfish\ngreat white shark\n", "line 1, 'name', is a header"),
                arguments("species\ntench\ngoldfish\ngreat white shark\n", "line 1, 'species', is a header"),
                arguments("category\ntench\ngoldfish\ngreat white shark\n", "line 1, 'category', is a header"),
                arguments(
                        "\"breed\"\n\"tench\"\n\"goldfish\"\n\"great white shark\"\n",
                        "line 1, '\"breed\"', is a header"),
                arguments(
                        "breed,family\ntench,fish\ngoldfish,fish\ngreat white shark,fish\n",
                        "line 1, 'breed,family', is a header"),
                arguments(
                        "family;species\nfish;tench\nfish;goldfish\nfish;great white shark\n",
                        "line 1, 'family;species', is a header"),
                arguments("# my classes\ntench\ngoldfish\ngreat white shark\n", "line 1, '# my classes', is a comment"),
                arguments("# a\n// b\ntench\ngoldfish\ngreat white shark\n", "the first 2 lines are comments"),
                arguments("# pets\nbreed\ntench\ngoldfish\ngreat white shark\n", "line 2, 'breed', is a header"));
    }

    @ParameterizedTest
    @MethodSource("filesWithOtherLines")
    void linesBeforeTheClassesAreDetectedByTheNumberOfClasses(String content, String caution) throws IOException {
        Path file = file(content, UTF_8);

        LabelFile read = LabelFile.read(file, 3);

        assertThat(read.labels()).isEqualTo(NAMES);
        assertThat(read.summary(file)).contains("; " + caution + ", because the network has 3 classes");
    }

    static Stream<Arguments> filesWithOtherNumbersOfClasses() {
        return Stream.of(
                // the words are classes, because the number of lines is that of the classes
                arguments("name\nlabel\nbreed\n", List.of("name", "label", "breed")),
                arguments("# a\ncrane\ncrane\n", List.of("# a", "crane", "crane")),
                // no header, or a header with one class too many
                arguments("background\ntench\ngoldfish\nshark\n", List.of("background", "tench", "goldfish", "shark")),
                arguments("label\ntench\ngoldfish\na\nb\n", List.of("label", "tench", "goldfish", "a", "b")),
                // images and their labels
                arguments(
                        "file,label\na.jpg,cat\nb.jpg,cat\nc.jpg,dog\n",
                        List.of("file,label", "a.jpg,cat", "b.jpg,cat", "c.jpg,dog")));
    }

    @ParameterizedTest
    @MethodSource("filesWithOtherNumbersOfClasses")
    void everyOtherLineIsAClass(String content, List<String> names) throws IOException {
        assertThat(LabelFile.read(file(content, UTF_8), 3).labels())
                .extracting(ClassLabel::name)
                .isEqualTo(names);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tench, goldfish, great white shark\n", "\"tench\";goldfish;great white shark"})
    void namesOnOneLineAreDetectedByTheNumberOfClasses(String content) throws IOException {
        LabelFile read = LabelFile.read(file(content, UTF_8), 3);

        assertThat(read.labels()).isEqualTo(NAMES);
        assertThat(read.format()).isEqualTo("names on one line");
    }

    static Stream<Arguments> invalidFiles() {
        return Stream.of(
                arguments("", " are empty: write one class per line"),
                arguments("\n \n", " are empty: write one class per line"),
                arguments("tench\n\ngoldfish\n", ": line 2 is blank, but classes follow it: every line is a class"),
                arguments(
                        "tench\tn01440764\ngoldfish\tn01440764\n",
                        ": classes 0 'tench' and 1 'goldfish' have the same id n01440764"),
                arguments(
                        "0\tbreed 0\tdog\n1\tbreed 1\tdog\n",
                        ": line 1 has 3 columns separated by tab, [0, breed 0, dog], and it is unclear which one is the name:"
                                + " write one name per line, or name, tab and id"),
                arguments("0\ta\n1\tb\tc\n", ": line 2 has 3 columns, but line 1 has 2 (separated by tab)"),
                arguments("0,a\n1,b\n1,c\n", ": two classes have the index 1"),
                arguments("0,a\n1,b\n3,c\n", ": the indices of 3 classes must count from 0 or 1, but 2 is missing"),
                arguments("cat\tfelis\n\tcanis\n", ": class 2 has an empty name: [, canis]"),
                arguments(
                        "{\"dog\": [1, 2], \"cat\": [3]}",
                        ": the JSON value has the keys dog, cat, which are not the indices of classes; write {\"0\": \"name\","
                                + " \"1\": ...} or a list of names"),
                arguments(
                        "id,name\n-1,a\n0,b\n1,c\n",
                        ": the column id has the index -1: indices must count from 0 or 1"),
                arguments(
                        "- id: 0\n  name: a\n- id: 1\n  type: any\n",
                        ": item 2 of the YAML list has no name: {id=1, type=any}"),
                arguments(
                        "c\0a\0t\0\n\0",
                        ": the file contains NUL characters, as UTF-16 and binary files do; save the names as UTF-8 text, one"
                                + " per line"),
                arguments(
                        "(lp0\nVcat\np1\na.", ": the file is a pickle, not text; save the names as text, one per line"),
                arguments("{\"id2label\": {}, \"a\": 1}", ": the JSON value under id2label contains no classes"),
                arguments("[\"a\", null]", ": a class must be a text, or an id and a name, not null"),
                arguments("[{\"text\": \"a\"}]", ": a class has no name: {\"text\":\"a\"}"),
                arguments("item {\n  id: 1\n}\n", ": item 1 of the label map has no name"),
                arguments(
                        "<!DOCTYPE html>\n<html></html>",
                        ": the file contains HTML or XML; download the file that the page links to"),
                arguments(
                        "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 3\n",
                        ": the file is a Git LFS pointer instead of the file itself; run git lfs pull"),
                arguments(
                        "PK\3\4",
                        ": the file is a zip file or a spreadsheet, not text; save the names as text, one per line"));
    }

    @ParameterizedTest
    @MethodSource("invalidFiles")
    void invalidFileIsRefused(String content, String message) throws IOException {
        Path file = file(content, UTF_8);

        assertThatThrownBy(() -> LabelFile.read(file))
                .isInstanceOf(CardinalException.class)
                .hasMessage("labels " + file + message);
    }

    @Test
    void brokenJsonIsRefusedWithItsPlace() throws IOException {
        Path file = file("{\"0\": \"tench\",\n \"1\" \"goldfish\"}", UTF_8);

        assertThatThrownBy(() -> LabelFile.read(file))
                .hasMessageStartingWith("labels " + file
                        + ": the file begins like JSON or a Python dictionary, but line 2, column 6 is invalid: ");
    }

    @Test
    void fileThatDoesNotExistIsNamed() {
        Path file = directory.resolve("labels.txt");

        assertThatThrownBy(() -> LabelFile.read(file))
                .isInstanceOf(CardinalException.class)
                .hasMessage("labels " + file + " do not exist");
    }

    static Stream<Arguments> encodings() {
        return Stream.of(
                arguments("cat\ndog\nLöwchen\n", StandardCharsets.ISO_8859_1, 3),
                arguments("cat\ndog\nöl\n", StandardCharsets.ISO_8859_1, 3),
                arguments("cat\ndog\n", StandardCharsets.UTF_16, 1));
    }

    @ParameterizedTest
    @MethodSource("encodings")
    void otherEncodingIsRefusedWithTheLine(String content, Charset encoding, int line) throws IOException {
        Path file = file(content, encoding);

        assertThatThrownBy(() -> LabelFile.read(file))
                .hasMessage("labels " + file + ", line " + line + ": not valid UTF-8; save the file as UTF-8");
    }

    @Test
    void summaryShowsTheFirstClassesUnlessTheFormatIsPlain() throws IOException {
        Path file = file("tench\ngoldfish\n", UTF_8);
        assertThat(LabelFile.read(file).summary(file))
                .isEqualTo("labels " + file + ": 2 classes, read as one name per line");

        file("n01440764 tench\nn01443537 goldfish\nn01484850 shark\nn01491361 tiger shark\n", UTF_8);
        assertThat(LabelFile.read(file).summary(file))
                .isEqualTo("labels " + file + ": 4 classes, read as lines of WordNet id, name separated by space;"
                        + " the first are 'tench' (n01440764), 'goldfish' (n01443537), 'shark' (n01484850)");
    }

    static Stream<Arguments> cautions() {
        return Stream.of(
                arguments(
                        "tench, Tinca tinca\ngoldfish, Carassius auratus\n",
                        "the text after a comma is part of the name"),
                arguments("tench # fish\nhen # bird\n", "the text after # is part of the name"),
                arguments("2 door\n4 door\n", "the numbers are part of the names"),
                arguments(
                        "n02119789 1 kit_fox\nn02100735 2 English_setter\n",
                        "classes are in the order of the index, not of the WordNet ids"));
    }

    @ParameterizedTest
    @MethodSource("cautions")
    void secondReadingIsExplained(String content, String explanation) throws IOException {
        Path file = file(content, UTF_8);

        assertThat(LabelFile.read(file).summary(file)).contains("; the first are '", "; " + explanation);
    }

    private Path file(String content, Charset encoding) throws IOException {
        return Files.writeString(directory.resolve("classes"), content, encoding);
    }
}
