// The project explains every citation, every row of docs/references.md is cited, and every link of
// a page has a target. The second half plants mistakes and expects the rules to find each of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tidy/citation_rules.h"
#include "tests/tidy/page_rules.h"
#include "tests/tidy/tracked_files.h"

namespace fairfeed::tidy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kRoot = FAIRFEED_SOURCE_DIR;

void tell(const std::string& path, const std::vector<Finding>& findings) {
    for (const Finding& finding : findings)
        ADD_FAILURE() << path << ":" << finding.line << ": " << finding.text;
}

TEST(Citations, lead_to_a_page_of_this_repository_and_back) {
    const std::vector<std::string> files = tracked_files(kRoot);
    if (files.empty()) GTEST_SKIP() << "not a git checkout: no list of files to walk";
    const References rows = referenced_rows(read_source(kRoot, kReferences));
    References known = rows;
    for (const char* page : {"docs/protocol.md", "docs/chain-rules.md"})
        known.merge(numbered_rules(read_source(kRoot, page)));
    std::set<std::string> cited;
    for (const std::string& path : files) {
        const SourceFile file = read_source(kRoot, path);
        tell(path, citations_are_known(file, known));
        tell(path, nothing_points_outside(file));
        tell(path, rows_say_their_paper(file));
        if (!may_cite(file)) continue;
        for (const Citation& citation : citations_of(file))
            cited.insert(citation.name);
    }
    tell(kReferences, rows_are_cited(rows, cited));
}

TEST(Links, lead_somewhere) {
    for (const std::string& path : tracked_files(kRoot)) {
        const SourceFile file = read_source(kRoot, path);
        if (file.ends_with(".md")) tell(path, links_lead_somewhere(file, kRoot));
    }
}

TEST(Pages, name_tests_and_files_that_are_there) {
    std::set<std::string> tests;
    std::vector<SourceFile> pages;
    for (const std::string& path : tracked_files(kRoot)) {
        SourceFile file = read_source(kRoot, path);
        tests.merge(tests_of(file));
        if (file.ends_with(".md") && path != "CHANGELOG.md") pages.push_back(std::move(file));
    }
    for (const SourceFile& page : pages)
        tell(page.path, named_things_are_there(page, kRoot, tests));
}

TEST(Glossary, is_in_the_order_of_the_alphabet_and_every_word_has_its_page) {
    const SourceFile page = read_source(kRoot, "docs/glossary.md");
    const std::vector<std::string> words = glossary_words(page);
    ASSERT_GE(words.size(), 60U);
    tell(page.path, glossary_is_in_order(page));
}

std::vector<std::string> names(const std::string& text) {
    std::vector<std::string> out;
    for (const Citation& each : citations_of(make_source("core/base/x.h", text)))
        out.push_back(each.name);
    return out;
}

TEST(Citations, are_read_however_they_are_listed_and_broken) {
    EXPECT_THAT(names("// (paper A19, A23-A25)\n"),
                ElementsAre("paper A19", "paper A23", "paper A24", "paper A25"));
    EXPECT_THAT(names("// paper T08-T10 and A11\n"),
                ElementsAre("paper T08", "paper T09", "paper T10", "paper A11"));
    EXPECT_THAT(names("// as in paper\n    // A37, A38).\n"),
                ElementsAre("paper A37", "paper A38"));
    EXPECT_THAT(
        names("# (threats 3, 6-8\n#   and 13; threat 5, false neighbour)\n"),
        ElementsAre("threat 5", "threat 3", "threat 6", "threat 7", "threat 8", "threat 13"));
    EXPECT_THAT(names("# a value that stands (ebusd\n#   #412; x/oem_gateway #12, #9251)\n"),
                ElementsAre("project ebusd", "project x/oem_gateway"));
    EXPECT_THAT(names("// (protocol 8, rules 1, 7 and 14; rule 2, A2, R19-R21)\n"),
                ElementsAre("protocol 8", "committee rule 2", "committee rule 1",
                            "committee rule 7", "committee rule 14", "R19", "R21", "A2"));
}

TEST(Citations, are_not_confused_with_names_that_look_like_them) {
    EXPECT_THAT(names("X509* A53x = kT80; // PA43, CR12, 0xA43, DF1; paperA43; a threat; 4 rules\n"
                      "#1 #2 commits it #1; // MQTT 5, HTTP 404; R123; SHA256\n"),
                IsEmpty());
    const SourceFile chain_rules =
        make_source("core/base/x.h", "// (A0, A1; A2; R10; paper A69)\n");
    EXPECT_THAT(rows_say_their_paper(chain_rules), IsEmpty());
}

const char* const kPage =
    "# References\n## The papers\n| row | what | where |\n|---|---|---|\n| A69 | x | y |\n"
    "| A70 | x | y |\n## Threats\n| 31 | x | y | z |\n## Other projects\n| name | x |\n"
    "| x/oem_gateway | y |\n## Else\n| A99 | z |\n";

struct Planted {
    const char* name;
    const char* text;
    const char* told;  // nullptr: no finding
};

class PlantedCitation : public testing::TestWithParam<Planted> {};

TEST_P(PlantedCitation, is_found_unless_it_is_explained) {
    References known = referenced_rows(make_source(kReferences, kPage));
    known.merge(numbered_rules(make_source(
        "docs/protocol.md",
        "## 7. Topics\n9. no\n## 8. Committee rules\n1. One\n   12. no\n## 9. Chain\n2. no\n"
        "- **A0, A1** x\n- **R3, paper A55** as R4\n")));
    const SourceFile file = make_source("core/base/x.h", std::string("//\n") + GetParam().text);
    std::vector<Finding> findings = citations_are_known(file, known);
    for (const auto& more : {nothing_points_outside(file), rows_say_their_paper(file)})
        findings.insert(findings.end(), more.begin(), more.end());
    if (GetParam().told == nullptr) {
        for (const Finding& finding : findings)
            ADD_FAILURE() << finding.text;
        return;
    }
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].line, 2U);
    EXPECT_THAT(findings[0].text, HasSubstr(GetParam().told));
}

INSTANTIATE_TEST_SUITE_P(
    Table, PlantedCitation,
    testing::Values(
        Planted{"known",
                "// paper A69, A70; threat 31; x/oem_gateway #12; protocol 8, rule 1; R3, A0",
                nullptr},
        Planted{"unknown_row", "// paper A68\n", "'paper A68'"},
        Planted{"unknown_in_range", "// paper A69-A71\n", "'paper A71'"},
        Planted{"row_of_another_table", "// paper A99\n", "'paper A99'"},
        Planted{"unknown_threat", "// threat 32\n", "'threat 32'"},
        Planted{"unknown_among_threats", "// threats 31, 32\n", "'threat 32'"},
        Planted{"unknown_project", "// gateway #12\n", "'project gateway'"},
        Planted{"unknown_section", "// protocol 6\n", "'protocol 6'"},
        Planted{"unknown_committee_rule", "// committee rule 2\n", "'committee rule 2'"},
        Planted{"rule_of_another_section", "// rule 9\n", "'committee rule 9'"},
        Planted{"rule_only_mentioned", "// R4\n", "'R4'"},
        Planted{"chain_rule_that_is_none", "// A2\n", "'A2'"},
        Planted{"row_without_its_paper", "// (A69)\n", "write 'paper A69'"},
        Planted{"row_behind_another_word", "// paper A69 (T54)\n", "write 'paper T54'"},
        Planted{"design", "// (design 4)\n", "'design 4' leads out"},
        Planted{"design_page", "// see design.md\n", "'design.md' leads out"},
        Planted{"notes", "// see field-notes.md\n", "'field-notes.md' leads out"},
        Planted{"outside", "// see ../shared/data\n", "shared/' leads out"},
        Planted{"rule_of_an_old_page", "// rule 1.10\n", "write 'committee rule 10'"}),
    [](const auto& row) { return row.param.name; });

TEST(References, that_nobody_cites_are_found) {
    const References rows = referenced_rows(make_source(kReferences, kPage));
    const auto findings = rows_are_cited(rows, {"paper A69", "threat 31", "R3"});
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(findings[0].line, 6U);
    EXPECT_THAT(findings[0].text, HasSubstr("nobody cites 'paper A70'"));
    EXPECT_THAT(findings[1].text, HasSubstr("nobody cites 'project x/oem_gateway'"));
}

TEST(Links, that_lead_nowhere_are_found) {
    const SourceFile page = make_source(
        "docs/x.md",
        "# X y\n[a](protocol.md#8-committee-rules) [b](#x-y) [c](https://example.org/x#y)\n"
        "```\n[code](nowhere.md)\n```\n`[code](nowhere.md)` [d](../README.md#licence)\n"
        "[e](nowhere.md) [f](protocol.md#nowhere)\n[g](#nowhere)\n");
    const auto findings = links_lead_somewhere(page, kRoot);
    ASSERT_EQ(findings.size(), 3U);
    EXPECT_EQ(findings[0].line, 7U);
    EXPECT_THAT(findings[0].text, HasSubstr("'nowhere.md'"));
    EXPECT_THAT(findings[1].text, HasSubstr("'protocol.md#nowhere'"));
    EXPECT_EQ(findings[2].line, 8U);
    EXPECT_THAT(findings[2].text, HasSubstr("'#nowhere'"));
}

TEST(Pages, that_name_what_is_not_there_are_found) {
    const SourceFile file =
        make_source("tests/x_test.cc", "TEST_F(Of,\n       a_b) {\n// TEST(Of, c_d)\n");
    EXPECT_THAT(tests_of(file), ElementsAre("Of.a_b", "Of.c_d"));
    const SourceFile page = make_source(
        "docs/x.md", "`Of.a_b`, `core/base`, `docs/*.md`\n`Of.b_a` of `tests/nowhere.cc`\n");
    const auto findings = named_things_are_there(page, kRoot, tests_of(file));
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(findings[0].line, 2U);
    EXPECT_THAT(findings[0].text, HasSubstr("'Of.b_a'"));
    EXPECT_THAT(findings[1].text, HasSubstr("'tests/nowhere.cc'"));
}

TEST(Glossary, out_of_order_or_without_a_page_is_found) {
    const SourceFile page =
        make_source("docs/x.md",
                    "- **app hash**: a ([x](y.md)).\n- **Batch**: b\n  and ([x](y.md)).\n"
                    "- **aim**: c\n- **cluster**: d.\n");
    EXPECT_THAT(glossary_words(page), ElementsAre("app hash", "batch", "aim", "cluster"));
    const auto findings = glossary_is_in_order(page);
    ASSERT_EQ(findings.size(), 3U);
    EXPECT_THAT(findings[0].text, HasSubstr("'aim' stands behind 'batch'"));
    EXPECT_THAT(findings[1].text, HasSubstr("'aim' has no link"));
    EXPECT_THAT(findings[2].text, HasSubstr("'cluster' has no link"));
}

}  // namespace
}  // namespace fairfeed::tidy
