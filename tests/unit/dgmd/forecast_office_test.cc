// The weekly tariff as the office makes it: from the totals of its own read model to a draft that
// officers sign (paper A71, A72).
#include "gateway/commands/forecast_office.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/commands/forecast.h"
#include "gateway/config/gateway_config.h"
#include "gateway/config/gateway_files.h"
#include "gateway/readmodel/read_model.h"
#include "tests/unit/dgmd/provisioned.h"

namespace fairfeed {
namespace {

using testing::HasSubstr;
using testing_support::kSmallLab;
using testing_support::Provisioned;
using testing_support::with;

constexpr std::int64_t kWindowsOfWeek = 42;

class ForecastOffice : public ::testing::Test {
  protected:
    explicit ForecastOffice(const std::string& tariff =
                                "tariff: {import_micro_per_kwh: 250000, export_micro_per_kwh: "
                                "80000, formula: {k_ppm: 500000, low_ppm: 800000, high_ppm: "
                                "1250000}}\n")
        : made_(with(kSmallLab,
                     "tariff: {import_micro_per_kwh: 250000, export_micro_per_kwh: 80000}\n",
                     tariff)) {
        CHECK(made_.run().status == 0);
        options_.input.office = made_ / "dgmd/gateway.yaml";
        options_.draft = true;
    }
    // So many weeks of one cluster: every window a load of 1000 Wh and this generation.
    void settle(std::int64_t weeks, std::int64_t available_wh) const {
        const auto config = load_gateway_config(options_.input.office);
        CHECK(config.has_value());
        const auto genesis = load_genesis_file(config->genesis);
        auto model = ReadModel::make_anew(config->database, genesis->network);
        CHECK(model.has_value());
        const GridClock grid(genesis->content.parameters);
        const OfficeLayout& layout = layout_of(OfficeTable::settlements);
        std::vector<OfficeRow> rows;
        for (Window window = 0; window < weeks * kWindowsOfWeek; ++window) {
            OfficeRow row{OfficeTable::settlements, {}};
            for (const OfficeColumn& column : layout.columns) {
                std::int64_t value = 0;
                if (column.name == "window_no") value = window;
                if (column.name == "start") value = grid.start_s(window);
                if (column.name == "load_wh") value = 1000;
                if (column.name == "available_wh") value = available_wh;
                row.cells.push_back(column.is_text ? OfficeCell(std::string("east"))
                                                   : OfficeCell(value));
            }
            rows.push_back(std::move(row));
        }
        CHECK(model->add(0, rows).has_value());
    }
    int forecast() { return run_forecast(options_, out_, err_); }

    Provisioned made_;
    ForecastOptions options_;
    std::ostringstream out_;
    std::ostringstream err_;
};

TEST_F(ForecastOffice, drafts_the_tariff_of_the_week_by_the_formula_on_the_chain) {
    settle(6, 400);
    ASSERT_EQ(forecast(), 0) << err_.str();
    // Gap 600 of load 1000, times 0.5: 1.3, and the formula allows 1.25.
    EXPECT_THAT(out_.str(), HasSubstr("0.3125"));
    // Six weeks are known, and the seventh can no longer be signed: the eighth begins with 294.
    EXPECT_THAT(out_.str(), HasSubstr("From window " + std::to_string(7 * kWindowsOfWeek)));
    EXPECT_THAT(out_.str(), HasSubstr("gateway sign DRAFT"));
}

TEST_F(ForecastOffice, says_that_no_window_is_settled_yet) {
    settle(0, 0);
    EXPECT_EQ(forecast(), 2);
    EXPECT_THAT(err_.str(), HasSubstr("the settlements of "));
}

class ForecastOfficeWithoutFormula : public ForecastOffice {
  protected:
    ForecastOfficeWithoutFormula()
        : ForecastOffice("tariff: {import_micro_per_kwh: 250000, export_micro_per_kwh: 80000}\n") {}
};

TEST_F(ForecastOfficeWithoutFormula, drafts_nothing_and_says_what_is_missing) {
    settle(6, 400);
    EXPECT_EQ(forecast(), 2);
    EXPECT_THAT(err_.str(), HasSubstr("formula"));
    EXPECT_FALSE(std::filesystem::exists(made_ / "dgmd/drafts"));
}

}  // namespace
}  // namespace fairfeed
