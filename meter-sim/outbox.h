// The meters' durable state: one SQLite file for all meters of a process. It holds registers,
// sequence and obeyed shares of each meter, and its readings as sealed bytes with their receipts: a
// ring of at least 92 days that overwrites only receipted readings (paper A34, committee rule 1). A
// batch of effects is one transaction. After an error of write() this object is unusable, and the
// file holds the valid state. One process has the file at a time. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/digest.h"
#include "core/io/file_lock.h"
#include "core/io/io_error.h"
#include "core/io/row_sum.h"
#include "core/io/sequence_mark.h"
#include "core/io/sqlite.h"
#include "meter-sim/meter.h"

namespace fairfeed {

constexpr std::int64_t kRingDays = kReadingsKeptDays;

struct OutboxReading {
    KeptReading reading;
    bool complete = false;                   // enough receipts
    std::map<NodeId, std::string> refusals;  // by member, with the reason: see PersistRefusal
};

struct OutboxMeter {
    MeterId meter;
    MeterState state;
    std::vector<OutboxReading> readings;  // ascending by sequence
};

// An effect and its meter. Effects that persist nothing are skipped.
using MeterAndEffect = std::pair<MeterId, const MeterEffect*>;

class Outbox {
  public:
    // Creates the file if it is missing. Beside it stand `.mark`, which records its progress, and
    // `.lock`. Errors: another process has it, and nothing was touched; not an outbox; another
    // network's; or (with `damage`) not what was written to it.
    [[nodiscard]] static Result<Outbox, IoError> open(const std::filesystem::path& file,
                                                      const Digest& network,
                                                      std::int64_t window_seconds);

    // The meter's state and its incomplete readings; nullopt: a new meter.
    [[nodiscard]] Result<std::optional<OutboxMeter>, IoError> load(const MeterId& meter);

    // On return all effects are durable.
    [[nodiscard]] Result<void, IoError> write(const std::vector<MeterAndEffect>& effects);

  private:
    Outbox(FileLock lock, Database database, SequenceMark mark)
        : lock_(std::move(lock)), database_(std::move(database)), mark_(std::move(mark)) {}
    [[nodiscard]] Result<void, IoError> prepare();
    [[nodiscard]] Result<void, IoError> claim(const Digest& network);
    [[nodiscard]] Result<void, IoError> check_alone();
    [[nodiscard]] Result<void, IoError> write_one(const MeterId& meter, const MeterEffect& effect);
    [[nodiscard]] Result<void, IoError> write_state(const MeterId& meter, const MeterState& state);
    [[nodiscard]] Result<void, IoError> write_relay(const MeterId& meter, const RelayState& relay);
    [[nodiscard]] Result<void, IoError> write_reading(const MeterId& meter,
                                                      const KeptReading& reading);
    [[nodiscard]] Result<void, IoError> write_first_publish(
        const MeterId& meter, const meter_effect::PersistFirstPublish& first);
    [[nodiscard]] Result<void, IoError> write_refusal(const MeterId& meter,
                                                      const meter_effect::PersistRefusal& refusal);
    // Runs a writing statement and folds its rows into the sum.
    template <class... Values>
    [[nodiscard]] Result<void, IoError> run(std::size_t writing, const Values&... values);

    FileLock lock_;  // first: released last
    Database database_;
    SequenceMark mark_;
    RowSum sum_{sha256};
    std::uint64_t sequence_ = 0;  // of the last commit
    std::int64_t ring_windows_ = 0;
    std::vector<Statement> statements_;
    std::optional<Statement> put_seal_;
    std::optional<Statement> get_sequence_;
};

// The whole outbox, ascending by meter, for people and reports; works beside a running meter-sim.
[[nodiscard]] Result<std::vector<OutboxMeter>, IoError> read_outbox(
    const std::filesystem::path& file);

}  // namespace fairfeed
