// The directory of a node's durable state, and whether a lost safety record is accepted.
#pragma once

#include <filesystem>

#include "core/ledger/snapshot_files.h"

namespace fairfeed {

struct DataDirectory {
    std::filesystem::path data;              // docs/operations.md lists the files
    bool accept_lost_safety_record = false;  // R23: set on the command line only

    [[nodiscard]] std::filesystem::path ledger() const { return data / "ledger.db"; }
    [[nodiscard]] std::filesystem::path inbox() const { return data / "inbox.db"; }
    [[nodiscard]] std::filesystem::path safety_record() const { return data / "safety.slot"; }
    [[nodiscard]] SnapshotFiles snapshots() const { return SnapshotFiles(data); }
};

}  // namespace fairfeed
