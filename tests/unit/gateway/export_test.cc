// What other programs get of the read model.
#include "gateway/commands/export.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>

#include "core/io/json.h"
#include "core/recordings/csv_table.h"
#include "core/wire/genesis_file_codec.h"
#include "gateway/readmodel/read_model.h"
#include "tests/unit/dgmd/provisioned.h"

namespace fairfeed {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing_support::Provisioned;

class Exports : public ::testing::Test {
  protected:
    [[nodiscard]] std::filesystem::path config() const { return made_ / "dgmd/gateway.yaml"; }
    // Three blocks: none, and two with a settlement of cluster east each.
    void fill() {
        const auto bytes = read_file(made_ / "genesis.cbor");
        ASSERT_TRUE(bytes);
        const auto genesis = decode_genesis(*bytes);
        ASSERT_TRUE(genesis);
        auto model = ReadModel::open({made_ / "dgmd/office.db", {}}, genesis->network);
        ASSERT_TRUE(model) << model.error();
        ASSERT_TRUE(model->add(0, {}));
        for (std::int64_t height = 1; height <= 2; ++height)
            ASSERT_TRUE(model->add(static_cast<Height>(height), {settlement(height)}));
    }
    static OfficeRow settlement(std::int64_t height) {
        const OfficeLayout& layout = layout_of(OfficeTable::settlements);
        OfficeRow row{OfficeTable::settlements, {}};
        for (const OfficeColumn& column : layout.columns) {
            OfficeCell cell = column.is_text ? OfficeCell(std::string("a \"text\", with commas"))
                                             : OfficeCell(std::int64_t{7});
            if (column.name == "cluster") cell = std::string("east");
            if (column.name == "height" || column.name == "window_no") cell = height;
            if (column.name == "start") cell = 1'470'614'400 + height * 14'400;
            if (column.name == "load_wh") cell = 100 * height;
            if (column.name == "mes_w") cell = {};
            row.cells.push_back(std::move(cell));
        }
        return row;
    }
    struct Said {
        int status = 0;
        std::string out;
        std::string err;
    };
    [[nodiscard]] Said say(const std::string& what, const std::string& format = "csv",
                           std::uint64_t since = 0) const {
        std::ostringstream out;
        std::ostringstream err;
        const int status = run_export({what, config(), format, since}, out, err);
        return {status, out.str(), err.str()};
    }

    Provisioned made_;
};

TEST_F(Exports, of_settlements_are_what_the_forecast_reads) {
    fill();
    const Said said = say("settlements");
    ASSERT_EQ(said.status, 0) << said.err;
    CsvComplaints complaints("settlements.csv");
    const CsvTable table = parse_csv(said.out, complaints);
    ASSERT_EQ(table.rows.size(), 2U);
    const auto column = [&table](const std::string& name) {
        const auto found = std::find(table.heading.cells.begin(), table.heading.cells.end(), name);
        EXPECT_NE(found, table.heading.cells.end()) << name;
        return static_cast<std::size_t>(found - table.heading.cells.begin());
    };
    EXPECT_EQ(table.rows[1].cells[column("cluster")], "east");
    EXPECT_EQ(table.rows[1].cells[column("start")], "1470643200");
    EXPECT_EQ(table.rows[1].cells[column("load_wh")], "200");
    EXPECT_EQ(table.rows[1].cells[column("available_wh")], "7");
    EXPECT_EQ(table.rows[1].cells[column("mes_w")], "") << "unknown";
    EXPECT_EQ(table.rows[1].cells[column("id")], "a \"text\", with commas") << "quoted";
}

TEST_F(Exports, give_an_object_a_line_and_only_what_came_since) {
    fill();
    const Said said = say("settlements", "jsonl", 2);
    ASSERT_EQ(said.status, 0) << said.err;
    ASSERT_EQ(std::count(said.out.begin(), said.out.end(), '\n'), 1);
    const auto row = Json::parse(said.out);
    ASSERT_TRUE(row) << row.error();
    EXPECT_EQ(row->at("load_wh"), Json(200));
    EXPECT_EQ(row->at("height"), Json(2));
    EXPECT_TRUE(row->find("mes_w") != nullptr && row->at("mes_w").is_null());
}

TEST_F(Exports, have_a_heading_also_without_rows) {
    fill();
    EXPECT_THAT(say("bills").out, StartsWith("meter,window_no,height,start,cluster"));
    EXPECT_THAT(say("readings").out, StartsWith("meter,window_no,height,start,cluster,id"));
    EXPECT_EQ(say("readings", "jsonl").out, "");
}

TEST_F(Exports, of_nothing_say_what_is_lacking) {
    EXPECT_EQ(say("settlements").status, 2);
    EXPECT_THAT(say("settlements").err, HasSubstr("there is no read model yet"));
    EXPECT_FALSE(std::filesystem::exists(made_ / "dgmd/office.db")) << "an export makes nothing";
    EXPECT_THAT(say("money").err, HasSubstr("bills, readings or settlements"));
    EXPECT_THAT(say("bills", "xml").err, HasSubstr("csv or jsonl"));
}

}  // namespace
}  // namespace fairfeed
