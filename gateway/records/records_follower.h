// Decided blocks on their way into the records: what the chain says of applications, and the work
// orders that its alarms open. Folds every block from genesis on, because alarms depend on what
// came before; blocks that the records have looked at change nothing, so a restart repeats nothing.
// A database that fails holds the rest back, in order. One thread.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "gateway/records/records.h"

namespace fairfeed {

class RecordsFollower {
  public:
    RecordsFollower(DatabasePlace place, const PeakLimits& limits, const Genesis& genesis,
                    const Digest& network);

    // The next block, genesis first. Returns the grounds to deauthorise a meter that it shows, if
    // they are not drafted yet: each is for one draft, and note_drafted() follows.
    [[nodiscard]] std::vector<CapacityExceeded> follow(const OpenedBlock& opened,
                                                       std::int64_t at_s);
    // What follow() has learned of the blocks so far, core/accounts/books_codec.h: for a snapshot,
    // while it is not stalled.
    void write_books(cbor::Writer& out) const { fold_.write(out); }
    // In place of follow() of the blocks up to that of the books.
    void read_books(cbor::Reader& in) { fold_.read(in); }
    // As before genesis; what is written in the database stays.
    void begin_anew() { fold_.forget_all(); }

    // The grounds of blocks up to this one are drafted. An error means only that a start may draft
    // them again.
    void note_drafted(Height height);
    // Opens the database again if it failed, and writes what waits.
    void try_database();

    // The highest block that the records have looked at; nullopt: none, or not known yet.
    [[nodiscard]] std::optional<Height> height() const { return looked_at_; }
    [[nodiscard]] bool is_stalled() const { return !fault_.empty(); }
    [[nodiscard]] const std::string& fault() const { return fault_; }  // of the last try

  private:
    struct WaitingBlock {
        Block block;
        std::vector<OfficeAlarm> alarms;
        std::int64_t at_s = 0;
    };
    [[nodiscard]] Result<void, std::string> write_next();

    DatabasePlace place_;
    Digest network_;
    OfficeAlarms fold_;
    std::optional<Records> records_;
    std::optional<Height> looked_at_;  // by the records
    std::optional<Height> drafted_;
    std::deque<WaitingBlock> waiting_;
    std::string fault_;
};

}  // namespace fairfeed
