#include "core/state/state.h"

#include <algorithm>

#include "core/contract/billing.h"
#include "core/contract/share_schedule.h"
#include "core/state/office_rules.h"
#include "core/state/registry.h"
#include "core/state/replacement_rules.h"
#include "core/state/validators.h"
#include "core/wire/genesis_file_codec.h"

namespace fairfeed {

namespace {

// The last value of an ascending history that is effective for the window.
template <class T>
const T* in_force(const std::vector<T>& history, Window window) {
    const T* found = nullptr;
    for (const T& entry : history) {
        if (entry.effective <= window) found = &entry;
    }
    return found;
}

bool any_since(const std::vector<Change>& changes, Height height, Window window) {
    return std::any_of(changes.begin(), changes.end(), [height, window](const Change& change) {
        return change.at > height && change.effective <= window;
    });
}

bool has_all(const std::vector<NodeId>& members, const std::vector<NodeId>& wanted) {
    return std::all_of(wanted.begin(), wanted.end(), [&](const NodeId& node) {
        return std::find(members.begin(), members.end(), node) != members.end();
    });
}

bool grants_all(const KeyGrant& grant, const std::vector<NodeId>& members) {
    return std::all_of(members.begin(), members.end(), [&](const NodeId& member) {
        return std::any_of(grant.entries.begin(), grant.entries.end(),
                           [&](const KeyGrantEntry& entry) { return entry.recipient == member; });
    });
}

Result<void, Reject> check_identities(const ChainState& state) {
    const Genesis& genesis = state.genesis;
    if (genesis.genesis_node.empty() || genesis.dgmd.empty()) return unexpected(Reject::malformed);
    if (genesis.genesis_node == genesis.dgmd || genesis.dgmd.str() == kGridAccount) {
        return unexpected(Reject::already_registered);
    }
    for (const PublicKey& key :
         {genesis.genesis_node_key, genesis.dgmd_key, genesis.dgmd_agreement_key}) {
        if (!VerifyKey::from_point(key)) return unexpected(Reject::malformed);
    }
    return check_office(state, genesis.office);
}

// Checks that the transactions of block 0 together have built a working network.
Result<void, Reject> check_founded(const ChainState& state) {
    const Genesis& genesis = state.genesis;
    const auto* founder = state.nodes.find(genesis.genesis_node);
    if (founder == nullptr) return unexpected(Reject::unknown_node);
    if (founder->registration.signing_key != genesis.genesis_node_key) {
        return unexpected(Reject::wrong_signature);
    }
    if (state.validators.front() != genesis.genesis_node) {  // paper A53
        return unexpected(Reject::wrong_validators);
    }
    if (state.tariffs.empty() || state.tariffs.front().effective != 0) {
        return unexpected(Reject::not_effective);
    }
    for (const auto& [id, meter] : state.meters) {
        if (meter.grants.empty()) return unexpected(Reject::unknown_key_epoch);
    }
    return {};
}

Result<void, Reject> execute_founding(ChainState& state, const Block& block) {
    for (std::size_t i = 1; i < block.transactions.size(); ++i) {
        const auto checked = check_registry(state, block.transactions[i], 0, block.header.time_ms);
        if (!checked) return checked;
        apply_registry(state, block.transactions[i], 0, block.header.time_ms);
    }
    return {};
}

}  // namespace

bool Connections::collide(const MeterRegistration& meter) const {
    const bool* taken = taken_.find(mark_of(as_bytes(meter.service_point)));
    return (taken != nullptr && *taken) || is_known_key(meter);
}

bool Connections::is_known_key(const MeterRegistration& meter) const {
    return keys_.contains(mark_of(meter.signing_key.view()));
}

void Connections::connect(const MeterRegistration& meter) {
    taken_.edit(mark_of(as_bytes(meter.service_point))) = true;
    remember_key(meter);
}

void Connections::remember_key(const MeterRegistration& meter) {
    keys_.edit(mark_of(meter.signing_key.view())) = true;
}

void Connections::disconnect(const MeterRegistration& meter) {
    taken_.edit(mark_of(as_bytes(meter.service_point))) = false;
}

Connections::Mark Connections::mark_of(ByteView bytes) {
    constexpr std::size_t kHalf = 16;
    return Mark(to_hex(sha256(bytes).view().first(kHalf)));
}

std::optional<Window> settles_from(const MeterRecord& meter) {
    if (meter.grants.empty()) return std::nullopt;
    return std::max(meter.registration.effective, meter.grants.front().effective);
}

const VerifyKey* ChainState::node_key(const NodeId& node) const {
    const auto* found = nodes.find(node);
    return found != nullptr && found->key ? &*found->key : nullptr;
}

bool ChainState::is_revoked(const NodeId& node) const {
    const auto* found = nodes.find(node);
    return found != nullptr && found->revoked_from && *found->revoked_from <= height + 1;
}

bool ChainState::is_validator(const NodeId& node) const {
    return std::find(validators.begin(), validators.end(), node) != validators.end();
}

const VerifyKey* ChainState::officer_key(const NodeId& officer) const {
    for (std::size_t i = 0; i < office.office.officers.size(); ++i)
        if (office.office.officers[i].name == officer) return &office.keys[i];
    return nullptr;
}

const VerifyKey* ChainState::meter_key(const MeterId& meter) const {
    const auto* found = meters.find(meter);
    return found != nullptr && found->key ? &*found->key : nullptr;
}

const ClusterRecord* ChainState::cluster(const ClusterId& cluster) const {
    return clusters.find(cluster);
}

const CommitteeAllocation* ChainState::committee_of(const ClusterId& id, Window window) const {
    const ClusterRecord* record = cluster(id);
    if (!record) return nullptr;
    if (record->earlier.empty() || record->committee.effective <= window) {
        return &record->committee;
    }
    const CommitteeAllocation* found = in_force(record->earlier, window);
    return found ? found : &record->earlier.front();
}

Window ChainState::witnessed_from(const MeterId& id, Window window) const {
    const auto* meter = meters.find(id);
    if (meter == nullptr) return 0;
    const ClusterId& its_cluster = meter->registration.cluster;
    const ClusterRecord* record = cluster(its_cluster);
    if (!record) return 0;
    Window newest = 0;
    const auto look = [&](Window start) {
        if (start <= newest || start > window) return;
        const auto& members = committee_of(its_cluster, start)->members;
        const KeyGrant* grant = key_grant(id, start - 1);
        const bool could_read = has_all(committee_of(its_cluster, start - 1)->members, members) &&
                                (!grant || grants_all(*grant, members));
        if (!could_read) newest = start;
    };
    look(record->committee.effective);
    for (const CommitteeAllocation& earlier : record->earlier)
        look(earlier.effective);
    for (const KeyGrant& grant : meter->grants)
        look(grant.effective);
    return newest;
}

Window ChainState::history_from(const ClusterId& id, Window window) const {
    const auto settled = meters_of(id, window);
    if (settled.empty()) return window;
    Window newest = 0;
    for (const MeterId& meter : settled)
        newest = std::max(newest, witnessed_from(meter, window));
    return newest;
}

Factors ChainState::factors_of(const ClusterId& id, Window window) const {
    const NetworkParameters& parameters = genesis.parameters;
    const ClusterRecord* record = cluster(id);
    if (!record || parameters.resolution == ShareResolution::window) return {};
    return factors_in_force(
        record->factors, grid().start_s(window),
        static_cast<std::size_t>(parameters.window_seconds / kSecondsPerQuarter));
}

bool ChainState::settles(const MeterId& meter, Window window) const {
    const auto* found = meters.find(meter);
    if (found == nullptr) return false;
    const auto first = settles_from(*found);
    if (!first || *first > window) return false;
    return !is_out(meter, window) || closing_of(meter, window) != nullptr;
}

std::vector<MeterId> ChainState::meters_of(const ClusterId& id, Window window) const {
    std::vector<MeterId> found;
    const ClusterRecord* record = cluster(id);
    if (!record) return found;
    for (const MeterId& meter : record->meters)
        if (settles(meter, window)) found.push_back(meter);
    return found;
}

bool ChainState::is_voided(const MeterId& meter, Window window) const {
    const auto* found = meters.find(meter);
    if (found == nullptr) return false;
    const auto& voided = found->voided;
    return std::binary_search(voided.begin(), voided.end(), window);
}

bool ChainState::is_tampered(const MeterId& meter, Window window) const {
    const auto* found = meters.find(meter);
    if (found == nullptr || !found->tampered) return false;
    return found->tampered->from <= window;
}

bool ChainState::is_out(const MeterId& meter, Window window) const {
    const auto* found = meters.find(meter);
    const bool has_successor = found != nullptr && found->replaced;
    return is_tampered(meter, window) || (has_successor && found->replaced->from <= window);
}

bool ChainState::is_replaced(const MeterId& meter, Window window) const {
    const auto* found = meters.find(meter);
    if (found == nullptr || !found->replaced) return false;
    const Window from = found->replaced->from;
    const auto next = next_window(found->registration.cluster);
    return window >= from || (next && *next >= from);
}

const Registers* ChainState::closing_of(const MeterId& meter, Window window) const {
    const auto* found = meters.find(meter);
    if (found == nullptr || !found->replaced) return nullptr;
    const auto& [from, closing, by] = *found->replaced;
    return from - 1 == window && may_close(*this, *found, window) ? &closing : nullptr;
}

std::int64_t ChainState::capacity_w(const MeterId& meter, Window window) const {
    const auto* found = meters.find(meter);
    if (found == nullptr || (found->replaced && is_out(meter, window))) return 0;
    const auto* certified = in_force(found->capacity_w, window);
    return certified ? certified->value : 0;
}

const Tariff& ChainState::tariff(Window window) const {
    static const Tariff kNone;
    const auto* found = in_force(tariffs, window);
    return found ? found->value : kNone;
}

std::optional<Window> ChainState::next_window(const ClusterId& id) const {
    const ClusterRecord* record = cluster(id);
    if (!record) return std::nullopt;
    std::optional<Window> next = record->opens;
    if (record->last_window) {
        if (*record->last_window == UINT32_MAX) return std::nullopt;
        next = *record->last_window + 1;
    }
    const std::int64_t limit = genesis.parameters.window_limit;
    if (next && limit > 0 && *next >= limit) return std::nullopt;
    return next;
}

bool ChainState::is_current(const ClusterId& id, Window window, Height state_height) const {
    const ClusterRecord* record = cluster(id);
    if (!record || state_height > height || state_height < record->settled_at) return false;
    return !any_since(record->changes, state_height, window) &&
           !any_since(tariff_changes, state_height, window);
}

std::optional<KeyEpoch> ChainState::key_epoch(const MeterId& meter, Window window) const {
    const KeyGrant* grant = key_grant(meter, window);
    if (!grant) return std::nullopt;
    return grant->epoch;
}

const KeyGrant* ChainState::key_grant(const MeterId& meter, Window window) const {
    const auto* found = meters.find(meter);
    if (found == nullptr) return nullptr;
    const KeyGrant* grant = in_force(found->grants, window);
    const auto& permit = found->registration.permit;
    const bool is_before = grant == nullptr && !found->grants.empty();
    return is_before && permit && permit->since <= window ? &found->grants.front() : grant;
}

std::size_t ChainState::quorum_of(const ClusterId& id) const {
    const ClusterRecord* record = cluster(id);
    if (!record) return 0;
    return committee_quorum(record->committee.members.size(), genesis.parameters.degraded_quorum);
}

std::size_t ChainState::quorum_of(const ClusterId& id, Window window) const {
    const CommitteeAllocation* committee = committee_of(id, window);
    if (!committee) return 0;
    return committee_quorum(committee->members.size(), genesis.parameters.degraded_quorum);
}

Result<ChainState, Reject> state_from_genesis(const LoadedGenesis& genesis) {
    if (fault_of(genesis.content.parameters)) return unexpected(Reject::out_of_range);
    const Block& block = genesis.block.block;
    if (block.transactions.empty()) return unexpected(Reject::empty_block);
    if (!is_header_time(block.header.time_ms)) return unexpected(Reject::wrong_time);
    const Transaction& first = block.transactions.front();
    const auto* content = std::get_if<Genesis>(&first.content);
    if (first.kind != TransactionKind::genesis || !content || *content != genesis.content) {
        return unexpected(Reject::malformed);
    }
    ChainState state;
    state.genesis = genesis.content;
    state.network = genesis.network;
    state.dgmd.keys = {genesis.content.dgmd_key, genesis.content.dgmd_agreement_key};
    state.dgmd.key = VerifyKey::from_point(genesis.content.dgmd_key);
    if (const auto sound = check_identities(state); !sound) return unexpected(sound.error());
    apply_office(state, genesis.content.office);
    if (const auto executed = execute_founding(state, block); !executed) {
        return unexpected(executed.error());
    }
    if (!found_validators(state)) return unexpected(Reject::wrong_validators);
    if (block.header.validators != state.validators_hash || block.header.epoch != 0) {
        return unexpected(Reject::wrong_validators);
    }
    if (const auto founded = check_founded(state); !founded) return unexpected(founded.error());
    state.tip = block_id(block.header);
    state.tip_time_ms = block.header.time_ms;
    return state;
}

}  // namespace fairfeed
