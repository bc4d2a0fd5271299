#include "core/io/yaml_documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/io/yaml_file.h"

namespace fairfeed {
namespace {

using testing::ElementsAre;

struct Row {
    const char* text;
    int line;  // counted from 0; -1: nothing is dropped
};

const Row kRows[] = {
    {"", -1},
    {"a: 1\n", -1},
    {"---\na: 1\n", -1},
    {"# mine\n\n---\na: 1\n", -1},
    {"%YAML 1.2\n---\na: 1\n", -1},
    {"\xef\xbb\xbf---\na: 1\n", -1},
    {"a: 1\n...\n", -1},
    {"a: 1\r\n...\r\n\r\n# the end\r\n", -1},
    {"a: ...\nb: --- c\n", -1},
    {"a: |\n  ---\n  ...\n", -1},
    {"a: 1\n---\nb: 2\n", 1},
    {"a: 1\n---\n", 1},
    {"a: 1\n--- # more\nb: 2\n", 1},
    {"---\na: 1\n---\nb: 2\n", 2},
    {"---\n---\na: 1\n", 1},
    {"a: 1\r\n---\r\nb: 2\r\n", 1},
    {"a: 1\n...\nb: 2\n", 2},
    {"a: 1\n... \n\n  b: 2\n", 3},
    {"a: 1\n...\n---\nb: 2", 2},
    {"...\na: 1\n", 1},
};

TEST(YamlDocuments, what_would_be_dropped_is_found) {
    for (const Row& row : kRows) {
        const auto rest = rest_after_document(row.text);
        EXPECT_EQ(rest ? rest->line : -1, row.line) << row.text;
    }
}

TEST(YamlDocuments, that_follow_the_first_are_errors_of_the_file_with_their_place) {
    const auto twice = YamlDocument::parse("lab.yaml", "a: 1\n---\na: 2\n");
    ASSERT_TRUE(twice);
    EXPECT_EQ(twice->root().require_int("a", 0, 9), 1);
    EXPECT_THAT(twice->finish(),
                ElementsAre("lab.yaml:2:1: a second document begins here ('---'): a file has one"));
    const auto after = YamlDocument::parse("lab.yaml", "a: 1\n...\nb: [\n");
    ASSERT_TRUE(after);
    EXPECT_EQ(after->root().require_int("a", 0, 9), 1);
    EXPECT_THAT(after->finish(),
                ElementsAre("lab.yaml:3:1: this stands after the end of the document ('...'): put "
                            "it before that line, or remove that line"));
}

}  // namespace
}  // namespace fairfeed
