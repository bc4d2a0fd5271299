#include "gateway/dgmd/lab_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/crypto/digest.h"
#include "gateway/dgmd/lab_parameters.h"
#include "tests/unit/dgmd/lab_text.h"

namespace fairfeed {
namespace {

using testing::ElementsAre;
using testing_support::kSmallLab;
using testing_support::load_lab_text;
using testing_support::TempDirectory;
using testing_support::with;
using testing_support::write_text;

TEST(LabFile, reads_the_example) {
    const auto lab = load_lab_file(FAIRFEED_SOURCE_DIR "/config/lab.yaml");
    ASSERT_TRUE(lab) << lab.error().front();
    EXPECT_EQ(lab->parameters.name, "lab");
    EXPECT_EQ(lab->parameters.grid_epoch_s, 1'470'614'400);
    EXPECT_EQ(lab->parameters.speed, 4800);
    EXPECT_EQ(lab->parameters.timers, lab_timers());
    EXPECT_TRUE(lab->operator_clock);
    EXPECT_EQ(lab->nodes.size(), 5U);
    EXPECT_EQ(lab->clusters.size(), 5U);
    EXPECT_EQ(lab->meters.size(), 12U);
    EXPECT_EQ(lab->source.seed, 1);
}

TEST(LabFile, fills_in_what_may_be_left_out) {
    const TempDirectory directory;
    const std::string text = with(with(kSmallLab, "  speed: 4800\n", ""), "  preset: lab\n", "");
    const auto lab = load_lab_text(directory, with(text, "  window_seconds: 14400\n", ""));
    ASSERT_TRUE(lab) << lab.error().front();
    EXPECT_EQ(lab->parameters.speed, 1);
    EXPECT_EQ(lab->parameters.window_seconds, 14'400);
    EXPECT_EQ(lab->parameters.timers, Timers());
    EXPECT_FALSE(lab->operator_clock);
    EXPECT_EQ(lab->parameters_at(1'000'000).real_epoch_ms, 1'008'000);
    EXPECT_EQ(lab->clusters[1].location, (Location{300, 400}));
    EXPECT_EQ(lab->meters[0].service_point, "m1");
    EXPECT_EQ(lab->nodes[0].listen, "127.0.0.1");
}

TEST(LabFile, takes_single_timers_beside_a_preset) {
    const TempDirectory directory;
    const auto lab = load_lab_text(
        directory, with(kSmallLab, "preset: lab\n", "preset: lab\n  timers: {grace_ms: 2500}\n"));
    ASSERT_TRUE(lab) << lab.error().front();
    EXPECT_EQ(lab->parameters.timers.grace_ms, 2500);
    EXPECT_EQ(lab->parameters.timers.propose_ms, 600);
}

TEST(LabFile, rates_a_connection_for_three_phases_of_63_A_or_what_it_needs) {
    const TempDirectory directory;
    const auto plain = load_lab_text(directory, kSmallLab);
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->meters[0].rating, (ConnectionRating{63, 3, 230}));
    EXPECT_EQ(plain->meters[0].installed, Registers{});
    const auto large = load_lab_text(
        directory, with(kSmallLab, "capacity_w: 3000", "capacity_w: 50000, pv_w: 69001"));
    ASSERT_TRUE(large);
    EXPECT_EQ(large->meters[0].rating, (ConnectionRating{101, 3, 230}));
    const auto told = load_lab_text(
        directory, with(kSmallLab, "capacity_w: 3000",
                        "capacity_w: 3000, connection: {amperes: 16, phases: 1, volts: 240}, "
                        "registers: {import_wh: 7, export_wh: 8, generation_wh: 9}"));
    ASSERT_TRUE(told) << told.error().front();
    EXPECT_EQ(told->meters[0].rating, (ConnectionRating{16, 1, 240}));
    EXPECT_EQ(told->meters[0].installed, (Registers{7, 8, 9}));
}

TEST(LabFile, refuses_a_connection_that_cannot_carry_what_stands_behind_it) {
    const TempDirectory directory;
    const auto weak = load_lab_text(directory, with(kSmallLab, "capacity_w: 3000",
                                                    "capacity_w: 3000, connection: {amperes: 4}"));
    ASSERT_FALSE(weak);
    EXPECT_THAT(weak.error(),
                ElementsAre("lab.yaml:20:59: 2760 W are less than the 3000 W that this "
                            "meter is certified for or measures"));
    const auto absurd = load_lab_text(
        directory, with(kSmallLab, "capacity_w: 3000",
                        "capacity_w: 3000, connection: {amperes: 100000, volts: 1000000}"));
    ASSERT_FALSE(absurd);
    EXPECT_EQ(absurd.error().size(), 1U);
}

TEST(LabFile, starts_when_it_is_told_to) {
    const TempDirectory directory;
    const auto lab = load_lab_text(
        directory, with(kSmallLab, "  speed:", "  starts_at: 1700000000000\n  speed:"));
    ASSERT_TRUE(lab) << lab.error().front();
    EXPECT_EQ(lab->parameters_at(5).real_epoch_ms, 1'700'000'000'000);
}

TEST(LabFile, understands_times_and_seconds_as_grid_epoch) {
    EXPECT_EQ(parse_grid_epoch("2016-08-08T00:00"), 1'470'614'400);
    EXPECT_EQ(parse_grid_epoch("2016-08-08T06:30:15"), 1'470'637'815);
    EXPECT_EQ(parse_grid_epoch("1470614400"), 1'470'614'400);
    EXPECT_EQ(parse_grid_epoch("1970-01-01T00:00"), 0);
    for (const char* text :
         {"", "2016-08-08", "2016-02-30T00:00", "2016-08-08T24:00", "2016-08-08T00:00Z",
          "1969-12-31T23:59", "-5", "1e3", "2016-08-08 00:00", "99999999999999"}) {
        EXPECT_EQ(parse_grid_epoch(text), std::nullopt) << text;
    }
}

struct BadLab {
    const char* damage;
    const char* from;
    const char* to;
    const char* error;
};

const BadLab kBadLabs[] = {
    {"unknown key", "speed", "sped",
     "lab.yaml:4:3: unknown key 'network.sped' (did you mean 'speed'?)"},
    {"no grid epoch", "  grid_epoch: 2016-08-08T00:00\n", "",
     "lab.yaml:2:3: missing key 'network.grid_epoch'"},
    {"wrong grid epoch", "2016-08-08T00:00", "yesterday",
     "lab.yaml:3:15: 'network.grid_epoch' must be a time like 2016-08-08T00:00 or seconds since "
     "1970, not 'yesterday'"},
    {"speed zero", "4800", "0",
     "lab.yaml:4:10: 'network.speed' must be between 1 and 1000000, not 0"},
    {"negative speed", "4800", "-1",
     "lab.yaml:4:10: 'network.speed' must be between 1 and 1000000, not -1"},
    {"crooked window", "14400", "1000",
     "lab.yaml:5:19: 'network.window_seconds' must be a multiple of 900 (whole quarter hours), not "
     "1000"},
    {"window too long for a reading", "14400", "29700",
     "lab.yaml:5:19: 'network.window_seconds' must be between 900 and 28800 (a reading must stay "
     "below 1 KiB), not 29700"},
    {"window zero", "14400", "0",
     "lab.yaml:5:19: 'network.window_seconds' must be between 900 and 28800 (a reading must stay "
     "below 1 KiB), not 0"},
    {"start in seconds", "preset: lab", "starts_at: 1764442800",
     "lab.yaml:6:14: 'network.starts_at' is in Unix milliseconds, and 1764442800 is no time "
     "between "
     "the years 2000 and 2100: for these seconds write 1764442800000"},
    {"start in microseconds", "preset: lab", "starts_at: 1764442800000000",
     "lab.yaml:6:14: 'network.starts_at' is in Unix milliseconds, and 1764442800000000 is no time "
     "between the years 2000 and 2100"},
    {"start before clocks", "preset: lab", "starts_at: -1",
     "lab.yaml:6:14: 'network.starts_at' is in Unix milliseconds, and -1 is no time between the "
     "years 2000 and 2100"},
    {"grid epoch in milliseconds", "2016-08-08T00:00", "1470614400000",
     "lab.yaml:3:15: 'network.grid_epoch' must be a time like 2016-08-08T00:00 or seconds since "
     "1970, not '1470614400000'"},
    {"start said twice", "preset: lab", "starts_at: 1764442800000\n  starts_in_s: 6",
     "lab.yaml:7:16: 'network.starts_at' and 'network.starts_in_s' say the same thing twice: write "
     "one of them"},
    {"unknown preset", "preset: lab", "preset: moon",
     "lab.yaml:6:11: 'network.preset' must be one of field, lab, not 'moon'"},
    {"timer above its cap", "preset: lab", "timers: {vote_ms: 20000}",
     "lab.yaml:6:21: vote_ms is 20000, above vote_cap_ms 15000"},
    {"name with a slash", "id: n1", "id: n/1",
     "lab.yaml:8:9: 'nodes[0].id' must be a name of 1 to 32 characters a-z, 0-9 and '-', not "
     "'n/1'"},
    {"duplicate node", "id: n2", "id: n1",
     "lab.yaml:12:9: the name 'n1' is already that of another node: nodes, meters, officers, "
     "inspectors and dgmd share "
     "one set of names"},
    {"meter named as a node", "id: m1", "id: n1",
     "lab.yaml:20:10: the name 'n1' is already that of a node: nodes, meters, officers, inspectors "
     "and dgmd share one "
     "set of names"},
    {"meter named as the utility", "id: m1", "id: dgmd",
     "lab.yaml:20:10: the name 'dgmd' is already that of a utility: nodes, meters, officers, "
     "inspectors and dgmd share "
     "one set of names"},
    {"node named as an officer", "tariff:", "office: {officers: [n1, o2]}\ntariff:",
     "lab.yaml:8:9: the name 'n1' is already that of an officer: nodes, meters, officers, "
     "inspectors and dgmd share one set of names"},
    {"meter named as an officer that nobody wrote down", "id: m1", "id: officer-2",
     "lab.yaml:20:10: the name 'officer-2' is already that of an officer: nodes, meters, officers, "
     "inspectors and dgmd share one set of names"},
    {"officer who inspects", "tariff:", "office: {officers: [o1, o2], inspectors: [o2]}\ntariff:",
     "lab.yaml:23:43: the name 'o2' is already that of an officer: nodes, meters, officers, "
     "inspectors and dgmd share one set of names"},
    {"officer with a person's name", "tariff:", "office: {officers: ['Mrs. Okafor', o2]}\ntariff:",
     "lab.yaml:23:21: a name is 1 to 32 of a-z, 0-9 and '-': no person's own name, it is public"},
    {"nobody decides", "tariff:", "office: {officers: []}\ntariff:",
     "lab.yaml:23:20: a network needs 1 to 16 officers"},
    {"more must agree than there are",
     "tariff:", "office: {officers: [o1, o2], threshold: 3}\ntariff:",
     "lab.yaml:23:41: 'office.threshold' must be between 1 and 2, not 3"},
    {"meter named as the account", "id: m1", "id: grid",
     "lab.yaml:20:10: the name 'grid' is an account of the ledger"},
    {"meter named as nobody", "id: m1", "id: '-'",
     "lab.yaml:20:10: the name '-' stands for nobody in topics"},
    {"duplicate cluster", "id: west", "id: east",
     "lab.yaml:18:10: there is a cluster 'east' already"},
    {"unknown parent", "parent: n2", "parent: n3", "lab.yaml:18:24: there is no node 'n3'"},
    {"parent of two", "parent: n2", "parent: n1",
     "lab.yaml:18:24: node 'n1' is parent of cluster 'east' already: a node has one cluster"},
    {"unknown cluster", "cluster: east", "cluster: north",
     "lab.yaml:20:23: there is no cluster 'north'"},
    {"negative capacity", "3000", "-1",
     "lab.yaml:20:41: 'meters[0].capacity_w' must be between 0 and 100000000, not -1"},
    {"no capacity", ", capacity_w: 3000", "", "lab.yaml:20:5: missing key 'meters[0].capacity_w'"},
    {"a home without a recording", "3000", "3000, home: h01",
     "lab.yaml:20:53: only with 'meter_source.homes'"},
    {"two meters at one service point", "3000",
     "3000, service_point: m1}\n  - {id: m9, cluster: "
     "east, capacity_w: 0, service_point: m1",
     "lab.yaml:21:59: service point 'm1' has a meter already"},
    {"port zero", "18831", "0",
     "lab.yaml:11:11: 'nodes[0].port' must be between 1 and 65535, not 0"},
    {"same port twice", "18832", "18831",
     "lab.yaml:15:11: the broker of node 'n1' is at 127.0.0.1 port 18831 already, which is the "
     "same place: give this one another port"},
    {"same listener under another name", "127.0.0.1\n    port: 18832", "LocalHost\n    port: 18831",
     "lab.yaml:15:11: the broker of node 'n1' is at 127.0.0.1 port 18831 already, which is the "
     "same place: give this one another port"},
    {"same listener behind two addresses", "127.0.0.1\n    port: 18832",
     "10.0.0.7\n    listen: 127.0.0.1\n    port: 18831",
     "lab.yaml:16:11: the broker of node 'n1' is at 127.0.0.1 port 18831 already, which is the "
     "same place: give this one another port"},
    {"one listens on every address of the other's machine", "127.0.0.1\n    port: 18832",
     "127.0.0.2\n    listen: 0.0.0.0\n    port: 18831",
     "lab.yaml:16:11: the broker of node 'n1' is at 127.0.0.1 port 18831 already, which is the "
     "same place: give this one another port"},
    {"address with a port", "address: 127.0.0.1", "address: localhost:8883",
     "lab.yaml:10:14: 'localhost:8883' has a port in it: write the host alone, the port has its "
     "own key"},
    {"address that is none", "address: 127.0.0.1", "address: 300.1.1.1",
     "lab.yaml:10:14: '300.1.1.1' is no IPv4 address: write four numbers from 0 to 255"},
    {"address of every machine", "address: 127.0.0.1", "address: 0.0.0.0",
     "lab.yaml:10:14: '0.0.0.0' means every address of a machine and cannot be dialled: write the "
     "machine's own address or name, and 0.0.0.0 as 'listen'"},
    {"listen that is none", "address: 127.0.0.1", "address: n1.lan\n    listen: ':::'",
     "lab.yaml:11:13: ':::' is no IPv6 address"},
    {"address with a space", "address: 127.0.0.1", "address: 127.0.0.1 allow_anonymous",
     "lab.yaml:10:14: '127.0.0.1 allow_anonymous' is no host name, IPv4 or IPv6 address"},
    {"location off the map", "north_m: 400", "north_m: 9999999999",
     "lab.yaml:13:38: 'nodes[1].location.north_m' must be between -1000000000 and 1000000000, not "
     "9999999999"},
    {"negative rate", "250000", "-250000",
     "lab.yaml:23:32: 'tariff.import_micro_per_kwh' must be between 0 and 1000000000, not -250000"},
    {"nothing to measure", "{seed: 7}", "{}",
     "lab.yaml:24:15: 'meter_source' needs exactly one of 'seed' and 'homes'"},
};

TEST(LabFile, says_what_is_wrong_and_where) {
    const TempDirectory directory;
    for (const BadLab& row : kBadLabs) {
        const auto lab = load_lab_text(directory, with(kSmallLab, row.from, row.to));
        ASSERT_FALSE(lab) << row.damage;
        EXPECT_THAT(lab.error(), testing::Contains(row.error)) << row.damage;
    }
}

TEST(LabFile, lets_every_machine_listen_on_all_its_addresses_at_one_port) {
    const TempDirectory directory;
    std::string text = kSmallLab;
    for (const char* address : {"192.168.1.4", "n2.lan"})
        text = with(text, "address: 127.0.0.1",
                    std::string("address: ") + address + "\n    listen: 0.0.0.0");
    const auto lab = load_lab_text(directory, with(text, "18832", "18831"));
    ASSERT_TRUE(lab) << lab.error().front();
    EXPECT_EQ(lab->nodes[1].listen, "0.0.0.0");
}

TEST(LabFile, says_everything_at_once_in_the_order_of_the_file) {
    const TempDirectory directory;
    std::string text = with(kSmallLab, "4800", "0");
    text = with(text, "18832", "70000");
    text = with(text, "cluster: east", "cluster: north");
    text = with(text, "meter_source: {seed: 7}\n", "");
    const auto lab = load_lab_text(directory, text);
    ASSERT_FALSE(lab);
    EXPECT_THAT(
        lab.error(),
        ElementsAre("lab.yaml:1:1: missing key 'meter_source'",
                    "lab.yaml:4:10: 'network.speed' must be between 1 and 1000000, not 0",
                    "lab.yaml:15:11: 'nodes[1].port' must be between 1 and 65535, not 70000",
                    "lab.yaml:20:23: there is no cluster 'north'"));
}

TEST(LabFile, refuses_shares_of_yesterday_where_windows_shift_over_the_day) {
    const TempDirectory directory;
    const auto lab = load_lab_text(
        directory, with(kSmallLab, "14400\n", "25200\n  share: {basis: same_window_yesterday}\n"));
    ASSERT_FALSE(lab);
    EXPECT_THAT(lab.error(),
                ElementsAre("lab.yaml:6:18: 'network.share.basis' same_window_yesterday needs "
                            "windows that divide a day, and window_seconds is 25200"));
}

TEST(LabFile, names_a_file_that_is_not_there) {
    const auto lab = load_lab_file("/nowhere/lab.yaml");
    ASSERT_FALSE(lab);
    EXPECT_THAT(lab.error(), ElementsAre(testing::HasSubstr("/nowhere/lab.yaml")));
}

constexpr const char* kTwoHomes =
    "interval_start_local,load_kwh_h1,load_kwh_h2,load_kwh_h3,pv_kwh_h1,pv_kwh_h2\n"
    "2017-01-09T00:00,0.5,0.4,0.3,0.0,1.2\n"
    "2017-01-09T01:00,0.5,0.4,0.3,2.1,1.6\n";

// h1 and h2 have PV, h3 has none; only h1 has a known nameplate.
std::string homes_lab(const TempDirectory& directory) {
    write_text(directory / "homes.csv", kTwoHomes);
    std::string text = with(kSmallLab, "  grid_epoch: 2016-08-08T00:00\n", "");
    text = with(text, "{seed: 7}", "{homes: homes.csv}");
    text = with(text, "capacity_w: 3000", "home: h1");
    text = with(text, "capacity_w: 0", "home: h2");
    return with(text, "capacity_w: 0", "home: h3");
}

TEST(LabFile, certifies_recorded_homes_by_nameplate_or_recorded_peak) {
    const TempDirectory directory;
    const std::string text = homes_lab(directory);
    write_text(directory / "homes_meta.csv", "home,pv_nominal_kw\nh1,4.0\n");
    const auto lab = load_lab_text(directory, text);
    ASSERT_TRUE(lab) << lab.error().front();
    EXPECT_EQ(lab->meters[0].capacity_w, 4000);
    EXPECT_EQ(lab->meters[1].capacity_w, 2000);
    EXPECT_EQ(lab->meters[2].capacity_w, 0);
    EXPECT_EQ(lab->parameters.grid_epoch_s, *parse_grid_epoch("2017-01-09T00:00"));
    EXPECT_EQ(lab->source.homes, directory / "homes.csv");
}

TEST(LabFile, lets_a_certified_capacity_overrule_the_recording) {
    const TempDirectory directory;
    const auto lab =
        load_lab_text(directory, with(homes_lab(directory), "home: h1", "home: h1, capacity_w: 0"));
    ASSERT_TRUE(lab) << lab.error().front();
    EXPECT_EQ(lab->meters[0].capacity_w, 0);
}

TEST(LabFile, refuses_homes_that_were_not_recorded) {
    const TempDirectory directory;
    const auto lab = load_lab_text(directory, with(homes_lab(directory), "home: h1", "home: h9"));
    ASSERT_FALSE(lab);
    EXPECT_THAT(lab.error(), ElementsAre("lab.yaml:19:35: the recording has no home 'h9'; it has "
                                         "h1, h2, h3"));
}

TEST(LabFile, refuses_a_calendar_other_than_the_recordings) {
    const TempDirectory directory;
    const auto lab = load_lab_text(directory, with(homes_lab(directory), "  speed",
                                                   "  grid_epoch: 2016-08-08T00:00\n  speed"));
    ASSERT_FALSE(lab);
    EXPECT_THAT(lab.error(),
                ElementsAre("lab.yaml:3:15: the recording begins at 1483920000 s and its first row "
                            "is window 0: leave grid_epoch out"));
}

TEST(LabFile, names_the_lines_of_a_wrong_recording_and_no_other_file) {
    const TempDirectory directory;
    const std::string text = homes_lab(directory);
    write_text(directory / "homes.csv", with(kTwoHomes, "0.3,2.1", "0.3,-2.1"));
    const auto lab = load_lab_text(directory, text);
    ASSERT_FALSE(lab);
    EXPECT_THAT(lab.error(), ElementsAre("homes.csv:3: pv_kwh_h1: '-2.1' is negative"));
}

TEST(LabFile, remembers_which_recording_it_read_and_how_long_it_is) {
    const TempDirectory directory;
    const auto lab = load_lab_text(directory, homes_lab(directory));
    ASSERT_TRUE(lab);
    EXPECT_EQ(lab->source.homes_digest, sha256(as_bytes(std::string_view(kTwoHomes))));
    EXPECT_EQ(lab->source.homes_quarters, 8);
}

TEST(LabFile, certifies_the_seventeen_recorded_homes) {
    const std::string file =
        std::string(FAIRFEED_SHARED_DIR) + "/data/homes/homes_hourly_14d_2016-08-08.csv";
    if (!std::filesystem::exists(file)) GTEST_SKIP() << "no recorded homes at " << file;
    const TempDirectory directory;
    std::string text = with(kSmallLab, "{seed: 7}", "{homes: " + file + "}");
    text = with(text, "capacity_w: 3000", "home: h01");
    text = with(text, "capacity_w: 0", "home: h04");
    text = with(text, "capacity_w: 0", "home: h17");
    const auto lab = load_lab_text(directory, text);
    ASSERT_TRUE(lab) << lab.error().front();
    EXPECT_EQ(lab->meters[0].capacity_w, 4000);
    EXPECT_EQ(lab->meters[1].capacity_w, 5000);
}

}  // namespace
}  // namespace fairfeed
