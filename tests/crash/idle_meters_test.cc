// Meters that wait for their window to end leave their card alone. The tests count bytes and syncs
// of an hour in virtual time, on the disk of the outbox and on that of the status file.
#include <gtest/gtest.h>

#include "core/io/status_file.h"
#include "meter-sim/fleet_status.h"
#include "meter-sim/outbox.h"
#include "tests/crash/crash_enumeration.h"
#include "tests/unit/meter/meter_bench.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kHour = 3600;
constexpr Window kFirst = 1;  // the window that has just ended, with receipts

std::size_t syncs_in(const DiskHistory& history, std::size_t from) {
    std::size_t count = 0;
    for (std::size_t i = from; i < history.operations.size(); ++i) {
        const auto kind = history.operations[i].kind;
        const bool is_sync =
            kind == DiskOperation::Kind::sync || kind == DiskOperation::Kind::sync_names;
        count += is_sync ? 1U : 0U;
    }
    return count;
}

// Does what fleet.cc does in each second without an event.
class IdleMeter {
  public:
    IdleMeter(const std::filesystem::path& outbox, const std::filesystem::path& status)
        : status_(status) {
        auto opened = Outbox::open(outbox, bench_.network().network(), kHour * 4);
        CHECK(opened.has_value());
        outbox_.emplace(std::move(*opened));
        meters_.push_back(bench_.fresh());
        bench_.connect_all(meters_.front(), bench_.at(0));
        const MeterEffects effects = meters_.front().step(meter_event::Tick{}, bench_.at(kFirst));
        perform(effects);
        const KeptReading reading = only_reading(effects);
        for (const std::size_t member : {1U, 2U})
            perform(meters_.front().step(bench_.receipt(bench_.member(member), reading),
                                         bench_.at(kFirst)));
        pass(1);
    }
    void pass(std::int64_t seconds) {
        for (; seconds > 0; --seconds) {
            const Instant now = bench_.at(kFirst, ++passed_s_);
            perform(meters_.front().step(meter_event::Tick{}, now));
            status_.show(to_json(status_of(meters_)), now);
        }
    }

  private:
    void perform(const MeterEffects& effects) {
        std::vector<MeterAndEffect> writes;
        for (const MeterEffect& effect : effects)
            writes.emplace_back(bench_.meter_id(), &effect);
        CHECK(outbox_->write(writes).has_value());
    }
    MeterBench bench_;
    std::optional<Outbox> outbox_;
    std::vector<Meter> meters_;
    StatusFile status_;
    std::int64_t passed_s_ = 0;
};

TEST(IdleMeters, write_nothing_and_sync_nothing_on_the_disk_of_their_outbox) {
    const testing_support::TempDirectory elsewhere;
    std::size_t before = 0;
    const DiskHistory history = record([&](const auto& directory, DiskRecording& recording) {
        IdleMeter meter(directory / "outbox.db", elsewhere / "run/status.json");
        before = recording.history().operations.size();
        EXPECT_GT(before, 0U) << "the recording sees the outbox";
        meter.pass(kHour);
        EXPECT_EQ(recording.history().operations.size(), before);
    });
}

TEST(IdleMeters, give_a_sign_of_life_every_half_minute_and_never_sync_it) {
    const testing_support::TempDirectory elsewhere;
    std::size_t before = 0;
    std::size_t after = 0;
    const DiskHistory history = record([&](const auto& directory, DiskRecording& recording) {
        IdleMeter meter(elsewhere / "outbox.db", directory / "run/status.json");
        before = recording.history().operations.size();
        meter.pass(kHour);
        after = recording.history().operations.size();
    });
    EXPECT_EQ(after - before, 3U * 120U) << "create, write, rename";
    EXPECT_EQ(syncs_in(history, before), 0U);
}

}  // namespace
}  // namespace fairfeed::test
