// Questions to the tables: pages that join without a gap, and values that stay values.
#include "gateway/readmodel/office_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/readmodel/read_model.h"
#include "tests/support/temp_directory.h"

namespace fairfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing_support::TempDirectory;

class OfficeQueryTest : public ::testing::Test {
  protected:
    OfficeQueryTest() {
        for (Height height = 0; height < 4; ++height) {
            std::vector<OfficeRow> rows;
            for (const char* meter : {"m-1", "m-2", "it's"})
                rows.push_back({OfficeTable::shares,
                                {std::string(meter), static_cast<std::int64_t>(height),
                                 static_cast<std::int64_t>(height), std::string("c-1"),
                                 std::int64_t{5}, OfficeCell()}});
            EXPECT_TRUE(model_.add(height, rows));
        }
    }
    [[nodiscard]] std::vector<std::string> read(const OfficeQuery& query) const {
        const auto rows = model_.select(query);
        EXPECT_TRUE(rows) << rows.error();
        std::vector<std::string> out;
        for (const OfficeRow& row : *rows)
            out.push_back(std::to_string(std::get<std::int64_t>(cell_of(row, "height"))) + " " +
                          std::get<std::string>(cell_of(row, "meter")));
        return out;
    }

    TempDirectory directory_;
    ReadModel model_ = std::move(*ReadModel::open({directory_ / "office.db", {}}, Digest{}));
};

TEST_F(OfficeQueryTest, gives_pages_that_join_in_both_directions) {
    for (const bool newest_first : {false, true}) {
        OfficeQuery all{.table = OfficeTable::shares, .newest_first = newest_first};
        const auto whole = read(all);
        ASSERT_EQ(whole.size(), 12U);
        EXPECT_EQ(whole.front(), newest_first ? "3 m-2" : "0 it's");
        OfficeQuery page = all;
        page.limit = 5;
        std::vector<std::string> joined;
        while (true) {
            const auto rows = *model_.select(page);
            if (rows.empty()) break;
            const auto read_now = read(page);
            joined.insert(joined.end(), read_now.begin(), read_now.end());
            page.after = place_of(rows.back());
        }
        EXPECT_EQ(joined, whole);
    }
}

TEST_F(OfficeQueryTest, takes_values_as_values) {
    OfficeQuery query{.table = OfficeTable::shares, .equal = {{"meter", std::string("it's")}}};
    EXPECT_THAT(read(query), ElementsAre("0 it's", "1 it's", "2 it's", "3 it's"));
    query.equal = {{"meter", std::string("x' or '1' = '1")}};
    EXPECT_THAT(read(query), IsEmpty());
    query.equal = {{"meter", std::string("m-1")}, {"height", std::int64_t{2}}};
    EXPECT_THAT(read(query), ElementsAre("2 m-1"));
}

TEST_F(OfficeQueryTest, finds_the_rows_of_several_meters_and_none_of_no_meter) {
    OfficeQuery query{.table = OfficeTable::shares,
                      .equal = {{"height", std::int64_t{1}}},
                      .among = {{"meter", {"m-2", "it's", "m-9"}}}};
    EXPECT_THAT(read(query), ElementsAre("1 it's", "1 m-2"));
    query.among->second.clear();
    EXPECT_THAT(read(query), IsEmpty());
}

TEST_F(OfficeQueryTest, sees_what_another_session_added) {
    auto other = ReadModel::open({directory_ / "office.db", {}}, Digest{});
    ASSERT_TRUE(other);
    ASSERT_TRUE(model_.add(4, {}));
    EXPECT_EQ(*other->look_up_height(), std::optional<Height>(4));
}

}  // namespace
}  // namespace fairfeed
