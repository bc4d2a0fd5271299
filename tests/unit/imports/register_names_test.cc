#include "meter-sim/imports/register_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairfeed::imports {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

void add(ReadFile& file, Channel channel, const std::string& name) {
    ReadSeries series;
    series.channel = channel;
    series.name = name;
    file.series.push_back(std::move(series));
}

TEST(RegisterNames, say_which_way_the_energy_went) {
    for (const char* name : {"Electricity 1 (Low Tariff)", "sensor.p1_meter_energy_import",
                             "Afname Dag", "sensor.grid_consumption", "Bezug (kWh)"})
        EXPECT_EQ(channel_of_name(name), Channel::imported) << name;
    for (const char* name : {"Electricity 2 Returned", "sensor.p1_meter_energy_export_tariff_1",
                             "Injectie Nacht", "sensor.energy_production_tarif_1", "Feed-in"})
        EXPECT_EQ(channel_of_name(name), Channel::exported) << name;
    for (const char* name : {"sensor.solar_total", "SolarEdge production", "inverter_yield"})
        EXPECT_EQ(channel_of_name(name), Channel::generation) << name;
    EXPECT_FALSE(channel_of_name("sensor.fridge"));
}

TEST(RegisterNames, totals_beside_their_tariffs_are_left_out_and_told_of) {
    ReadFile file;
    for (const char* name : {"Import T1 kWh", "Import T2 kWh", "Import kWh"})
        add(file, Channel::imported, name);
    add(file, Channel::exported, "Export kWh");
    drop_totals(file);
    EXPECT_THAT(file.series, SizeIs(3));
    EXPECT_THAT(file.notes, ElementsAre(HasSubstr("'Import kWh' left out")));
}

// The names of two meters with an output 1 were taken for a tariff and its total.
TEST(RegisterNames, digits_within_a_name_are_no_tariff) {
    EXPECT_TRUE(is_of_tariff("sensor.energy_import_t1"));
    EXPECT_TRUE(is_of_tariff("energy_consumption_tarif_2"));
    EXPECT_FALSE(is_of_tariff("sensor.output1_import"));
    EXPECT_FALSE(is_of_tariff("sensor.energy_import"));
}

}  // namespace
}  // namespace fairfeed::imports
