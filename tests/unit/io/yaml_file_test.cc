#include "core/io/yaml_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_directory.h"

namespace fairfeed {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

enum class Rule { paper, waterfill };

// Reads a bit of everything, as a program would.
struct Settings {
    std::int64_t port = 0;
    bool tls = false;
    NodeId node;
    Rule rule = Rule::paper;
    std::string broker;
    std::filesystem::path key;
    std::vector<std::int64_t> sizes;
    std::vector<MeterId> meters;
};

struct Outcome {
    Settings settings;
    YamlErrors errors;
};

void read(const YamlView& root, Settings& into) {
    into.port = root.require_int("port", 1, 65535);
    into.tls = root.optional_bool("tls").value_or(true);
    into.node = root.require_name<NodeId>("node");
    into.rule =
        root.optional_choice<Rule>("rule", {{"paper", Rule::paper}, {"waterfill", Rule::waterfill}})
            .value_or(Rule::paper);
    if (const auto broker = root.optional_map("broker"))
        into.broker = broker->require_text("address");
    into.key = root.optional_path("key").value_or("");
    for (const YamlView& item : root.optional_list("sizes"))
        into.sizes.push_back(item.as_int(0, 9));
    for (const YamlView& item : root.optional_list("meters"))
        into.meters.push_back(item.require_name<MeterId>("id"));
}

Outcome outcome_of(std::string_view text) {
    Outcome outcome;
    const auto document = YamlDocument::parse("conf/lab.yaml", text);
    if (!document) return {{}, document.error()};
    read(document->root(), outcome.settings);
    outcome.errors = document->finish();
    return outcome;
}

TEST(YamlFileTest, reads_a_list_in_a_list_and_says_where_there_is_none) {
    const auto document = YamlDocument::parse("conf/lab.yaml", "rows: [[1, 2], [], 3]\n");
    ASSERT_TRUE(document);
    std::vector<std::size_t> lengths;
    std::vector<std::int64_t> first;
    for (const YamlView& row : document->root().require_list("rows")) {
        const auto items = row.as_list();
        if (!items) continue;
        lengths.push_back(items->size());
        for (const YamlView& item : *items)
            first.push_back(item.as_int(2, 9));
    }
    EXPECT_THAT(lengths, ElementsAre(2, 0));
    EXPECT_THAT(document->finish(),
                ElementsAre("conf/lab.yaml:1:9: 'rows[0][0]' must be between 2 and 9, not 1",
                            "conf/lab.yaml:1:20: 'rows[2]' must be a list, not '3'"));
    EXPECT_THAT(first, ElementsAre(2, 2));
}

TEST(YamlFileTest, reads_a_right_file) {
    const auto [settings, errors] = outcome_of(
        "port: 8883\ntls: false\nnode: n1\nrule: waterfill\nkey: keys/n1.pem\n"
        "broker: {address: \"10.0.0.1\"}\nsizes: [0, 9]\nmeters:\n  - id: m1\n  - id: m2\n");
    EXPECT_THAT(errors, IsEmpty());
    EXPECT_EQ(settings.port, 8883);
    EXPECT_FALSE(settings.tls);
    EXPECT_EQ(settings.node, NodeId("n1"));
    EXPECT_EQ(settings.rule, Rule::waterfill);
    EXPECT_EQ(settings.broker, "10.0.0.1");
    EXPECT_EQ(settings.key, "conf/keys/n1.pem");
    EXPECT_THAT(settings.sizes, ElementsAre(0, 9));
    EXPECT_THAT(settings.meters, ElementsAre(MeterId("m1"), MeterId("m2")));
}

struct Row {
    const char* text;   // added to "port: 1\nnode: n1\n", so it begins on line 3
    const char* error;  // without the file name
};

class YamlMistake : public testing::TestWithParam<Row> {};

TEST_P(YamlMistake, is_told_with_line_and_column) {
    const std::string text = std::string("port: 1\nnode: n1\n") + GetParam().text;
    EXPECT_THAT(outcome_of(text).errors,
                ElementsAre(std::string("conf/lab.yaml:") + GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    Table, YamlMistake,
    testing::Values(
        Row{"tsl: true\n", "3:1: unknown key 'tsl' (did you mean 'tls'?)"},
        Row{"something_else: 1\n", "3:1: unknown key 'something_else'"},
        Row{"port: 2\n", "3:1: duplicate key 'port'"},
        Row{"tls: yes\n", "3:6: 'tls' must be true or false, not 'yes'"},
        Row{"tls: \"true\"\n", "3:6: 'tls' must be true or false, not 'true'"},
        Row{"rule: fair\n", "3:7: 'rule' must be one of paper, waterfill, not 'fair'"},
        Row{"broker:\n  adress: x\n  address: y\n",
            "4:3: unknown key 'broker.adress' (did you mean 'address'?)"},
        Row{"broker:\n  address: [1]\n", "4:12: 'broker.address' must be text, not a list"},
        Row{"broker: 5\n", "3:9: 'broker' must be a map, not '5'"},
        Row{"broker: {address: x, address: y}\n", "3:22: duplicate key 'broker.address'"},
        Row{"key: ''\n", "3:6: 'key' must be text, not nothing"},
        Row{"sizes: 3\n", "3:8: 'sizes' must be a list, not '3'"},
        Row{"sizes: [1, 10]\n", "3:12: 'sizes[1]' must be between 0 and 9, not 10"},
        Row{"sizes: [007]\n",
            "3:9: 'sizes[0]' must be a whole number in plain decimal digits, not '007'"},
        Row{"sizes: [0x1]\n",
            "3:9: 'sizes[0]' must be a whole number in plain decimal digits, not '0x1'"},
        Row{"sizes: [1.0]\n",
            "3:9: 'sizes[0]' must be a whole number in plain decimal digits, not '1.0'"},
        Row{"sizes: ['1']\n",
            "3:9: 'sizes[0]' must be a whole number in plain decimal digits, not '1'"},
        Row{"meters: [m1]\n", "3:10: 'meters[0]' must be a map, not 'm1'"},
        Row{"meters:\n  - id: M/1\n",
            "4:9: 'meters[0].id' must be a name of 1 to 32 characters a-z, 0-9 and '-', not "
            "'M/1'"},
        Row{"meters:\n  - idd: m1\n    id: m2\n",
            "4:5: unknown key 'meters[0].idd' (did you mean 'id'?)"}));

TEST(YamlFileTest, tells_every_mistake_at_once_in_the_order_of_the_file) {
    EXPECT_THAT(outcome_of("prot: 1\ntls: no\nsizes: [a]\n").errors,
                ElementsAre("conf/lab.yaml:1:1: missing key 'port'",
                            "conf/lab.yaml:1:1: missing key 'node'",
                            "conf/lab.yaml:1:1: unknown key 'prot' (did you mean 'port'?)",
                            "conf/lab.yaml:2:6: 'tls' must be true or false, not 'no'",
                            "conf/lab.yaml:3:9: 'sizes[0]' must be a whole number in plain "
                            "decimal digits, not 'a'"));
}

TEST(YamlFileTest, places_the_readers_own_objections) {
    const auto document = YamlDocument::parse("a.yaml", "one: 1\ntwo: 2\n");
    ASSERT_TRUE(document);
    (void)document->root().require_int("one", 0, 9);
    document->root().fail("two", "two must be below one");
    EXPECT_THAT(document->finish(), ElementsAre("a.yaml:2:6: two must be below one"));
}

TEST(YamlFileTest, says_where_the_syntax_breaks) {
    EXPECT_THAT(outcome_of("port: [1\nnode: n1\n").errors,
                ElementsAre(HasSubstr("conf/lab.yaml:2:")));
    EXPECT_THAT(outcome_of("- 1\n").errors, ElementsAre(HasSubstr("(a map)")));
    EXPECT_THAT(outcome_of("").errors, ElementsAre(HasSubstr("(a map)")));
}

TEST(YamlFileTest, is_not_troubled_by_aliases_that_multiply) {
    std::string text = "port: 1\nnode: n1\nl0: &l0 [x, x]\n";
    for (int i = 1; i < 40; ++i) {
        const std::string below = "*l" + std::to_string(i - 1);
        text += "l" + std::to_string(i) + ": &l" + std::to_string(i) + " [" + below + ", " + below +
                "]\n";
    }
    EXPECT_EQ(outcome_of(text).errors.size(), 40U);
}

TEST(YamlFileTest, loads_from_the_disk_and_names_a_missing_file) {
    const testing_support::TempDirectory directory;
    std::ofstream(directory / "a.yaml") << "one: 1\n";
    const auto document = YamlDocument::load(directory / "a.yaml");
    ASSERT_TRUE(document);
    EXPECT_EQ(document->root().require_int("one", 1, 1), 1);
    EXPECT_THAT(YamlDocument::load(directory / "b.yaml").error(),
                ElementsAre(HasSubstr("b.yaml': No such file")));
}

}  // namespace
}  // namespace fairfeed
