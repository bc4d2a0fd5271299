// The meters' memory on disk: one SQLite file for all meters of a process. Registers, sequence and
// obeyed shares of each meter, and its readings as sealed bytes with who has receipted them: a ring
// of at least 92 days that only ever overwrites what is receipted (A34, committee rule 1). A batch
// of effects is one transaction; after an error of write() the process ends. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/io/io_error.h"
#include "core/io/sqlite.h"
#include "meter-sim/meter.h"

namespace fairfeed {

constexpr std::int64_t kRingDays = 92;

struct OutboxReading {
    KeptReading reading;
    bool complete = false;  // enough receipts
};

struct OutboxMeter {
    MeterId meter;
    MeterState state;
    std::vector<OutboxReading> readings;  // ascending by sequence
};

// An effect and whose it is. Effects that persist nothing are passed over.
using MeterAndEffect = std::pair<MeterId, const MeterEffect*>;

class Outbox {
  public:
    // Creates the file when it is not there. Errors: not an outbox, or another network's.
    [[nodiscard]] static Result<Outbox, IoError> open(const std::filesystem::path& file,
                                                      const Digest& network,
                                                      std::int64_t window_seconds);

    // What the meter goes on from, with its readings that are not complete; nullopt: a new meter.
    [[nodiscard]] Result<std::optional<OutboxMeter>, IoError> load(const MeterId& meter);

    // All of them durable when it returns.
    [[nodiscard]] Result<void, IoError> write(const std::vector<MeterAndEffect>& effects);

  private:
    explicit Outbox(Database database) : database_(std::move(database)) {}
    [[nodiscard]] Result<void, IoError> prepare_all();
    [[nodiscard]] Result<void, IoError> claim(const Digest& network);
    [[nodiscard]] Result<void, IoError> write_one(const MeterId& meter, const MeterEffect& effect);
    [[nodiscard]] Result<void, IoError> write_state(const MeterId& meter, const MeterState& state);
    [[nodiscard]] Result<void, IoError> write_reading(const MeterId& meter,
                                                      const KeptReading& reading);

    Database database_;
    std::int64_t ring_windows_ = 0;
    std::optional<Statement> put_state_;
    std::optional<Statement> drop_shares_;
    std::optional<Statement> put_share_;
    std::optional<Statement> put_reading_;
    std::optional<Statement> roll_receipts_;
    std::optional<Statement> roll_readings_;
    std::optional<Statement> put_first_publish_;
    std::optional<Statement> put_receipt_;
    std::optional<Statement> put_complete_;
};

// Everything in an outbox, ascending by meter, for people and reports; works beside a running
// meter-sim.
[[nodiscard]] Result<std::vector<OutboxMeter>, IoError> read_outbox(
    const std::filesystem::path& file);

}  // namespace fairfeed
