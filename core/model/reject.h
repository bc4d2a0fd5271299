// Every reason for refusing input: one enum, one name, one counter each. Bad input is data: each
// refusal is counted, and none stops the program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace fairfeed {

enum class Reject : std::uint8_t {
    // bytes
    oversized,
    truncated,
    not_canonical,
    malformed,
    unsupported_version,
    unsupported_algorithm,
    reserved_kind,
    // sender and place
    wrong_topic,
    wrong_network,
    unknown_meter,
    unknown_node,
    wrong_cluster,
    not_a_member,
    wrong_signature,
    high_s,
    retired_key,
    retained,
    unasked,
    // readings
    off_grid,
    future_window,
    closed_window,
    duplicate,
    stale_sequence,
    conflicting_reading,
    unknown_key_epoch,
    cannot_open,
    profile_length,
    negative_energy,
    registers_contradict,
    register_fell,
    implausible_peak,
    not_plausible,
    // batches and settlements
    wrong_proposer,
    wrong_window,
    wrong_previous,
    stale_state,
    wrong_entries,
    reading_not_held,
    reading_withheld,
    wrong_totals,
    wrong_factors,
    wrong_lines,
    slot_taken,
    no_quorum,
    not_handed_over,
    // evidence and events
    no_offence,
    tampered,
    replaced,
    // chain
    wrong_height,
    wrong_parent,
    wrong_proposer_turn,
    wrong_time,
    wrong_root,
    wrong_app_hash,
    wrong_validators,
    wrong_certificate,
    wrong_sequence,
    already_registered,
    change_pending,
    still_allocated,
    too_few_validators,
    revoked,
    not_effective,
    expired,
    deauthorised,
    not_granted,
    wrong_connection,
    no_policy,
    no_ground,
    policy_exhausted,
    empty_block,
    too_many_transactions,
    out_of_range,
    already_committed,
};

constexpr std::size_t kRejectCount = static_cast<std::size_t>(Reject::already_committed) + 1;
[[nodiscard]] std::string_view to_string(Reject reason);
// nullopt: no reason has this name. So the reasons that peers send cannot make a table grow.
[[nodiscard]] std::optional<Reject> reject_named(std::string_view name);

}  // namespace fairfeed
