// A meter's outbox. After any power cut the meter goes on without help from its last written state.
// It never uses a sequence number or a window for bytes other than those that had left. After its
// alarm has left, the meter signs nothing any more.
#include <gtest/gtest.h>

#include "core/io/file.h"
#include "core/wire/event_codec.h"
#include "meter-sim/meter_key.h"
#include "meter-sim/outbox.h"
#include "tests/crash/crash_enumeration.h"
#include "tests/support/dice.h"
#include "tests/unit/meter/meter_bench.h"

namespace fairfeed::test {
namespace {

constexpr Window kWindows = 6;
constexpr Window kRing = 2;               // so few windows that the outbox forgets some
constexpr Window kBreaks = kWindows + 1;  // the seal breaks at the beginning of this window
constexpr std::int64_t kWindowSeconds = kRingDays * kSecondsPerDay / kRing;

const MeterBench& bench() {
    static const MeterBench kBench;
    return kBench;
}

// Appends, in the order of fleet.cc: one write with the last window, the alarm and the messages;
// the end of the key; the receipts.
void break_open(Meter& meter, std::vector<MeterEffects>& writes) {
    MeterEffects effects = meter.step(meter_event::Tick{}, bench().at(kBreaks));
    const auto signed_last = all_of<meter_effect::PersistReading>(effects);
    CHECK(signed_last.size() == 2 && meter.is_broken());
    CHECK(std::holds_alternative<meter_effect::ZeroiseKey>(effects.back()));
    effects.pop_back();
    writes.push_back(std::move(effects));
    writes.push_back({meter_effect::ZeroiseKey{}});
    for (const auto& [kept, state] : signed_last)
        for (const std::size_t member : {2U, 3U})
            writes.push_back(
                meter.step(bench().receipt(bench().member(member), kept), bench().at(kBreaks, 60)));
}

// Each element is one transaction of a meter that measures, publishes, gets receipts and is told
// its share. No member receipts window 3. At the end somebody opens the meter.
std::vector<MeterEffects> live() {
    std::vector<MeterEffects> writes;
    MeterSetup setup = bench().setup();
    setup.breaks_at = kBreaks;
    Meter meter(std::move(setup), {}, {});
    bench().connect_all(meter, bench().at(0));
    for (Window window = 1; window <= kWindows; ++window) {
        MeterEffects effects = meter.step(meter_event::Tick{}, bench().at(window));
        const KeptReading reading = only_reading(effects);
        writes.push_back(std::move(effects));
        if (window == 4) {
            writes.push_back(meter.step(bench().refusal(bench().member(2), "closed_window",
                                                        reading.window, reading.sequence),
                                        bench().at(window, 60)));
            continue;
        }
        for (const std::size_t member : {2U, 3U}) {
            const NodeId from = bench().member(member);
            MeterEffects more = meter.step(bench().receipt(from, reading), bench().at(window, 60));
            const MeterEvent share =
                bench().share(from, window - 1, 700 + window, bench().start_s(window + 1));
            for (MeterEffect& effect : meter.step(share, bench().at(window, 60)))
                more.push_back(std::move(effect));
            writes.push_back(std::move(more));
        }
    }
    break_open(meter, writes);
    return writes;
}

// The expected content of an outbox after some writes.
struct Content {
    std::optional<MeterState> state;
    std::map<std::uint64_t, OutboxReading> readings;

    void apply(const MeterEffect& effect) {
        if (const auto* made = std::get_if<meter_effect::PersistReading>(&effect)) {
            std::erase_if(readings, [&](const auto& entry) {
                return entry.second.complete &&
                       entry.second.reading.window + kRing <= made->reading.window;
            });
            readings[made->reading.sequence] = {made->reading, false, {}};
            readings[made->reading.sequence].reading.first_publish_ms.reset();
            state = made->state;
        } else if (const auto* told = std::get_if<meter_effect::PersistState>(&effect)) {
            state = told->state;
        } else if (const auto* first = std::get_if<meter_effect::PersistFirstPublish>(&effect)) {
            auto& at_ms = readings.at(first->sequence).reading.first_publish_ms;
            if (!at_ms) at_ms = first->real_ms;
        } else if (const auto* receipt = std::get_if<meter_effect::PersistReceipt>(&effect)) {
            OutboxReading& row = readings.at(receipt->sequence);
            row.reading.receipts.insert(receipt->member);
            row.complete = row.complete || receipt->complete;
        } else if (const auto* refusal = std::get_if<meter_effect::PersistRefusal>(&effect)) {
            readings.at(refusal->sequence).refusals[refusal->member] = refusal->reason;
        }
    }
    [[nodiscard]] bool is_that_of(const std::vector<OutboxMeter>& meters) const {
        if (!state) return meters.empty();
        if (meters.size() != 1 || meters[0].state != *state) return false;
        if (meters[0].readings.size() != readings.size()) return false;
        return std::all_of(
            meters[0].readings.begin(), meters[0].readings.end(), [&](const OutboxReading& row) {
                const auto known = readings.find(row.reading.sequence);
                return known != readings.end() && known->second.reading == row.reading &&
                       known->second.complete == row.complete &&
                       known->second.refusals == row.refusals;
            });
    }
};

bool is_same(const OutboxMeter& one, const OutboxMeter& other) {
    const auto same = [](const OutboxReading& a, const OutboxReading& b) {
        return a.reading == b.reading && a.complete == b.complete && a.refusals == b.refusals;
    };
    return one.state == other.state &&
           std::equal(one.readings.begin(), one.readings.end(), other.readings.begin(),
                      other.readings.end(), same);
}

const std::vector<MeterEffects>& story() {
    static const std::vector<MeterEffects> kStory = live();
    return kStory;
}

Content content_after(std::size_t writes) {
    Content content;
    for (std::size_t i = 0; i < writes; ++i)
        for (const MeterEffect& effect : story()[i])
            content.apply(effect);
    return content;
}

std::filesystem::path key_in(const std::filesystem::path& directory) {
    return directory / "meter.pem";
}

bool gives_up_key(const MeterEffects& effects) {
    return !all_of<meter_effect::ZeroiseKey>(effects).empty();
}

// Performs the effects as fleet.cc does.
Result<void, IoError> write(Outbox& outbox, const MeterEffects& effects,
                            const std::filesystem::path& directory) {
    std::vector<MeterAndEffect> entries;
    for (const MeterEffect& effect : effects)
        entries.emplace_back(bench().meter_id(), &effect);
    if (auto done = outbox.write(entries); !done || !gives_up_key(effects)) return done;
    return zeroise_meter_key(key_in(directory));
}

// A meter that has its key and has measured nothing.
const DiskImage& new_meter() {
    static const DiskImage kNew = [] {
        const std::string pem = bench().network().key(bench().meter_id()).to_pem();
        return DiskImage{{{key_in({}).string(), to_bytes(as_bytes(pem))}}, {}};
    }();
    return kNew;
}

Result<Outbox, IoError> open(const std::filesystem::path& directory) {
    return Outbox::open(directory / "outbox.db", bench().network().network(), kWindowSeconds);
}

// Writes the story in two lives of the file.
void work(const std::filesystem::path& directory, DiskRecording& recording) {
    std::size_t next = 0;
    for (const std::size_t end : {story().size() * 2 / 3, story().size()}) {
        auto outbox = open(directory);
        if (!outbox) return;
        for (; next < end; ++next) {
            if (!write(*outbox, story()[next], directory)) return;
            recording.acknowledge();
        }
    }
}

DiskHistory history_of_a_meter() {
    return record(work, new_meter());
}

// The bytes that had left before the power cut, by sequence and by window.
struct Heard {
    std::map<std::uint64_t, Bytes> by_sequence;
    std::map<Window, Bytes> by_window;

    void hear(const MeterEffects& effects) {
        for (const auto& publish : all_of<meter_effect::Publish>(effects)) {
            const auto [sequence, window] = place_of(*publish.envelope);
            const auto& same = by_sequence.try_emplace(sequence, *publish.envelope);
            ASSERT_EQ(same.first->second, *publish.envelope) << "sequence " << sequence;
            const auto& first = by_window.try_emplace(window, *publish.envelope);
            ASSERT_EQ(first.first->second, *publish.envelope) << "window " << window;
        }
    }
    // An alarm takes the sequence number and the window of a reading that will never exist.
    static std::pair<std::uint64_t, Window> place_of(const Bytes& envelope) {
        if (const auto event = decode_event(envelope, bench().network().network())) {
            const auto& alarm = std::get<MeterAlarm>(event->content);
            return {alarm.counter, alarm.window};
        }
        const ReadingHeader header = bench().decoded(envelope).header;
        return {header.sequence, header.window};
    }
};

// nullptr: the outbox holds no alarm.
const OutboxReading* alarm_in(const std::vector<OutboxMeter>& meters) {
    if (meters.empty() || meters[0].readings.empty()) return nullptr;
    const OutboxReading& last = meters[0].readings.back();
    const bool is_alarm =
        decode_event(last.reading.envelope, bench().network().network()).has_value();
    return is_alarm ? &last : nullptr;
}

// A meter restarted as in fleet_plan.cc and fleet.cc; nobody breaks its seal again.
struct Restarted {
    std::optional<Meter> meter;
    MeterEffects effects;  // performed ones of the next hours

    void live(Outbox& outbox, const std::filesystem::path& directory) {
        std::filesystem::permissions(key_in(directory), std::filesystem::perms(0600));
        const auto key = load_meter_key(key_in(directory));
        ASSERT_TRUE(key) << key.error();
        auto known = outbox.load(bench().meter_id());
        ASSERT_TRUE(known) << known.error().message;
        std::vector<KeptReading> pending;
        MeterState state;
        if (*known) {
            state = (*known)->state;
            for (const OutboxReading& row : (*known)->readings)
                pending.push_back(row.reading);
        }
        MeterSetup setup = bench().setup();
        setup.signer.reset();
        if (*key) setup.signer = std::make_shared<const SigningKey>(**key);
        meter.emplace(std::move(setup), std::move(state), std::move(pending));
        for (const NodeId& node : bench().network().committee(TestNetwork::cluster(1)))
            ASSERT_NO_FATAL_FAILURE(step(meter_event::Connected{node}, outbox, directory));
        ASSERT_NO_FATAL_FAILURE(step(meter_event::Tick{}, outbox, directory));
    }
    void step(const MeterEvent& event, Outbox& outbox, const std::filesystem::path& directory) {
        const MeterEffects done = meter->step(event, bench().at(kWindows + 2));
        ASSERT_TRUE(write(outbox, done, directory));
        effects.insert(effects.end(), done.begin(), done.end());
    }
};

// The restarted meter measures every window until now.
void go_on(Outbox& outbox, const std::filesystem::path& directory, Heard& heard) {
    Restarted again;
    ASSERT_NO_FATAL_FAILURE(again.live(outbox, directory));
    ASSERT_NO_FATAL_FAILURE(heard.hear(again.effects));
    ASSERT_FALSE(again.meter->is_broken()) << "no alarm is kept, but the key is gone";
    ASSERT_EQ(again.meter->state().next_window, kWindows + 2) << "every window was measured";
    ASSERT_EQ(again.meter->state().next_sequence, kWindows + 3U) << "one sequence number each";
}

// The restarted meter signs nothing. It repeats its alarm until a receipt comes, and its key stays
// gone.
void stay_silent(Outbox& outbox, const std::filesystem::path& directory, bool receipted,
                 Heard& heard) {
    for (const int life : {1, 2}) {
        SCOPED_TRACE("life " + std::to_string(life) + " after the power cut");
        Restarted again;
        ASSERT_NO_FATAL_FAILURE(again.live(outbox, directory));
        ASSERT_NO_FATAL_FAILURE(heard.hear(again.effects));
        ASSERT_TRUE(again.meter->is_broken());
        ASSERT_TRUE(all_of<meter_effect::PersistReading>(again.effects).empty());
        const auto said = all_of<meter_effect::Publish>(again.effects);
        const bool alarms = std::any_of(said.begin(), said.end(), [](const auto& publish) {
            return publish.topic.ends_with("/event/-");
        });
        ASSERT_EQ(alarms, !receipted);
        const auto key = load_meter_key(key_in(directory));
        ASSERT_TRUE(key && !*key) << "the alarm has left and the key is still there";
    }
}

void check(const CutPoint& point, const std::filesystem::path& directory) {
    Heard heard;
    bool key_is_gone = false;
    for (std::size_t i = 0; i < point.acknowledged; ++i) {
        heard.hear(story()[i]);
        key_is_gone = key_is_gone || gives_up_key(story()[i]);
    }
    auto outbox = open(directory);
    ASSERT_TRUE(outbox) << outbox.error().message;
    const auto meters = read_outbox(directory / "outbox.db");
    ASSERT_TRUE(meters) << meters.error().message;
    const std::size_t last = std::min(point.acknowledged + 1, story().size());
    const bool old = content_after(point.acknowledged).is_that_of(*meters);
    ASSERT_TRUE(old || content_after(last).is_that_of(*meters))
        << "neither what was written nor that and the write under way";
    if (key_is_gone) {
        const auto text = read_text_file(key_in(directory));
        ASSERT_TRUE(text && *text == kZeroised) << "the key came back";
    }
    if (const OutboxReading* alarm = alarm_in(*meters)) {
        stay_silent(*outbox, directory, alarm->complete, heard);
    } else {
        go_on(*outbox, directory, heard);
    }
}

TEST(OutboxCrash, no_power_cut_makes_a_meter_lose_a_reading_or_say_two_things) {
    const DiskHistory history = history_of_a_meter();
    ASSERT_EQ(history.acknowledgements.size(), story().size());
    enumerate_power_cuts("outbox", history, check);
}

// The disk after a stop, or with the log of a killed process beside the file.
DiskImage disk_of_a_meter(bool killed) {
    const DiskHistory history = history_of_a_meter();
    const std::size_t end =
        killed ? history.acknowledgements[story().size() / 2] : history.operations.size();
    VirtualDisk disk(history.start);
    for (std::size_t i = 0; i < end; ++i)
        disk.perform(history.operations[i]);
    return disk.after(Cut::kept, 0);
}

void flip(Bytes& content, std::uint64_t seed) {
    Dice dice(seed);
    const std::size_t flips = 1 + dice.next() % 8;
    const std::size_t first = dice.next() % content.size();
    for (std::size_t i = 0; i < flips; ++i)
        content[(first + i) % content.size()] ^= static_cast<std::uint8_t>(1 + dice.next() % 255);
}

// A meter on a damaged file either starts with its true content, or names the damage and a remedy.
void damage(const std::string& file, bool killed) {
    const DiskImage whole = disk_of_a_meter(killed);
    ASSERT_TRUE(whole.files.contains(file)) << file;
    const auto content = [](const DiskImage& image, std::string& reason) {
        const testing_support::TempDirectory directory;
        image.lay_out(directory.path());
        auto outbox = open(directory.path());
        if (!outbox) reason = outbox.error().message;
        if (!outbox) return std::optional<OutboxMeter>();
        auto meter = outbox->load(bench().meter_id());
        EXPECT_TRUE(meter) << meter.error().message;
        return meter ? *meter : std::nullopt;
    };
    std::string reason;
    const auto truth = content(whole, reason);
    ASSERT_TRUE(truth) << reason;
    const std::size_t trials = full_enumeration() ? 3000 : 150;
    std::size_t refused = 0;
    for (std::size_t seed = 0; seed < trials; ++seed) {
        SCOPED_TRACE(file + ", seed " + std::to_string(seed));
        DiskImage damaged = whole;
        flip(damaged.files.at(file), seed);
        reason.clear();
        const auto found = content(damaged, reason);
        if (reason.empty()) {
            EXPECT_TRUE(found && is_same(*found, *truth)) << "wrong content was taken for right";
        } else {
            ++refused;
            EXPECT_NE(reason.find(": "), std::string::npos);
            const bool remedy = reason.find("register new meters") != std::string::npos ||
                                reason.find("name another file") != std::string::npos ||
                                reason.find("move it away") != std::string::npos;
            EXPECT_TRUE(remedy) << reason;
        }
    }
    std::cout << "[  corrupt ] " << file << (killed ? " after a kill" : " after a stop") << ": "
              << trials << " damages, " << trials - refused << " without effect, " << refused
              << " refused\n";
}

TEST(OutboxCrash, no_damage_makes_a_meter_go_on_from_what_it_never_wrote) {
    damage("outbox.db", false);
}
TEST(OutboxCrash, no_damage_of_the_log_takes_a_meter_back_to_an_earlier_moment) {
    damage("outbox.db-wal", true);
}

TEST(OutboxCrash, a_failing_disk_is_reported_and_takes_back_nothing) {
    enumerate_disk_faults("outbox_faults", history_of_a_meter(), work, check);
}

}  // namespace
}  // namespace fairfeed::test
