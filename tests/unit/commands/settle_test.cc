#include "edge-node/commands/settle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "core/io/json.h"

namespace fairfeed {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

const fs::path kVectors = fs::path(FAIRFEED_SOURCE_DIR) / "tests/vectors/contract";
constexpr ShareRule kRules[] = {ShareRule::paper, ShareRule::waterfill, ShareRule::generation};

struct Outcome {
    int status = 0;
    std::string out;
    std::string err;
};

Outcome settle(const SettleOptions& options) {
    std::ostringstream out;
    std::ostringstream err;
    const int status = run_settle(options, out, err);
    return {status, out.str(), err.str()};
}

std::string text_of(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<fs::path> vectors() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(kVectors)) {
        if (entry.path().extension() == ".yaml") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

class Settle : public ::testing::Test {
  protected:
    ~Settle() override { fs::remove(file_); }

    Outcome settle_text(const std::string& text) {
        std::ofstream(file_) << text;
        return settle({file_, std::nullopt, true});
    }

    const fs::path file_ =
        fs::path(::testing::TempDir()) / ("settle-" + std::to_string(::getpid()) + ".yaml");
};

TEST_F(Settle, every_vector_comes_out_as_written_under_every_rule) {
    EXPECT_GE(vectors().size(), 10U);
    for (const fs::path& file : vectors()) {
        for (const ShareRule rule : kRules) {
            fs::path expected = file;
            expected.replace_extension("." + std::string(to_string(rule)) + ".json");
            const auto wanted = Json::parse(text_of(expected));
            ASSERT_TRUE(wanted) << expected;
            const Outcome run = settle({file, rule, true});
            EXPECT_EQ(run.status, 0) << run.err;
            EXPECT_EQ(run.err, "");
            const auto got = Json::parse(run.out);
            ASSERT_TRUE(got) << expected;
            EXPECT_EQ(*got, *wanted) << expected << '\n' << run.out;
        }
    }
}

TEST_F(Settle, quarter_hours_come_out_as_written_under_every_rule) {
    for (const ShareRule rule : kRules) {
        const fs::path expected =
            kVectors / ("quarter_hours.quarter." + std::string(to_string(rule)) + ".json");
        const auto wanted = Json::parse(text_of(expected));
        ASSERT_TRUE(wanted) << expected;
        const Outcome run =
            settle({kVectors / "quarter_hours.yaml", rule, true, ShareResolution::quarter});
        EXPECT_EQ(run.status, 0) << run.err;
        const auto got = Json::parse(run.out);
        ASSERT_TRUE(got) << expected;
        EXPECT_EQ(*got, *wanted) << expected << '\n' << run.out;
    }
}

TEST_F(Settle, the_page_has_a_row_for_each_quarter_hour) {
    const Outcome run = settle(
        {kVectors / "quarter_hours.yaml", ShareRule::waterfill, false, ShareResolution::quarter});
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_THAT(run.out,
                HasSubstr("One window of 1 h, rule waterfill, shares by the quarter hour"));
    EXPECT_THAT(run.out, HasSubstr("2748 Wh, over the window\n"));
    EXPECT_THAT(run.out, HasSubstr("that one share for the whole window would still let through"));
    EXPECT_THAT(run.out, HasSubstr("  quarter hour  load  available   factor    m1    m2    m3\n"
                                   "                  Wh         Wh              W     W     W\n"
                                   "  0 min          651       1367  25.05 %  1252   751   501\n"
                                   "  15 min         617       2317  24.68 %  1234   740   493\n"
                                   "  30 min         747       1726  30.35 %  1517   910   607\n"
                                   "  45 min         657         10        -  5000  3000  2000\n"));
}

TEST_F(Settle, the_sums_of_quarter_hours_need_no_share_for_each) {
    const Outcome sums = settle({kVectors / "quarter_hours.yaml", ShareRule::waterfill, false});
    EXPECT_THAT(sums.out, HasSubstr("2748 Wh, surplus: the next shares are the MES column"));
    EXPECT_EQ(sums.out.find("quarter hour"), std::string::npos);
}

// The line of the second meter in a file of one hour.
std::string hour_with(const std::string& meter) {
    return "window_seconds: 3600\n"
           "tariff: {import_micro_per_kwh: 1, export_micro_per_kwh: 1}\n"
           "meters:\n"
           "  - {id: a, capacity_w: 1, quarters: [[1, 0, 0], [1, 0, 0], [1, 0, 0], [1, 0, 0]]}\n"
           "  - {id: b, capacity_w: 9, " +
           meter + "}\n";
}

struct WrongQuarters {
    const char* meter;
    const char* complaint;
};
constexpr WrongQuarters kWrongQuarters[] = {
    {"import_wh: 1, export_wh: 0, generation_wh: 0",
     ":5:5: missing key 'quarters': --resolution quarter needs [import_wh, export_wh, "
     "generation_wh] of each quarter hour"},
    {"quarters: [[0, 0, 0], [0, 0, 0], [0, 0, 0]]",
     ":5:38: profile_length: a window of 3600 s has 4 quarter hours, and here are 3"},
    {"quarters: []",
     ":5:38: profile_length: a window of 3600 s has 4 quarter hours, and here are 0"},
    {"quarters: [[], [0, 0, 0], [0, 0, 0], [0, 0, 0]]",
     ":5:39: a quarter hour is [import_wh, export_wh, generation_wh], three numbers, not 0"},
    {"quarters: [7, [0, 0, 0], [0, 0, 0], [0, 0, 0]]",
     ":5:39: 'meters[1].quarters[0]' must be a list, not '7'"},
    {"quarters: [[0, 0, 0], [0, 0], [0, 0, 0], [0, 0, 0]]",
     ":5:50: a quarter hour is [import_wh, export_wh, generation_wh], three numbers, not 2"},
    {"quarters: [[0, 0, 0], [0, -1, 0], [0, 0, 0], [0, 0, 0]]",
     ":5:54: 'meters[1].quarters[1][1]' must be between 0 and 1000000000000000, not -1"},
    {"quarters: [[0, 0, 0], [0, 6, 5], [0, 0, 0], [0, 0, 0]]",
     ":5:50: export_above_generation: export_wh is 6, generation_wh only 5"},
    {"quarters: [[0, 0, 1000000000000000], [0, 0, 1], [0, 0, 0], [0, 0, 0]]",
     ":5:38: overflow: the quarter hours add up to more than 1000000000000000"},
    {"export_wh: 3, quarters: [[0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]]",
     ":5:39: 'export_wh' and 'quarters' say the same thing twice: write one of them"},
    {"available_wh: 4, quarters: [[0, 0, 3], [0, 0, 2], [0, 0, 0], [0, 0, 0]]",
     ":5:42: generation_above_available: the quarter hours generate 5, available_wh is only 4"},
};

TEST_F(Settle, says_what_is_wrong_with_quarter_hours_and_where) {
    for (const WrongQuarters& row : kWrongQuarters) {
        std::ofstream(file_) << hour_with(row.meter);
        const Outcome run = settle({file_, std::nullopt, true, ShareResolution::quarter});
        EXPECT_EQ(run.status, 2) << row.meter;
        EXPECT_EQ(run.out, "") << row.meter;
        EXPECT_THAT(run.err, HasSubstr(file_.filename().string() + row.complaint)) << row.meter;
        EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
    }
}

TEST_F(Settle, a_file_may_have_sums_of_one_meter_and_quarter_hours_of_another) {
    const Outcome run = settle_text(hour_with("import_wh: 1, export_wh: 0, generation_wh: 0"));
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(*Json::parse(run.out)->at("load_wh").as_int(), 5);
}

TEST_F(Settle, the_rule_is_the_paper_s_unless_another_is_asked_for) {
    const fs::path file = kVectors / "idle_nameplate.yaml";
    EXPECT_EQ(settle({file, std::nullopt, true}).out, settle({file, ShareRule::paper, true}).out);
    EXPECT_NE(settle({file, std::nullopt, true}).out,
              settle({file, ShareRule::waterfill, true}).out);
}

TEST_F(Settle, the_page_says_what_d_means_and_shows_every_posting) {
    const Outcome surplus = settle({kVectors / "worked_example.yaml", std::nullopt, false});
    EXPECT_EQ(surplus.status, 0);
    EXPECT_THAT(surplus.out, HasSubstr("One window of 4 h, rule paper"));
    EXPECT_THAT(surplus.out, HasSubstr("8000 Wh, surplus"));
    EXPECT_THAT(surplus.out, HasSubstr("80.0 %"));
    EXPECT_THAT(surplus.out, HasSubstr("-0.880000"));
    EXPECT_THAT(surplus.out, HasSubstr("-1.145000"));
    const Outcome deficit = settle({kVectors / "no_prosumer.yaml", std::nullopt, false});
    EXPECT_THAT(deficit.out, HasSubstr("deficit"));
    EXPECT_THAT(deficit.out, HasSubstr("the grid adds 2000 Wh"));
    const Outcome balance = settle({kVectors / "exact_balance.yaml", std::nullopt, false});
    EXPECT_THAT(balance.out, HasSubstr("an exact balance"));
    const Outcome unshared = settle({kVectors / "no_capacity.yaml", std::nullopt, false});
    EXPECT_THAT(unshared.out, HasSubstr("no share of it to give"));
}

TEST_F(Settle, the_columns_of_the_page_end_in_line) {
    const Outcome run = settle({kVectors / "share_in_force.yaml", std::nullopt, false});
    std::istringstream lines(run.out.substr(run.out.find("  meter ")));
    std::string first;
    std::getline(lines, first);
    for (std::string line; std::getline(lines, line) && !line.empty();) {
        EXPECT_EQ(line.size(), first.size()) << line;
    }
}

struct Wrong {
    const char* window;
    const char* tariff;
    const char* meters;
    const char* complaint;
};

constexpr const char* kTariff = "{import_micro_per_kwh: 1, export_micro_per_kwh: 1}";

const Wrong kWrong[] = {
    {"1000", kTariff, "[]", "window_not_whole_quarters"},
    {"-900", kTariff, "[]", "negative: window_seconds is -900"},
    {"0", kTariff, "[]", "window_not_whole_quarters"},
    {"9000000", kTariff, "[]", "overflow: window_seconds is 9000000"},
    {"900", "{import_micro_per_kwh: -1, export_micro_per_kwh: 1}", "[]",
     "negative: import_micro_per_kwh is -1"},
    {"900", kTariff, "[{id: a, capacity_w: 1, import_wh: -4, export_wh: 0, generation_wh: 0}]",
     "negative: import_wh is -4"},
    {"900", kTariff, "[{id: a, capacity_w: 1, import_wh: 0, export_wh: 6, generation_wh: 5}]",
     "export_above_generation: export_wh is 6, generation_wh only 5"},
    {"900", kTariff,
     "[{id: a, capacity_w: 1, import_wh: 0, export_wh: 0, generation_wh: 5, available_wh: 4}]",
     "generation_above_available: generation_wh is 5, available_wh only 4"},
    {"900", kTariff,
     "[{id: a, capacity_w: 1, import_wh: 1000000000000001, export_wh: 0, generation_wh: 0}]",
     "overflow: import_wh is 1000000000000001"},
    {"900", kTariff,
     "[{id: a, capacity_w: 1, import_wh: 1, export_wh: 0, generation_wh: 0, share_in_force_w: -2}]",
     "negative: share_in_force_w is -2"},
    {"900", kTariff,
     "[{id: a, capacity_w: 1, import_wh: 0, export_wh: 0, generation_wh: 0},"
     " {id: a, capacity_w: 1, import_wh: 0, export_wh: 0, generation_wh: 0}]",
     "duplicate_meter: a"},
    {"900", kTariff, "[{id: grid, capacity_w: 1, import_wh: 0, export_wh: 0, generation_wh: 0}]",
     "reserved_name"},
    {"900", kTariff,
     "[{id: a, capacity_w: 1000000000000, import_wh: 0, export_wh: 0, generation_wh: 0},"
     " {id: b, capacity_w: 1, import_wh: 0, export_wh: 0, generation_wh: 0}]",
     "capacity_w: overflow"},
    {"900", "{import_micro_per_kwh: 9223372036854775807, export_micro_per_kwh: 1}",
     "[{id: a, capacity_w: 1, import_wh: 1001, export_wh: 0, generation_wh: 0}]",
     "meter a: import_amount_micro: overflow"},
    {"900", kTariff, "[{id: a, capacity_w: 1, import_wh: 0, export_wh: 0}]", "generation_wh"},
    {"900", kTariff,
     "[{id: a, capacity_w: 1, import_wh: 0, export_wh: 0, generation_wh: 0, exported: 1}]",
     "exported"},
    {"900", kTariff, "[{id: a, capacity_w: 1, import_wh: 1.5, export_wh: 0, generation_wh: 0}]",
     "import_wh"},
    {"900", kTariff,
     "[{id: a, capacity_w: 1, import_wh: 99999999999999999999, export_wh: 0, generation_wh: 0}]",
     "import_wh"},
};

TEST_F(Settle, refuses_a_wrong_figure_by_name_and_place) {
    for (const Wrong& row : kWrong) {
        const Outcome run =
            settle_text("window_seconds: " + std::string(row.window) + "\ntariff: " + row.tariff +
                        "\nmeters: " + row.meters + "\n");
        EXPECT_EQ(run.status, 2) << row.complaint;
        EXPECT_EQ(run.out, "") << row.complaint;
        EXPECT_THAT(run.err, HasSubstr(row.complaint));
        EXPECT_THAT(run.err, HasSubstr(file_.filename().string()));
        EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
    }
}

TEST_F(Settle, tells_all_mistakes_of_a_file_at_once) {
    const Outcome run = settle_text(
        "window_seconds: 901\n"
        "tariff: {import_micro_per_kwh: 1, export_micro_per_kwh: -3}\n"
        "meters:\n"
        "  - {id: a, capacity_w: 1, import_wh: -1, export_wh: 2, generation_wh: 1}\n");
    EXPECT_EQ(run.status, 2);
    EXPECT_THAT(run.err, HasSubstr(":1:"));
    EXPECT_THAT(run.err, HasSubstr(":2:"));
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 4) << run.err;
}

TEST_F(Settle, names_a_file_that_cannot_be_read) {
    const Outcome run = settle({"/nowhere/window.yaml", std::nullopt, false});
    EXPECT_EQ(run.status, 2);
    EXPECT_THAT(run.err, HasSubstr("/nowhere/window.yaml"));
}

}  // namespace
}  // namespace fairfeed
