#include "core/model/reject.h"

#include <array>

#include "core/base/check.h"

namespace fairfeed {
namespace {

// In the order of the enum, as a node's counters are.
constexpr std::array<std::string_view, kRejectCount> kNames = {
    "oversized",
    "truncated",
    "not_canonical",
    "malformed",
    "unsupported_version",
    "unsupported_algorithm",
    "reserved_kind",
    "wrong_topic",
    "wrong_network",
    "unknown_meter",
    "unknown_node",
    "wrong_cluster",
    "not_a_member",
    "wrong_signature",
    "high_s",
    "retired_key",
    "retained",
    "unasked",
    "off_grid",
    "future_window",
    "closed_window",
    "duplicate",
    "stale_sequence",
    "conflicting_reading",
    "unknown_key_epoch",
    "cannot_open",
    "profile_length",
    "negative_energy",
    "registers_contradict",
    "register_fell",
    "implausible_peak",
    "not_plausible",
    "wrong_proposer",
    "wrong_window",
    "wrong_previous",
    "stale_state",
    "wrong_entries",
    "reading_not_held",
    "reading_withheld",
    "wrong_totals",
    "wrong_factors",
    "wrong_lines",
    "slot_taken",
    "no_quorum",
    "not_handed_over",
    "no_offence",
    "tampered",
    "replaced",
    "wrong_height",
    "wrong_parent",
    "wrong_proposer_turn",
    "wrong_time",
    "wrong_root",
    "wrong_app_hash",
    "wrong_validators",
    "wrong_certificate",
    "wrong_sequence",
    "already_registered",
    "change_pending",
    "still_allocated",
    "too_few_validators",
    "revoked",
    "not_effective",
    "expired",
    "deauthorised",
    "not_granted",
    "wrong_connection",
    "no_policy",
    "no_ground",
    "policy_exhausted",
    "empty_block",
    "too_many_transactions",
    "out_of_range",
    "already_committed",
};

// A missing name would shift the rest: these checks pin both ends and the middle.
static_assert(!kNames.back().empty());
static_assert(kNames[static_cast<std::size_t>(Reject::off_grid)] == "off_grid");
static_assert(kNames[static_cast<std::size_t>(Reject::wrong_proposer)] == "wrong_proposer");
static_assert(kNames[static_cast<std::size_t>(Reject::wrong_height)] == "wrong_height");

}  // namespace

std::string_view to_string(Reject reason) {
    const auto index = static_cast<std::size_t>(reason);
    CHECK(index < kRejectCount);
    return kNames[index];
}

std::optional<Reject> reject_named(std::string_view name) {
    for (std::size_t i = 0; i < kRejectCount; ++i)
        if (kNames[i] == name) return static_cast<Reject>(i);
    return std::nullopt;
}

}  // namespace fairfeed
