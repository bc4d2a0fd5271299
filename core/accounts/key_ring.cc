#include "core/accounts/key_ring.h"

#include "core/wire/transaction_codec.h"

namespace fairfeed {

void KeyRing::add(const MeterId& meter, KeyEpoch epoch, const SymmetricKey& key) {
    keys_.insert_or_assign({meter, epoch}, key);
}

void KeyRing::learn(const ChainState& state, const NodeId& recipient,
                    const AgreementKey& agreement) {
    for (const auto& [meter, record] : state.meters) {
        for (const KeyGrant& grant : record.grants) {
            if (find(meter, grant.epoch)) continue;
            for (const KeyGrantEntry& entry : grant.entries) {
                if (entry.recipient != recipient) continue;
                const Bytes context =
                    key_grant_context(state.network, meter, grant.epoch, recipient);
                const auto key = agreement.unwrap(entry.wrapped, context);
                if (key) add(meter, grant.epoch, *key);
            }
        }
    }
}

void KeyRing::learn(const ChainState& state, const Keyholder& holder) {
    learn(state, holder.node, holder.agreement);
    for (const AgreementKey& other : holder.others)
        learn(state, holder.node, other);
}

const SymmetricKey* KeyRing::find(const MeterId& meter, KeyEpoch epoch) const {
    const auto found = keys_.find({meter, epoch});
    return found != keys_.end() ? &found->second : nullptr;
}

std::optional<KeyEpoch> KeyRing::newest(const MeterId& meter) const {
    const auto after = keys_.upper_bound({meter, UINT32_MAX});
    if (after == keys_.begin()) return std::nullopt;
    const auto& [held, epoch] = std::prev(after)->first;
    if (held != meter) return std::nullopt;
    return epoch;
}

}  // namespace fairfeed
