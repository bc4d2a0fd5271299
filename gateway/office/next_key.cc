#include "gateway/office/next_key.h"

#include <set>

#include "core/base/check.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

// Who must read the meter from the window on: the members of each committee that settles its
// cluster then or later, those that a coming COMMITTEE will name, and DGMD.
std::set<NodeId> readers_of(const ChainState& state, const ClusterId& cluster,
                            const NextKey& next) {
    std::set<NodeId> readers(next.coming.begin(), next.coming.end());
    const ClusterRecord& record = *state.cluster(cluster);
    const auto add = [&](const CommitteeAllocation& committee) {
        readers.insert(committee.members.begin(), committee.members.end());
    };
    add(record.committee);
    if (const auto* governing = state.committee_of(cluster, next.effective)) add(*governing);
    for (const CommitteeAllocation& earlier : record.earlier)
        if (earlier.effective > next.effective) add(earlier);
    readers.insert(state.genesis.dgmd);
    return readers;
}

}  // namespace

KeyEpoch next_key_epoch(const MeterRecord& meter) {
    return meter.grants.empty() ? 1 : meter.grants.back().epoch + 1;
}

Result<KeyGrant, std::string> next_key_grant(const ChainState& state, const MeterRecord& meter,
                                             const NextKey& next) {
    const MeterId& id = meter.registration.meter;
    KeyGrant out{0, id, next_key_epoch(meter), {}, next.effective};
    for (const NodeId& reader : readers_of(state, meter.registration.cluster, next)) {
        const auto* node = state.nodes.find(reader);
        const bool is_dgmd = reader == state.genesis.dgmd;
        if (node == nullptr && !is_dgmd)
            return unexpected("'" + reader.str() + "' is no node of this network");
        const PublicKey& theirs =
            is_dgmd ? state.dgmd.keys.agreement : node->registration.agreement_key;
        auto wrapped =
            wrap_key(theirs, next.key, key_grant_context(state.network, id, out.epoch, reader));
        CHECK(wrapped.has_value());  // a point, or the chain would not have it
        out.entries.push_back({reader, std::move(*wrapped)});
    }
    return out;
}

}  // namespace fairfeed
