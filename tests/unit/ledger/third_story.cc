#include "tests/unit/ledger/third_story.h"

#include <array>

namespace fairfeed::test {
namespace {

const ClusterId kCluster = TestNetwork::cluster(1);
const MeterId kRoof = TestNetwork::meter(1, 1);  // both roofs obey their shares
const MeterId kHome = TestNetwork::meter(1, 2);  // a consumer
const MeterId kShed = TestNetwork::meter(1, 3);  // its reading of a day comes late

// Night, day and evening: windows of eight hours.
constexpr std::array<std::int64_t, 3> kNoonWh = {0, 1100, 90};

TestNetworkOptions forecasting_network() {
    TestNetworkOptions options;
    options.nodes = 6;
    options.clusters = 1;  // its committee: nodes 1 to 4
    options.meters_per_cluster = 3;
    options.parameters.name = "test-3";
    options.parameters.window_seconds = 28'800;
    options.parameters.speed = 60;
    options.parameters.rule = ShareRule::waterfill;
    options.parameters.basis = ShareBasis::expected;
    options.parameters.resolution = ShareResolution::quarter;
    options.parameters.forecast = {4, 2, 2'000'000, 20};
    return options;
}

}  // namespace

void ThirdStory::live(Window window) {
    const std::int64_t noon_wh = kNoonWh[window % kNoonWh.size()];
    auto& readings = kept_[window];
    readings.emplace(
        kRoof, measure(kRoof, window, {.load_wh = 60, .noon_wh = noon_wh + window, .obeys = true}));
    readings.emplace(kHome, measure(kHome, window, {.load_wh = 140 + window}));
    readings.emplace(
        kShed, measure(kShed, window, {.load_wh = 45, .noon_wh = noon_wh / 2, .obeys = true}));
}

HeldReadings ThirdStory::heard(std::initializer_list<std::pair<MeterId, Window>> readings) const {
    HeldReadings out;
    for (const auto& [meter, window] : readings)
        out[window].insert({meter, kept_.at(window).at(meter)});
    return out;
}

void ThirdStory::settle_all(const std::string& title, Window window) {
    live(window);
    settle(title, kCluster, window, heard({{kRoof, window}, {kHome, window}, {kShed, window}}), {});
}

// A settlement plans the shares of the next but one window from the windows before its own.
void ThirdStory::live_through_the_first_day() {
    settle_all("window 0, a night: nothing is known, so its quarter hours plan window 2", 0);
    settle_all("window 1, a day: window 3 from the forecast, which knows the night", 1);
    settle_all("window 2, an evening: window 4 from the forecast, which knows the day", 2);
}

void ThirdStory::live_under_schedules() {
    settle_all("window 3, under the first forecast", 3);
    live(4);
    settle("window 4, a day under a schedule: meter-1-3 missing, estimated from the day before",
           kCluster, 4, heard({{kRoof, 4}, {kHome, 4}}), {});
    live(5);
    settle("window 5: meter-1-3's reading of 4 late, credited under the schedule of 4", kCluster, 5,
           heard({{kShed, 4}, {kRoof, 5}, {kHome, 5}, {kShed, 5}}), {});
}

// Node-5 cannot read the days before, so nobody uses them any more.
void ThirdStory::let_somebody_in() {
    const std::vector<NodeId> next = nodes({1, 2, 3, 5});
    std::vector<NodeId> readers = next;
    readers.push_back(stored_.network().dgmd());
    std::vector<TransactionContent> notices;
    for (const MeterId& meter : {kRoof, kHome, kShed})
        notices.emplace_back(stored_.network().grant(meter, 2, readers, 7));
    CommitteeAllocation committee = state().clusters.at(kCluster).committee;
    committee.members = next;
    committee.epoch = 2;
    committee.effective = 7;
    notices.emplace_back(committee);
    say("KEY_GRANTs and COMMITTEE from 7: node-5 for node-4", notices, time_in(6, 3600));
    settle_all("window 6, the last one of the old committee", 6);
    hand_over("two HANDOVERs of window 6 to node-5", nodes({2, 3}));
    for (const MeterId& meter : {kRoof, kHome, kShed})
        chain().meter(meter).use_key_epoch(2);
    settle_all("window 7, a day: no history that node-5 could have, so the window plans 9", 7);
    settle_all("window 8: window 10 from the forecast, which knows the day of 7 again", 8);
}

ThirdStory::ThirdStory() : ToldChain(forecasting_network()) {
    live_through_the_first_day();
    live_under_schedules();
    let_somebody_in();
    keep();
}

}  // namespace fairfeed::test
