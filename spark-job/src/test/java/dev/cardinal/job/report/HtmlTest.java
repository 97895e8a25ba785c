package dev.cardinal.job.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HtmlTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    <script>alert(1)</script> | &lt;script&gt;alert(1)&lt;/script&gt;
                    "><img src=x onerror=y>   | &quot;&gt;&lt;img src=x onerror=y&gt;
                    it's &amp; more           | it&#39;s &amp;amp; more
                    größe 日本 😀             | größe 日本 😀
                    """)
    void textIsNeverMarkup(String text, String expected) {
        assertThat(new Html().element("p", text, "title", text).toString())
                .isEqualTo("<p title=\"" + expected + "\">" + expected + "</p>");
    }

    @Test
    void invisibleAndDirectionCharactersAreShownByTheirCodes() {
        assertThat(escaped("a\u202egpj.exe\u2066\u200f\u0000\u001b[2J\u2028\ufeff\ud800b"))
                .isEqualTo("a\\u202egpj.exe\\u2066\\u200f\\u0000\\u001b[2J\\u2028\\ufeff\\ud800b");
    }

    @Test
    void lineFeedsTabsAndJoinersAreUnchanged() {
        String family = "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67";
        assertThat(escaped("a\nb\tc " + family)).isEqualTo("a\nb\tc " + family);
    }

    @Test
    void attributesWithoutAValueAreOmitted() {
        assertThat(new Html()
                        .open("th", "scope", "col", "aria-sort", null)
                        .close()
                        .empty("img", "alt", "")
                        .toString())
                .isEqualTo("<th scope=\"col\"></th><img alt=\"\">");
    }

    @Test
    void openElementIsRejected() {
        assertThatThrownBy(() -> new Html().open("main").open("p").close().toString())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("main");
    }

    private static String escaped(String text) {
        return new Html().text(text).toString();
    }
}
