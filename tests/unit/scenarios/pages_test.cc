// The stories cover the rules, and the pages of the docs match the stories.
// FAIRFEED_UPDATE_SCENARIOS=1 writes the pages anew; read the diff before committing it.
#include "tests/unit/scenarios/pages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "tests/unit/scenarios/mermaid.h"

namespace fairfeed::test {
namespace {

const std::filesystem::path kSource(FAIRFEED_SOURCE_DIR);

const std::vector<Scenario>& scenarios() {
    static const std::vector<Scenario> all = read_scenarios(kSource / "tests/scenarios");
    return all;
}

const Rulebook& rulebook() {
    static const Rulebook rules = read_rulebook(read_text(kSource / "docs/chain-rules.md"),
                                                read_text(kSource / "docs/protocol.md"));
    return rules;
}

template <class T>
bool contains(const std::vector<T>& all, const T& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

TEST(Rulebook, is_what_the_documents_number) {
    const Rulebook rules =
        read_rulebook("- **A0, A1** bytes\n- **R2 Skip.** as R10 (paper A55, B3)\n",
                      "## 8. Committee rules\n1. One.\n   12. no\n2. Two.\n"
                      "## 9. Chain rules\n3. Three.\n");
    EXPECT_EQ(rules.chain, (std::vector<std::string>{"A0", "A1", "R2", "R10"}));
    EXPECT_EQ(rules.committee, (std::vector{1, 2}));
}

TEST(Stories, tell_every_rule) {
    ASSERT_GE(rulebook().chain.size(), 26U);
    ASSERT_EQ(rulebook().committee.size(), 15U);
    for (const std::string& rule : rulebook().chain) {
        EXPECT_TRUE(std::any_of(scenarios().begin(), scenarios().end(),
                                [&](const Scenario& each) { return contains(each.rules, rule); }))
            << "no file of tests/scenarios has " << rule << " in its line '# rules: '";
    }
    for (const int rule : rulebook().committee) {
        EXPECT_TRUE(
            std::any_of(scenarios().begin(), scenarios().end(),
                        [&](const Scenario& each) { return contains(each.committee, rule); }))
            << "no file of tests/scenarios has " << rule << " in its line '# committee: '";
    }
}

TEST(Stories, name_only_rules_that_exist_and_say_what_they_are_about) {
    for (const Scenario& each : scenarios()) {
        for (const std::string& rule : each.rules)
            EXPECT_TRUE(contains(rulebook().chain, rule)) << each.name << " names " << rule;
        for (const int rule : each.committee)
            EXPECT_TRUE(contains(rulebook().committee, rule)) << each.name << " names " << rule;
        EXPECT_FALSE(each.rules.empty() && each.committee.empty()) << each.name;
        EXPECT_FALSE(each.prose.empty()) << each.name;
        EXPECT_FALSE(each.avoids.empty()) << each.name;
    }
}

TEST(Stories, avoid_each_wrong_variant_of_the_reference_model) {
    for (const std::string variant :
         {"volatile state", "lock lost", "publish before persist", "proposal rebuilt", "2f+1",
          "unlock on nil", "no polka", "no rebroadcast", "no commit sync", "polka not persisted",
          "lying fsync", "blocking ATTEST"}) {
        const bool is_told =
            std::any_of(scenarios().begin(), scenarios().end(), [&](const auto& s) {
                return std::any_of(s.avoids.begin(), s.avoids.end(),
                                   [&](const std::string& damage) {
                                       return damage.find(variant) != damage.npos &&
                                              damage.find("of the reference model") != damage.npos;
                                   });
            });
        EXPECT_TRUE(is_told) << variant;
    }
}

TEST(Picture, of_a_replica_shows_what_is_heard_said_and_written) {
    const Scenario story = parse_scenario("consensus_x",
                                          "# rules: R4\n# One.\nnode a of 4\nproposal b r0 V\n"
                                          "    judge V\njudged V\n    persist h1\n"
                                          "    send prevote r0 V\nwait 5\n");
    EXPECT_EQ(to_mermaid(story),
              "sequenceDiagram\n    participant a as a\n    participant b as b\n"
              "    participant others as the others\n    b->>a: proposal r0 V\n"
              "    Note over a: judge V<br/>judged V<br/>on disk: h1\n"
              "    a->>others: prevote r0 V\n    Note over a: 5 ms pass\n");
}

TEST(Picture, of_nodes_draws_who_says_what_to_whom) {
    const Scenario story =
        parse_scenario("nodes_x",
                       "# rules: R4\n# One.\nnodes 3\nmeter-1-1 reads window 0 to node-2\n"
                       "    +0 node-2: keeps the reading; once\n    +0 node-2: keeps its batch\n"
                       "    +3 node-3 node-1: prevotes nil\n    +4 node-3 node-1: commits it #1\n"
                       "    +9 node-3: asks node-1 for 1 reading\n");
    EXPECT_EQ(to_mermaid(story),
              "sequenceDiagram\n    participant meters as meters\n"
              "    participant node1 as node-1\n    participant node2 as node-2\n"
              "    participant node3 as node-3\n    participant everybody as everybody\n"
              "    meters->>node2: meter-1-1 reads window 0\n"
              "    Note over node2: keeps the reading, once\n"
              "    node3->>everybody: +3 ms: prevotes nil\n"
              "    node1->>everybody: +3 ms: prevotes nil\n"
              "    Note over node1,node3: node-1, node-3: +4 ms: commits it no. 1\n"
              "    node3->>node1: +9 ms: asks for 1 reading\n");
}

TEST(Pictures, stay_readable) {
    for (const Scenario& each : scenarios()) {
        const std::string picture = to_mermaid(each);
        std::size_t arrows = 0;
        for (std::size_t at = picture.find("->>"); at != picture.npos;
             at = picture.find("->>", at + 1))
            ++arrows;
        EXPECT_LE(arrows, static_cast<std::size_t>(kMaxArrows)) << each.name;
    }
}

void expect_page(const std::filesystem::path& file, const std::string& now) {
    const std::string before = read_text(file);
    if (std::getenv("FAIRFEED_UPDATE_SCENARIOS") != nullptr) std::ofstream(file) << now;
    EXPECT_EQ(now, before) << file << ": FAIRFEED_UPDATE_SCENARIOS=1 writes it anew";
}

TEST(Docs, have_the_stories_as_they_are) {
    for (const auto& [path, page] : make_pages(scenarios()))
        expect_page(kSource / "docs" / path, page);
    const std::filesystem::path index = kSource / "docs/scenarios.md";
    const std::string before = read_text(index);
    const std::size_t marker = before.find(kMarker);
    ASSERT_NE(marker, std::string::npos) << index << " has lost its line " << kMarker;
    expect_page(index,
                before.substr(0, marker + kMarker.size()) + make_index(rulebook(), scenarios()));
}

}  // namespace
}  // namespace fairfeed::test
