// A polka as the safety record holds it: the signers as a bitmap over the validators of the height
// in proposer order, and the signatures in the same order (docs/chain-rules.md, Safety record).
#pragma once

#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/model/certificate.h"
#include "edge-node/consensus/safety_record.h"

namespace fairfeed::consensus {

// Witnesses that are no validators are left out.
[[nodiscard]] SafetyRecord::Polka pack_polka(const QuorumCertificate& polka,
                                             const std::vector<NodeId>& validators);
// The polka of the record's valid block. nullopt: the record holds none, or the bitmap is not one
// of so many validators. The caller checks that the witnesses are a quorum.
[[nodiscard]] std::optional<QuorumCertificate> unpack_polka(const SafetyRecord& record,
                                                            const std::vector<NodeId>& validators);

}  // namespace fairfeed::consensus
