// What proofs of every kind have in common: a transaction in a certified block, DGMD's later
// transactions that a stranger needs to know, and their bytes. Private to core/ledger. Pure.
#pragma once

#include "core/proof/proof.h"
#include "core/state/state.h"
#include "core/wire/cbor.h"

namespace fairfeed {

[[nodiscard]] Unexpected<ProofFault> fault(ProofPart part, std::string explanation);
[[nodiscard]] Unexpected<ProofFault> fault(ProofPart part, std::string_view what, Reject reason);

// The header is of this network and of a block above 0 by one of those who decide its height, a
// quorum of whom signed for it (R21: blocks come in the order of the chain, and every change of
// validators before them is attached).
[[nodiscard]] Result<void, ProofFault> check_block(ChainState& state, const BlockHeader& header,
                                                   const QuorumCertificate& certificate);
[[nodiscard]] bool is_included(const IncludedTransaction& included, const BlockHeader& header);
// Adds one of DGMD's later transactions, or the EVENT that made room for a new meter, to what
// genesis says. Not above height `before`.
[[nodiscard]] Result<void, ProofFault> add_registry(ChainState& state,
                                                    const RegistryEvidence& evidence,
                                                    Height before);

[[nodiscard]] IncludedTransaction include(const Block& block, std::size_t index);

void write_included(cbor::Writer& writer, const IncludedTransaction& included);
[[nodiscard]] IncludedTransaction read_included(cbor::Reader& reader, const Digest& network);
void write_registry(cbor::Writer& writer, const std::vector<RegistryEvidence>& registry);
[[nodiscard]] std::vector<RegistryEvidence> read_registry(cbor::Reader& reader,
                                                          const Digest& network);
// What decodes or is the reader's fault.
template <class T>
[[nodiscard]] T decoded(cbor::Reader& reader, Result<T, Reject> result) {
    if (result) return std::move(*result);
    reader.fail(cbor::Fault::malformed);
    return T{};
}

}  // namespace fairfeed
