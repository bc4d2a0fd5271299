// Where a node's durable state stands, and whether it may be taken as it is.
#pragma once

#include <filesystem>

namespace fairfeed {

struct DataDirectory {
    std::filesystem::path data;              // ledger.db, inbox.db and safety.slot are in it
    bool accept_lost_safety_record = false;  // R23: only ever from the command line

    [[nodiscard]] std::filesystem::path ledger() const { return data / "ledger.db"; }
    [[nodiscard]] std::filesystem::path inbox() const { return data / "inbox.db"; }
    [[nodiscard]] std::filesystem::path safety_record() const { return data / "safety.slot"; }
};

}  // namespace fairfeed
