// A small town: what it counts is what docs/scaling.md computes; and the figures with which the
// program computes are those on the page.
#include "tests/simulation/town.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/simulation/town_chain.h"
#include "tests/simulation/town_report.h"

namespace fairfeed::simulation {
namespace {

TownPlan town_of(std::size_t clusters, std::size_t meters, Window windows = 1) {
    TownPlan plan;
    plan.clusters = clusters;
    plan.meters = meters;
    plan.windows = windows;
    return plan;
}

TownTally counted(const TownPlan& plan) {
    const TownOutcome outcome = TownChain(plan, 0).run([](std::uint64_t, std::int64_t) {});
    EXPECT_EQ(outcome.fault, "");
    return outcome.tally;
}

std::string differing(const std::vector<TownRow>& rows) {
    std::string names;
    for (const TownRow& row : rows) {
        if (row.agrees()) continue;
        names += std::string(row.kind.name) + ": " + town_figure(row.page) + ", counted " +
                 town_figure(row.counted) + '\n';
    }
    return names;
}

TEST(Town, counts_in_sixteen_clusters_what_the_page_computes) {
    for (const auto& plan : {town_of(4, 3, 2), town_of(16, 5)})
        EXPECT_EQ(differing(compare_town(plan, counted(plan))), "") << headline_of(plan);
}

TEST(Town, of_several_chains_is_counted_in_processes_and_comes_out_the_same) {
    TownPlan plan = town_of(9, 2);
    plan.most_nodes = 5;
    ASSERT_EQ(plan.chains(), 2U);
    ASSERT_EQ(plan.clusters_of_chain(), 5U);
    std::uint64_t seen = 0;
    const auto watch = [&](const TownProgressReport& report) {
        EXPECT_GE(report.settled, seen);
        seen = report.settled;
    };
    const TownRun run = run_town(plan, 2, watch);
    EXPECT_THAT(run.faults, testing::IsEmpty());
    EXPECT_EQ(seen, 10U);
    TownTally sum;
    for (std::size_t chain = 0; chain < 2; ++chain)
        sum.add(TownChain(plan, chain).run([](std::uint64_t, std::int64_t) {}).tally);
    EXPECT_EQ(run.tally, sum);
}

TEST(Town, costs_a_node_as_much_as_its_own_meters_and_as_many_committees_as_there_are) {
    const TownPlan small = town_of(8, 5);
    const TownPlan more_meters = town_of(8, 10);
    const TownPlan more_clusters = town_of(16, 5);
    const TownNeeds one = counted_needs(small, counted(small));
    const TownNeeds meters = counted_needs(more_meters, counted(more_meters));
    const TownNeeds clusters = counted_needs(more_clusters, counted(more_clusters));
    EXPECT_EQ(meters.meter_messages, 2 * one.meter_messages);
    EXPECT_EQ(clusters.meter_messages, one.meter_messages);
    EXPECT_EQ(meters.committee_messages, one.committee_messages);
    EXPECT_EQ(clusters.committee_messages, 2 * one.committee_messages);
    EXPECT_NEAR(clusters.ledger_bytes / one.ledger_bytes, 2, 0.3);
    EXPECT_NEAR(clusters.beacon_messages / one.beacon_messages, 2, 0.1);
}

TEST(Town, hears_the_commit_of_a_windows_last_block_once_more_and_never_again) {
    for (const Window windows : {1U, 2U}) {
        const TownTally tally = counted(town_of(4, 3, windows));
        EXPECT_GT(tally.blocks, windows);
        EXPECT_EQ(tally.commits_again, 4U * 4U * windows);
    }
}

TEST(Town, repeats_a_run_from_its_seed) {
    TownPlan plan = town_of(4, 3);
    const TownTally once = counted(plan);
    EXPECT_EQ(counted(plan), once);
    plan.seed = 2;
    EXPECT_NE(counted(plan), once);
}

TEST(Town, says_so_when_a_row_differs) {
    const TownPlan plan = town_of(4, 3);
    TownRun run{counted(plan), {}};
    std::vector<TownRow> rows = compare_town(plan, run.tally);
    ASSERT_EQ(differing(rows), "");
    EXPECT_TRUE(is_sound(run, rows));
    EXPECT_THAT(town_text(plan, run, rows, {}), testing::HasSubstr("keep their bounds"));
    run.tally.committee_bytes = run.tally.committee_bytes * 6 / 5;
    rows = compare_town(plan, run.tally);
    EXPECT_FALSE(is_sound(run, rows));
    EXPECT_THAT(town_text(plan, run, rows, {}), testing::HasSubstr("DIFFERS"));
    EXPECT_EQ(*town_json(plan, run, rows, {}).find("ok")->as_bool(), false);
}

TEST(Town, says_the_same_of_counts_that_were_kept) {
    const TownPlan plan = town_of(4, 3);
    const TownRun run{counted(plan), {"region 1: a node lacks blocks"}};
    const TownCost cost{1500, 900, 2048};
    const std::vector<TownRow> rows = compare_town(plan, run.tally);
    const Json json = town_json(plan, run, rows, cost);
    const auto kept = town_from(json);
    ASSERT_TRUE(kept);
    const auto again = compare_town(kept->plan, kept->run.tally);
    EXPECT_EQ(town_text(kept->plan, kept->run, again, kept->cost),
              town_text(plan, run, rows, cost));
    EXPECT_EQ(town_json(kept->plan, kept->run, again, kept->cost), json);
    EXPECT_FALSE(town_from(Json::object()));
    EXPECT_FALSE(town_from(Json(json).set("counts", Json::object())));
    EXPECT_FALSE(town_from(Json(json).set("window_s", 0)));
}

TEST(Town, fails_when_a_reading_is_not_settled) {
    const TownPlan plan = town_of(4, 3);
    TownRun run{counted(plan), {"region 1: 11 of 12 readings are settled"}};
    const std::vector<TownRow> rows = compare_town(plan, run.tally);
    EXPECT_FALSE(is_sound(run, rows));
    EXPECT_THAT(town_text(plan, run, rows, {}), testing::HasSubstr("FAILED: region 1"));
}

TEST(TownRow, keeps_its_bound_on_one_side_only) {
    const auto row = [](RowBound bound, double counted) {
        return TownRow{{"x", &TownNeeds::blocks, bound}, 100, counted}.agrees();
    };
    EXPECT_TRUE(row(RowBound::equal, 91) && row(RowBound::equal, 109));
    EXPECT_FALSE(row(RowBound::equal, 89) || row(RowBound::equal, 111));
    EXPECT_TRUE(row(RowBound::at_most, 9) && row(RowBound::at_most, 109));
    EXPECT_FALSE(row(RowBound::at_most, 111));
    EXPECT_TRUE(row(RowBound::at_least, 91) && row(RowBound::at_least, 1001));
    EXPECT_FALSE(row(RowBound::at_least, 89));
}

TEST(TownFigure, is_written_as_on_the_page) {
    EXPECT_EQ(town_figure(4), "4");
    EXPECT_EQ(town_figure(4.25), "4.2");
    EXPECT_EQ(town_figure(3604), "3 604");
    EXPECT_EQ(town_figure(10'800), "10.8 k");
    EXPECT_EQ(town_figure(225'000), "225 k");
    EXPECT_EQ(town_figure(2'534'400), "2.53 M");
    EXPECT_EQ(town_figure(7.0e9), "7 G");
    EXPECT_EQ(town_figure(999'600), "1 M");
}

// The cells of the page's rows, by the first cell.
std::map<std::string, std::vector<std::string>> cells_of_page() {
    std::ifstream page(FAIRFEED_SOURCE_DIR "/docs/scaling.md");
    std::map<std::string, std::vector<std::string>> rows;
    for (std::string line; std::getline(page, line);) {
        if (line.empty() || line[0] != '|') continue;
        std::istringstream in(line.substr(1));
        std::vector<std::string> cells;
        for (std::string cell; std::getline(in, cell, '|');) {
            const std::size_t first = cell.find_first_not_of(' ');
            if (first == std::string::npos) continue;
            cells.push_back(cell.substr(first, cell.find_last_not_of(' ') + 1 - first));
        }
        if (!cells.empty()) rows.try_emplace(cells.front(), cells.begin() + 1, cells.end());
    }
    return rows;
}

TEST(TownPage, has_the_sizes_with_which_the_program_computes) {
    const auto page = cells_of_page();
    const PageSizes sizes;
    const std::map<std::string, double> named{
        {"E", sizes.envelope}, {"R", sizes.reading}, {"L", sizes.row},   {"S", sizes.settlement},
        {"W", sizes.endorsed}, {"H", sizes.header},  {"V", sizes.voted}, {"C", sizes.certificate}};
    for (const auto& [name, bytes] : named)
        EXPECT_EQ(page.at(name).at(1), town_figure(bytes)) << name;
    std::ifstream file(FAIRFEED_SOURCE_DIR "/docs/scaling.md");
    std::stringstream text;
    text << file.rdbuf();
    const std::map<std::string, double> messages{{"RECEIPT", sizes.receipt},
                                                 {"SHARE", sizes.share},
                                                 {"ENDORSEMENT", sizes.endorsement},
                                                 {"PREVOTE, PRECOMMIT", sizes.vote},
                                                 {"PROPOSAL without its outline", sizes.proposal},
                                                 {"STATUS", sizes.status}};
    for (const auto& [name, bytes] : messages) {
        const std::string row = "| - | " + name + " | " + town_figure(bytes) + " |";
        EXPECT_THAT(text.str(), testing::HasSubstr(row));
    }
}

TEST(TownPage, has_the_columns_that_the_program_computes) {
    struct Column {
        std::size_t place;
        PagePlan plan;
    };
    const auto plan = [](double clusters, double validators, double chains) {
        PagePlan of_page;
        of_page.clusters = clusters;
        of_page.validators = validators;
        of_page.chains = chains;
        return of_page;
    };
    const std::vector<Column> columns{{0, plan(4, 4, 1)},
                                      {1, plan(250, 250, 1)},
                                      {2, plan(250, 64, 1)},
                                      {3, plan(63, 63, 4)},
                                      {4, plan(62, 62, 18)}};
    const auto page = cells_of_page();
    for (const TownRowKind& kind : town_rows()) {
        const auto row = page.find(std::string(kind.name));
        ASSERT_NE(row, page.end()) << kind.name;
        for (const Column& column : columns) {
            EXPECT_EQ(row->second.at(column.place),
                      town_figure(page_needs(column.plan).*kind.figure))
                << kind.name << ", column " << column.place;
        }
    }
}

}  // namespace
}  // namespace fairfeed::simulation
