// The read model: one fold over decided blocks, the same rows however often and in whatever
// database, each block whole or not at all.
#include "gateway/readmodel/read_model.h"

#include <gmock/gmock.h>

#include <map>

#include "gateway/readmodel/block_rows.h"
#include "tests/support/small_postgresql.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/follower/followed_chain.h"

namespace fairfeed::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing_support::SmallPostgresql;
using testing_support::TempDirectory;

using Rows = std::map<std::string, std::vector<OfficeRow>>;  // by table

class OfficeTables : public FollowedChain {
  protected:
    OfficeTables() {
        grow(4);
        blocks_.push_back(block_zero());
        catch_up_with(1);
        for (const AppendBlock& each : appended_)
            blocks_.push_back(rows_of(
                {{*each.committed, each.before, each.after}, each.settlements, each.faults}));
    }
    [[nodiscard]] std::vector<OfficeRow> block_zero() {
        const CommittedBlock genesis{network_.genesis().block.block, {}};
        const std::vector<RecomputedSettlement> none;
        const std::vector<ReplayFault> faultless;
        return rows_of({{genesis, states_[0], states_[0]}, none, faultless});
    }
    [[nodiscard]] ReadModel open(const DatabasePlace& place) const {
        auto model = ReadModel::open(place, network_.network());
        CHECK(model.has_value());
        return std::move(*model);
    }
    [[nodiscard]] DatabasePlace file(const std::string& name = "office.db") const {
        return {directory_ / name, {}};
    }
    void add(ReadModel& model, Height from, Height to) const {
        for (Height height = from; height <= to; ++height) {
            const auto added = model.add(height, blocks_[height]);
            EXPECT_TRUE(added) << added.error();
        }
    }
    [[nodiscard]] static Rows all_of(const ReadModel& model, Height since = 0) {
        Rows rows;
        for (const OfficeLayout& layout : office_layouts()) {
            auto& table = rows[std::string(layout.name)];
            EXPECT_TRUE(model.visit(layout.table, since,
                                    [&](const OfficeRow& row) { table.push_back(row); }));
        }
        return rows;
    }
    [[nodiscard]] static std::int64_t number(const OfficeRow& row, std::string_view column) {
        const auto& columns = layout_of(row.table).columns;
        for (std::size_t i = 0; i < columns.size(); ++i)
            if (columns[i].name == column) return std::get<std::int64_t>(row.cells[i]);
        ADD_FAILURE() << "no column " << column;
        return 0;
    }
    // What holds of the tables in whatever database.
    void expect_sound(const Rows& rows) const;

    TempDirectory directory_;
    std::vector<std::vector<OfficeRow>> blocks_;
};

void OfficeTables::expect_sound(const Rows& rows) const {
    EXPECT_EQ(rows.at("blocks").size(), 5U);
    EXPECT_EQ(rows.at("nodes").size(), 4U);
    EXPECT_EQ(rows.at("meters").size(), 3U);
    EXPECT_EQ(rows.at("committees").size(), 4U);
    EXPECT_EQ(rows.at("tariffs").size(), 1U);
    EXPECT_EQ(rows.at("settlements").size(), 4U);
    EXPECT_EQ(rows.at("bill_lines").size(), 12U) << "three meters in four windows";
    EXPECT_EQ(rows.at("readings").size(), 12U);
    EXPECT_THAT(rows.at("alarms"), IsEmpty());
    std::int64_t sum_micro = 0;
    for (const OfficeRow& line : rows.at("bill_lines"))
        sum_micro += number(line, "import_amount_micro") - number(line, "export_amount_micro");
    for (const OfficeRow& settlement : rows.at("settlements")) {
        sum_micro += number(settlement, "grid_amount_micro");
        EXPECT_EQ(number(settlement, "recomputed"), 1);
    }
    EXPECT_EQ(sum_micro, 0) << "the lines and the grid's account sum to nothing";
}

TEST_F(OfficeTables, hold_what_dgmd_can_read_of_every_block) {
    ReadModel model = open(file());
    EXPECT_FALSE(model.height());
    add(model, 0, 4);
    EXPECT_EQ(model.height(), 4U);
    const Rows rows = all_of(model);
    expect_sound(rows);
    const OfficeRow& line = rows.at("bill_lines").front();
    EXPECT_EQ(number(line, "window_no"), 0);
    EXPECT_EQ(std::get<std::string>(line.cells[0]), "meter-1-1");
}

TEST_F(OfficeTables, are_the_same_after_a_restart_between_any_two_blocks) {
    ReadModel whole = open(file());
    add(whole, 0, 4);
    for (Height cut = 0; cut < 4; ++cut) {
        const auto place = file("cut-" + std::to_string(cut) + ".db");
        {
            ReadModel model = open(place);
            add(model, 0, cut);
        }
        ReadModel again = open(place);
        ASSERT_EQ(again.height(), cut);
        add(again, cut + 1, 4);
        EXPECT_EQ(all_of(again), all_of(whole)) << cut;
    }
}

TEST_F(OfficeTables, take_no_block_twice_and_none_ahead) {
    ReadModel model = open(file());
    add(model, 0, 2);
    const Rows before = all_of(model);
    EXPECT_FALSE(model.add(2, blocks_[2]));
    EXPECT_FALSE(model.add(4, blocks_[4]));
    EXPECT_EQ(all_of(model), before);
    EXPECT_EQ(model.height(), 2U);
}

TEST_F(OfficeTables, take_a_block_whole_or_not_at_all) {
    ReadModel model = open(file());
    add(model, 0, 1);
    const Rows before = all_of(model);
    std::vector<OfficeRow> torn = blocks_[2];
    torn.back().cells.front() = OfficeCell();  // a key may not be NULL
    EXPECT_FALSE(model.add(2, torn));
    EXPECT_EQ(all_of(model), before);
    add(model, 2, 4);
    expect_sound(all_of(model));
}

TEST_F(OfficeTables, are_the_same_when_they_are_made_anew) {
    Rows before;
    {
        ReadModel model = open(file());
        add(model, 0, 4);
        before = all_of(model);
    }
    auto anew = ReadModel::make_anew(file(), network_.network());
    ASSERT_TRUE(anew) << anew.error();
    EXPECT_FALSE(anew->height());
    EXPECT_THAT(all_of(*anew).at("bill_lines"), IsEmpty());
    add(*anew, 0, 4);
    EXPECT_EQ(all_of(*anew), before);
}

TEST_F(OfficeTables, of_another_network_are_refused_with_the_remedy) {
    { (void)open(file()); }
    Digest other = network_.network();
    other.bytes[0] ^= 1U;
    const auto refused = ReadModel::open(file(), other);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error(), HasSubstr("another network"));
    EXPECT_THAT(refused.error(), HasSubstr("gateway rebuild"));
    EXPECT_TRUE(ReadModel::make_anew(file(), other));
}

TEST_F(OfficeTables, give_what_later_blocks_brought) {
    ReadModel model = open(file());
    add(model, 0, 4);
    const Rows rows = all_of(model, 3);
    EXPECT_EQ(rows.at("bill_lines").size(), 6U);
    EXPECT_EQ(number(rows.at("bill_lines").front(), "height"), 3);
    EXPECT_THAT(rows.at("meters"), IsEmpty());
    EXPECT_THAT(all_of(model, UINT64_MAX).at("blocks"), IsEmpty());
}

TEST_F(OfficeTables, name_a_settlement_that_is_not_the_contracts_result) {
    ReadModel model = open(file());
    add(model, 0, 3);
    const AppendBlock& last = appended_.back();
    const std::vector<ReplayFault> faults{{4, "wrong_lines", "cluster-1, window 3: 1 micro"}};
    ASSERT_TRUE(model.add(
        4, rows_of({{*last.committed, last.before, last.after}, last.settlements, faults})));
    const auto alarms = all_of(model).at("alarms");
    ASSERT_EQ(alarms.size(), 1U);
    EXPECT_EQ(std::get<std::string>(alarms[0].cells[2]), "wrong_lines");
}

TEST_F(OfficeTables, are_the_same_in_postgresql) {
    const SmallPostgresql server;
    if (!server.is_there()) GTEST_SKIP() << server.why_not();
    ReadModel small = open(file());
    add(small, 0, 4);
    const auto place = DatabasePlace::parse(server.address());
    ASSERT_TRUE(place) << place.error();
    {
        ReadModel large = open(*place);
        add(large, 0, 2);
        std::vector<OfficeRow> torn = blocks_[3];
        torn.back().cells.front() = OfficeCell();
        EXPECT_FALSE(large.add(3, torn));
        EXPECT_EQ(large.height(), 2U);
    }
    ReadModel large = open(*place);
    ASSERT_EQ(large.height(), 2U);
    add(large, 3, 4);
    expect_sound(all_of(large));
    EXPECT_EQ(all_of(large), all_of(small));
    auto anew = ReadModel::make_anew(*place, network_.network());
    ASSERT_TRUE(anew) << anew.error();
    EXPECT_FALSE(anew->height());
}

TEST(ADatabasePlace, is_an_address_or_pairs_of_libpq) {
    EXPECT_EQ(DatabasePlace::parse("postgresql://u@h/office")->postgresql,
              "postgresql://u@h/office");
    EXPECT_EQ(DatabasePlace::parse("postgresql://dbname=office host=/run/pg")->postgresql,
              "dbname=office host=/run/pg");
    EXPECT_EQ(DatabasePlace::parse("postgresql://u@h/office?sslmode=require")->postgresql,
              "postgresql://u@h/office?sslmode=require");
    EXPECT_FALSE(DatabasePlace::parse("mysql://h/office"));
    EXPECT_FALSE(DatabasePlace::parse("postgresql://"));
}

TEST(ADatabase, that_cannot_be_reached_is_a_sentence) {
    const auto model = ReadModel::open({"/nowhere/office.db", {}}, Digest{});
    ASSERT_FALSE(model);
    EXPECT_THAT(model.error(), HasSubstr("the read model cannot be opened"));
}

}  // namespace
}  // namespace fairfeed::test
