// The public state of a chain: what every node holds and the app hash covers. A value: copy it to
// try a block, keep the copy if the block is decided. Pure; no clocks, no keys, no floats.
// execution.h is the only way to change it.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/model/allocation.h"
#include "core/model/network.h"
#include "core/model/transaction.h"
#include "core/wire/chain_codec.h"

namespace fairfeed {

// A value that changes with windows; ascending effective.
template <class T>
struct Dated {
    Window effective = 0;
    T value{};
    bool operator==(const Dated&) const = default;
};

struct NodeRecord {
    NodeRegistration registration;
    std::optional<VerifyKey> key;  // parsed once
};

struct MeterRecord {
    MeterRegistration registration;
    std::optional<VerifyKey> key;  // parsed once
    std::vector<Dated<std::int64_t>> capacity_w;
    std::vector<KeyGrant> grants;     // ascending epoch
    std::uint64_t last_sequence = 0;  // of committed readings
    Digest last_reading;
};

struct ClusterRecord {
    CommitteeAllocation committee;      // the latest; its effective window governs
    std::optional<Window> last_window;  // last settled
    Digest last_settlement;             // zeros before the first
    Height changed_at = 0;         // last registry, capacity or committee change of this cluster
    Window changed_effective = 0;  // smallest window that change is effective for
};

struct ChainState {
    Genesis genesis;
    Digest network;
    Height height = 0;  // of the last block applied
    Digest tip;         // its id
    std::int64_t tip_time_ms = 0;
    std::uint64_t dgmd_sequence = 0;
    std::map<NodeId, NodeRecord> nodes;
    std::map<MeterId, MeterRecord> meters;
    std::map<ClusterId, ClusterRecord> clusters;
    std::vector<Dated<Tariff>> tariffs;
    Height tariff_changed_at = 0;
    Window tariff_changed_effective = 0;
    std::vector<NodeId> validators;  // in proposer order (R3); fixed at genesis in this version
    std::uint32_t validator_epoch = 0;
    Digest validators_hash;

    [[nodiscard]] GridClock grid() const { return GridClock(genesis.parameters); }
    [[nodiscard]] const VerifyKey* node_key(const NodeId& node) const;     // nullptr: unknown
    [[nodiscard]] const VerifyKey* meter_key(const MeterId& meter) const;  // nullptr: unknown
    [[nodiscard]] const ClusterRecord* cluster(const ClusterId& cluster) const;
    // Meters whose registration is effective for the window, ascending.
    [[nodiscard]] std::vector<MeterId> meters_of(const ClusterId& cluster, Window window) const;
    [[nodiscard]] std::int64_t capacity_w(const MeterId& meter, Window window) const;  // 0: none
    [[nodiscard]] Tariff tariff(Window window) const;
    // The window to settle next; nullopt while the cluster has no meters, or at the window limit.
    [[nodiscard]] std::optional<Window> next_window(const ClusterId& cluster) const;
    // Is a settlement of this window, drafted on the state at state_height, still up to date?
    [[nodiscard]] bool is_current(const ClusterId& cluster, Window window,
                                  Height state_height) const;
    [[nodiscard]] std::size_t quorum_of(const ClusterId& cluster) const;
};

// SHA-256 of the canonical encoding of everything above that is agreed on (keys parsed from it are
// not).
[[nodiscard]] Digest app_hash(const ChainState& state);

// State after block 0. The genesis was checked by decode_genesis; here its content must make sense.
[[nodiscard]] Result<ChainState, Reject> state_from_genesis(const LoadedGenesis& genesis);

}  // namespace fairfeed
