#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/band_hours.h"
#include "gateway/dgmd/lab_file.h"
#include "tests/unit/dgmd/lab_text.h"

namespace fairfeed {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing_support::kSmallLab;
using testing_support::load_lab_text;
using testing_support::TempDirectory;
using testing_support::with;

TEST(LabTariff, reads_bands_a_daily_charge_and_a_formula_by_the_clock_of_the_zone) {
    const TempDirectory directory;
    const std::string text =
        with(with(kSmallLab, "export_micro_per_kwh: 80000}",
                  "export_micro_per_kwh: 80000, daily_charge_micro: 300000, bands: [{name: peak, "
                  "import_micro_per_kwh: 400000, export_micro_per_kwh: 120000, hours: 'Mon-Fri "
                  "17:00-20:00'}], formula: {k_ppm: 500000, low_ppm: 800000, high_ppm: 1250000}}"),
             "  speed", "  time_zone: Europe/Berlin\n  speed");
    const auto lab = load_lab_text(directory, text);
    ASSERT_TRUE(lab) << lab.error().front();
    const Tariff& tariff = lab->tariff;
    EXPECT_EQ(lab->parameters.time_zone, "Europe/Berlin");
    EXPECT_EQ(tariff.daily_micro, 300'000);
    EXPECT_EQ(tariff.rates(1), (BandRates{400'000, 120'000}));
    EXPECT_EQ(hours_of(tariff, 1), "Mon-Fri 17:00-20:00");
    EXPECT_EQ(tariff.terms->base.size(), 2U);
    EXPECT_EQ(tariff.clock.offset_s, 7200);
    EXPECT_EQ(tariff.clock.changes.front(), (OffsetChange{1'477'789'200, 3600}));
    EXPECT_EQ(fault_of(tariff), std::nullopt);
}

TEST(LabTariff, refuses_hours_and_zones_that_are_none) {
    const TempDirectory directory;
    const auto lab = load_lab_text(
        directory, with(with(kSmallLab, "export_micro_per_kwh: 80000}",
                             "export_micro_per_kwh: 80000, bands: [{name: peak, "
                             "import_micro_per_kwh: 1, export_micro_per_kwh: 1, hours: noon}]}"),
                        "  speed", "  time_zone: Europe/Atlantis\n  speed"));
    ASSERT_FALSE(lab);
    EXPECT_THAT(lab.error(), Contains(HasSubstr("'noon' are no hours")));
    EXPECT_THAT(lab.error(), Contains(HasSubstr("'Europe/Atlantis' is no time zone")));
}

}  // namespace
}  // namespace fairfeed
