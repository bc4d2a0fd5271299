// The report on a provisioned network, as a page for a person or as JSON. It states how many faults
// every committee and the chain tolerate. Reads, writes text.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>

#include "core/io/json.h"
#include "core/state/state.h"
#include "gateway/dgmd/lab_network.h"
#include "gateway/dgmd/network_directory.h"
#include "gateway/dgmd/network_plan.h"

namespace fairfeed {

struct ProvisionReport {
    const LabNetwork& lab;
    const NetworkPlan& plan;
    const ChainState& state;
    const NetworkDirectory& directory;
    std::int64_t now_ms = 0;
};

[[nodiscard]] Json report_json(const ProvisionReport& report);
void print_report_page(const ProvisionReport& report, std::ostream& out);

// The fault tolerance of a committee of this size and quorum: "f = 1: one of 4 may fail or lie".
[[nodiscard]] std::string committee_promise(std::size_t members, std::size_t quorum);

}  // namespace fairfeed
