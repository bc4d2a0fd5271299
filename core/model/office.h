// Who signs for the utility (paper A65, threats 54 and 55): officers, of whom a threshold decides
// on rights and money, and inspectors, who sign what they saw. GENESIS names the first ones, and
// OFFICERS replaces them. No server's key is among them, so no server can decide. Plain values and
// pure rules on them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/model/certificate.h"
#include "core/model/reject.h"

namespace fairfeed {

// A person whose signature counts. The name is a pseudonym, because it stands on the chain.
struct Signatory {
    NodeId name;
    PublicKey key;
    bool operator==(const Signatory&) const = default;
};

struct Office {
    std::uint32_t threshold = 0;        // officers who must approve a notice
    std::vector<Signatory> officers;    // ascending by name
    std::vector<Signatory> inspectors;  // ascending by name
    bool operator==(const Office&) const = default;
};

// The witnesses of a notice are bytes that no id covers. So few of them fit the frame that a
// block's size leaves for each transaction (core/state/block_size.h).
constexpr std::uint32_t kMaxThreshold = 5;
constexpr std::size_t kMaxOfficers = 16;
constexpr std::size_t kMaxInspectors = 64;

// The fault for a person ("threshold: 1 to 5, and at most the number of officers"); nullopt: none.
// Names and keys must all differ, also between officers and inspectors. Whether the keys are points
// of the curve is checked elsewhere.
[[nodiscard]] std::optional<std::string_view> fault_of(const Office& office);

[[nodiscard]] const Signatory* find_officer(const Office& office, const NodeId& name);
// Whether an officer or an inspector has this name.
[[nodiscard]] bool is_of(const Office& office, std::string_view name);

// Whether one key alone decides: allowed in a laboratory, and labelled wherever people look.
[[nodiscard]] constexpr bool is_decided_alone(const Office& office) {
    return office.threshold <= 1;
}
// "2 of 3 officers decide"; with a threshold of one it says that this is for a laboratory only.
[[nodiscard]] std::string promise_of(const Office& office);

// The form of approvals: officers only, ascending by name, each once, and exactly as many as the
// threshold asks for. Faults: not_a_member, not_canonical, no_quorum.
[[nodiscard]] Result<void, Reject> check_form(const Office& office,
                                              const std::vector<Witness>& approvals);

}  // namespace fairfeed
