// Style as a test: applies every rule to every file that git tracks, and reports each finding as
// "file:line: rule and remedy". The second half plants violations and expects each rule to find
// them, so that no rule silently stops working.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/tidy/include_rules.h"
#include "tests/tidy/shape_rules.h"
#include "tests/tidy/tracked_files.h"
#include "tests/tidy/word_rules.h"

namespace fairfeed::tidy {
namespace {

using testing::HasSubstr;

const std::string kRoot = FAIRFEED_SOURCE_DIR;

std::vector<Finding> all_findings(const SourceFile& file) {
    const std::function<std::vector<Finding>(const SourceFile&)> rules[] = {
        lines_fit,
        file_is_short,
        functions_are_short,
        header_begins_as_a_contract,
        page_has_one_title,
        words_are_ours,
        [](const SourceFile& f) { return includes_follow_the_arrows(f, kRoot); },
        [](const SourceFile& f) { return source_is_built(f, kRoot); },
    };
    std::vector<Finding> findings;
    for (const auto& rule : rules) {
        for (Finding& finding : rule(file))
            findings.push_back(std::move(finding));
    }
    return findings;
}

TEST(TidyTest, every_file_keeps_the_rules_of_the_house) {
    const std::vector<std::string> files = tracked_files(kRoot);
    if (files.empty()) GTEST_SKIP() << "not a git checkout: no list of files to walk";
    for (const std::string& path : files) {
        for (const Finding& finding : all_findings(read_source(kRoot, path)))
            ADD_FAILURE() << path << ":" << finding.line << ": " << finding.text;
    }
}

struct Planted {
    const char* name;
    const char* path;
    std::string text;
    std::size_t line;
    const char* told;
};

std::string repeated(std::size_t count, const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i)
        out += text;
    return out;
}

class PlantedViolation : public testing::TestWithParam<Planted> {};

TEST_P(PlantedViolation, is_found) {
    const Planted& planted = GetParam();
    const auto findings = all_findings(make_source(planted.path, planted.text));
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].line, planted.line);
    EXPECT_THAT(findings[0].text, HasSubstr(planted.told));
}

INSTANTIATE_TEST_SUITE_P(
    Table, PlantedViolation,
    testing::Values(
        Planted{"wide", "core/base/x.cc", "\n" + std::string(101, 'x') + "\n", 2, "101 columns"},
        Planted{"trailing", "core/base/x.cc", "int x; \n", 1, "white space at the end"},
        Planted{"long_file", "core/base/x.cc", repeated(401, "\n"), 0, "401 lines"},
        Planted{"long_function", "core/base/x.cc",
                "\nint f(int a,\n      int b) {\n" + repeated(69, "    f();\n") + "}\n", 2,
                "function of 72 lines"},
        Planted{"long_method", "core/base/x.cc",
                "class X {\n    void f() {\n" + repeated(69, "        f();\n") + "    }\n};\n", 2,
                "function of 71 lines"},
        Planted{"no_contract", "core/base/x.h", "#pragma once\n", 1, "begins with a comment"},
        Planted{"no_guard", "core/base/x.h", "// A header.\n", 1, "#pragma once"},
        Planted{"no_title", "docs/x.md", "## Two\n", 1, "one '# Title'"},
        Planted{"two_titles", "docs/x.md", "# One\n```\n# code\n```\n# Two\n", 5, "make this"},
        Planted{"clock", "core/io/x.cc", "auto t = std::chrono::steady_clock::now();\n", 1,
                "write Clock of core/io/clock.h"},
        Planted{"sleep", "edge-node/x.cc", "std::this_thread::sleep_for(a);\n", 1, "a sleep is"},
        Planted{"catch_all", "core/io/x.cc", "    } catch (...) {\n", 1, "caught unseen"},
        Planted{"rand", "core/io/x.cc", "int a = std::rand();\n", 1, "random.h"},
        Planted{"double", "core/model/x.cc", "double share = 0;\n", 1, "integers"},
        Planted{"shuffle", "core/contract/x.cc", "std::shuffle(a, b, c);\n", 1, "forks the chain"},
        Planted{"empty_name", "gateway/x.cc", "struct NodeManager;\n", 1, "what it does"},
        Planted{"left_over", "core/io/x.cc", "// TODO later\n", 1, "finishing it"},
        Planted{"disabled", "core/io/x.cc", "TEST(A, DISABLED_b)\n", 1, "a test that passes"},
        Planted{"topic", "gateway/x.cc", "auto t = \"ff1/lab/+\";\n", 1, "core/wire/topics.h"},
        Planted{"io_up", "core/io/x.cc", "#include \"core/model/network.h\"\n", 1,
                "core/io/ may not include"},
        Planted{"contract_io", "core/contract/x.cc", "#include \"core/io/log.h\"\n", 1,
                "core/contract/ may not include"},
        Planted{"consensus_io", "edge-node/consensus/x.cc", "#include \"core/io/log.h\"\n", 1,
                "may not include"},
        Planted{"main_past_commands", "edge-node/main.cc", "#include \"edge-node/node/node.h\"\n",
                1, "edge-node/main.cc may not include"},
        Planted{"meter_up", "meter-sim/x.cc", "#include \"meter-sim/commands/run.h\"\n", 1,
                "meter-sim/ may not include"},
        Planted{"dgmd_up", "gateway/dgmd/x.cc", "#include \"gateway/commands/provision.h\"\n", 1,
                "gateway/dgmd/ may not include"},
        Planted{"relative", "core/io/x.cc", "#include \"log.h\"\n", 1, "repository's root"},
        Planted{"foreign", "core/io/x.cc", "#include <sqlite3.h>\n", 1, "its adapter alone"},
        Planted{"unbuilt", "core/nowhere/x.cc", "\n", 0, "no target builds it"}),
    [](const auto& row) { return row.param.name; });

TEST(TidyTest, does_not_object_to_what_only_looks_wrong) {
    const std::pair<const char*, std::string> fine[] = {
        {"core/io/clock.cc", "auto t = std::chrono::steady_clock::now();\n"},
        {"core/model/x.cc", "// a double share\nconst char* kText = \"float\";\n"},
        {"core/io/x.cc", "struct Implicit;\nint operand = brand(1);\n"},
        {"core/io/x.cc", "auto a = R\"(catch (...) \" double)\"; char q = '\"'; int b = 1'000;\n"},
        {"core/wire/cose.cc", "auto domain = \"ff1/key-grant\";\n"},
        {"core/wire/topics.cc", "auto t = \"ff1/lab/+\";\n"},
        {"core/base/x.cc", repeated(71, "int f() {\n}\n")},
        {"core/base/x.cc", "// " + repeated(97, "\u00e9") + "\n"},
        {"core/io/sqlite.cc", "#include <sqlite3.h>\n#include \"core/base/result.h\"\n"},
        {"edge-node/main.cc", "#include \"edge-node/commands/run.h\"\n"},
        {"meter-sim/commands/x.cc", "#include \"meter-sim/meter.h\"\n"},
    };
    for (const auto& [path, text] : fine) {
        for (const Finding& finding : all_findings(make_source(path, text)))
            ADD_FAILURE() << path << ":" << finding.line << ": " << finding.text;
    }
}

}  // namespace
}  // namespace fairfeed::tidy
