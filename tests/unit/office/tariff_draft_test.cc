#include "gateway/office/tariff_draft.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/wire/samples.h"

namespace fairfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Fields = std::map<std::string, std::string>;

Tariff drafted(const Fields& fields, const Tariff& before = samples::banded()) {
    std::vector<std::string> faults;
    Tariff tariff = tariff_from(fields, before, faults);
    EXPECT_THAT(faults, ::testing::IsEmpty());
    return tariff;
}

std::vector<std::string> refused(const Fields& fields, const Tariff& before = {1, 1}) {
    std::vector<std::string> faults;
    (void)tariff_from(fields, before, faults);
    return faults;
}

TEST(TariffDraft, keeps_what_it_does_not_name) {
    EXPECT_EQ(drafted({}), samples::banded());
    Tariff dearer = samples::banded();
    dearer.daily_micro = 350'000;
    dearer.export_micro_per_kwh = 70'000;
    EXPECT_EQ(drafted({{"daily_micro", "350000"}, {"export_micro_per_kwh", "70000"}}), dearer);
}

TEST(TariffDraft, reads_bands_with_their_hours) {
    Tariff expected = samples::banded();
    expected.terms.reset();
    EXPECT_EQ(drafted({{"formula", "none"},
                       {"bands",
                        "peak:400000:120000:Mon-Fri 17:00-20:00;"
                        "night:200000:60000:00:00-06:00"}}),
              expected);
    EXPECT_EQ(drafted({{"bands", "none"}, {"formula", "none"}}).bands(), 1U);
}

TEST(TariffDraft, follows_the_forecast_by_the_formula_on_the_chain) {
    const Tariff tariff = drafted({{"load_wh", "1000"}, {"gap_wh", "200"}});
    EXPECT_EQ(tariff.rates(0), (BandRates{275'000, 88'000}));
    EXPECT_EQ(tariff.rates(1), (BandRates{440'000, 132'000}));
    EXPECT_EQ(tariff.rates(2), (BandRates{220'000, 66'000}));
    EXPECT_EQ(tariff.terms, samples::banded().terms) << "the base stays";
    const Tariff least = drafted({{"load_wh", "1000"}, {"gap_wh", "-5000"}});
    EXPECT_EQ(least.rates(0), (BandRates{200'000, 64'000}));
}

TEST(TariffDraft, makes_its_rates_the_base_of_a_new_formula) {
    const Tariff tariff = drafted({{"formula", "300000:900000:1100000"}}, {250'000, 80'000});
    EXPECT_EQ(tariff.terms, (RateTerms{{{250'000, 80'000}}, 300'000, 900'000, 1'100'000}));
}

TEST(TariffDraft, says_what_is_wrong_by_field) {
    EXPECT_THAT(refused({{"daily_micro", "1.5"}}),
                ElementsAre("daily_micro: '1.5' is no whole number"));
    EXPECT_THAT(refused({{"bands", "peak:1:2"}}),
                ElementsAre(HasSubstr("'peak:1:2' is not NAME:IMPORT:EXPORT:HOURS")));
    EXPECT_THAT(refused({{"bands", "peak:1:2:never"}}),
                ElementsAre("bands: 'never' are no hours: write Mon-Fri 17:00-20:00, in quarter "
                            "hours"));
    EXPECT_THAT(refused({{"bands", "a:1:1:Mon 00:00-01:00;b:1:1:00:30-02:00"}}),
                ElementsAre("bands: Mon 00:30 is in two bands"));
    EXPECT_THAT(refused({{"formula", "1:2"}}),
                ElementsAre("formula: '1:2' is not K:LOW:HIGH in ppm"));
    EXPECT_THAT(refused({{"load_wh", "5"}}),
                ElementsAre("load_wh and gap_wh: both of the forecast, or none"));
    EXPECT_THAT(refused({{"load_wh", "5"}, {"gap_wh", "1"}}),
                ElementsAre(HasSubstr("the tariff has no formula")));
    EXPECT_THAT(refused({{"import_micro_per_kwh", "-1"}}),
                ElementsAre("the tariff's rates: 0 to 1000000000 micro per kWh"));
    EXPECT_THAT(refused({{"bands", "base:1:1:Mon 00:00-01:00"}}),
                ElementsAre(HasSubstr("only the first is base")));
}

}  // namespace
}  // namespace fairfeed
