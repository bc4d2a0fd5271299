#include "core/accounts/handover.h"

#include <algorithm>

#include "core/wire/handover_codec.h"
#include "core/wire/settlement_line_codec.h"

namespace fairfeed {

std::optional<Handover> write_handover(const ChainState& state, const Settlement& settlement,
                                       const NodeId& sender, const std::vector<NodeId>& recipients,
                                       const KeyRing& keys, const RandomSource& random) {
    const auto* next = next_committee(state, settlement.cluster);
    if (next == nullptr) return std::nullopt;
    std::vector<SymmetricKey> closing_keys;
    for (const SealedLine& line : settlement.lines) {
        const SymmetricKey* data_key = keys.find(line.meter, line.key_epoch);
        if (data_key == nullptr) return std::nullopt;
        closing_keys.push_back(
            closing_key(settlement, line, line_key(settlement, line, *data_key)));
    }
    Handover out{.cluster = settlement.cluster,
                 .window = settlement.window,
                 .settlement = state.clusters.at(settlement.cluster).last_settlement,
                 .epoch = next->epoch,
                 .entries = {},
                 .sealed = {}};
    const auto once = random_fixed<SymmetricKey>(random);
    out.sealed = seal(once, handover_aad(out, sender), encode_closing_keys(closing_keys));
    for (const NodeId& recipient : recipients) {
        const PublicKey& point = state.nodes.at(recipient).registration.agreement_key;
        auto wrapped =
            wrap_key(point, once, handover_context(state.network, out, sender, recipient));
        if (!wrapped) return std::nullopt;
        out.entries.push_back({recipient, std::move(*wrapped)});
    }
    return out;
}

Result<std::vector<MeterClosing>, Reject> open_handover(const Digest& network,
                                                        const Settlement& settlement,
                                                        const Transaction& transaction,
                                                        const NodeId& recipient,
                                                        const AgreementKey& agreement) {
    const auto& handover = std::get<Handover>(transaction.content);
    const auto mine =
        std::find_if(handover.entries.begin(), handover.entries.end(),
                     [&](const KeyGrantEntry& entry) { return entry.recipient == recipient; });
    if (mine == handover.entries.end()) return unexpected(Reject::not_a_member);
    const NodeId& sender = transaction.signer;
    const auto once =
        agreement.unwrap(mine->wrapped, handover_context(network, handover, sender, recipient));
    if (!once) return unexpected(Reject::cannot_open);
    const auto plaintext = unseal(*once, handover_aad(handover, sender), handover.sealed);
    if (!plaintext) return unexpected(Reject::cannot_open);
    const auto keys = decode_closing_keys(*plaintext);
    if (!keys || keys->size() != settlement.lines.size()) return unexpected(Reject::cannot_open);
    std::vector<MeterClosing> closings;
    for (std::size_t i = 0; i < keys->size(); ++i) {
        auto closing = open_closing(settlement, settlement.lines[i], (*keys)[i]);
        if (!closing) return unexpected(Reject::cannot_open);
        closings.push_back(std::move(*closing));
    }
    return closings;
}

}  // namespace fairfeed
