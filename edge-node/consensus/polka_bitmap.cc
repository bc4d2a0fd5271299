#include "edge-node/consensus/polka_bitmap.h"

#include <algorithm>

namespace fairfeed::consensus {

namespace {

constexpr std::size_t kBitsPerByte = 8;

std::size_t bitmap_bytes(const std::vector<NodeId>& validators) {
    return (validators.size() + kBitsPerByte - 1) / kBitsPerByte;
}

}  // namespace

SafetyRecord::Polka pack_polka(const QuorumCertificate& polka,
                               const std::vector<NodeId>& validators) {
    SafetyRecord::Polka out;
    out.signers.assign(bitmap_bytes(validators), 0);
    for (std::size_t i = 0; i < validators.size(); ++i) {
        const auto witness =
            std::find_if(polka.witnesses.begin(), polka.witnesses.end(),
                         [&](const Witness& w) { return w.node == validators[i]; });
        if (witness == polka.witnesses.end()) continue;
        std::uint8_t& byte = out.signers[i / kBitsPerByte];
        byte = static_cast<std::uint8_t>(byte | (1U << (i % kBitsPerByte)));
        out.signatures.push_back(witness->signature);
    }
    return out;
}

std::optional<QuorumCertificate> unpack_polka(const SafetyRecord& record,
                                              const std::vector<NodeId>& validators) {
    if (!record.valid || !record.polka) return std::nullopt;
    const SafetyRecord::Polka& packed = *record.polka;
    if (packed.signers.size() != bitmap_bytes(validators)) return std::nullopt;
    QuorumCertificate out;
    out.content =
        VoteContent{VoteType::prevote, record.height, record.valid->round, record.valid->block};
    std::size_t next = 0;
    for (std::size_t i = 0; i < validators.size(); ++i) {
        if (((packed.signers[i / kBitsPerByte] >> (i % kBitsPerByte)) & 1U) == 0) continue;
        out.witnesses.push_back(Witness{validators[i], packed.signatures[next++]});
    }
    return out;
}

}  // namespace fairfeed::consensus
