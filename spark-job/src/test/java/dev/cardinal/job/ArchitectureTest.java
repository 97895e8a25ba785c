package dev.cardinal.job;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.cardinal.zoo.PublicApi;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks the package structure of the three modules and the boundary of the public API. */
class ArchitectureTest {
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.cardinal");

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.cardinal.(**)").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void noTwoTypesHaveTheSameSimpleName() {
        Map<String, List<String>> byName = MAIN.stream()
                .filter(type ->
                        !type.isAnonymousClass() && !type.getSimpleName().equals("package-info"))
                .collect(groupingBy(JavaClass::getSimpleName, mapping(JavaClass::getName, toList())));

        assertThat(byName.values()).filteredOn(types -> types.size() > 1).isEmpty();
    }

    @Test
    void onlyGraphsTheJpegCodecAndTfRecordShardsUseTensorFlow() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.cardinal.zoo.graph")
                .and()
                .doNotHaveFullyQualifiedName("dev.cardinal.udf.image.TensorFlowCodecs")
                .and() // builds tf.train.Example with TensorFlow's own messages
                .doNotHaveFullyQualifiedName("dev.cardinal.job.export.TfRecordShardWriter")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.tensorflow..")
                .check(MAIN);
    }

    @Test
    void onlySqlUsesCatalyst() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.cardinal.udf.sql")
                .should()
                .dependOnClassesThat(catalystExceptRows())
                .check(MAIN);
    }

    @Test
    void noClassUsesTheClassesOfS3a() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.hadoop.fs.s3a..", "software.amazon.awssdk..")
                .check(MAIN);
    }

    @Test
    void publicApiMentionsOnlyPublicApiJdkAndSpark() {
        classes()
                .that(are("public API", ArchitectureTest::isPublicApi))
                .should(mentionOnlyPublicApi())
                .check(MAIN);
    }

    /** InternalRow is the row type of Spark's own aggregates, which the job module may use. */
    private static DescribedPredicate<JavaClass> catalystExceptRows() {
        return are(
                "classes of Catalyst other than InternalRow",
                type -> type.getPackageName().startsWith("org.apache.spark.sql.catalyst")
                        && !type.getFullName().equals("org.apache.spark.sql.catalyst.InternalRow"));
    }

    private static DescribedPredicate<JavaClass> are(String description, Predicate<JavaClass> predicate) {
        return DescribedPredicate.describe(description, predicate);
    }

    private static boolean isPublicApi(JavaClass type) {
        return type.isAnnotatedWith(PublicApi.class)
                || type.getEnclosingClass().map(ArchitectureTest::isPublicApi).orElse(false);
    }

    /** Hadoop's Configuration counts as Spark's: {@code JavaSparkContext.hadoopConfiguration()} returns it. */
    private static boolean mayBeMentioned(JavaClass type) {
        JavaClass element = type.getBaseComponentType();
        return element.isPrimitive()
                || Stream.of(
                                "java.",
                                "org.apache.spark.",
                                "scala.",
                                "org.jspecify.",
                                "org.apache.hadoop.conf.Configuration")
                        .anyMatch(element.getFullName()::startsWith)
                || isPublicApi(element);
    }

    private static ArchCondition<JavaClass> mentionOnlyPublicApi() {
        return new ArchCondition<>("mention only public API, JDK and Spark types in public signatures") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                if (!type.getModifiers().contains(JavaModifier.PUBLIC)) {
                    return;
                }
                type.getCodeUnits().stream()
                        .filter(member -> member.getModifiers().contains(JavaModifier.PUBLIC))
                        .forEach(member -> mentioned(member)
                                .filter(each -> !mayBeMentioned(each))
                                .forEach(each -> events.add(SimpleConditionEvent.violated(
                                        member, member.getFullName() + " mentions " + each.getFullName()))));
            }
        };
    }

    private static Stream<JavaClass> mentioned(JavaCodeUnit member) {
        Stream<JavaType> types = Stream.concat(
                Stream.of(member.getReturnType()),
                Stream.concat(member.getParameterTypes().stream(), member.getExceptionTypes().stream()));
        return types.map(JavaType::getAllInvolvedRawTypes).flatMap(Set::stream);
    }
}
