// The common parts of all proofs: a transaction in a certified block, DGMD's later transactions
// that a stranger needs to know, and their bytes. Private to core/proof. Pure.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/proof/proof.h"
#include "core/state/state.h"
#include "core/wire/cbor.h"

namespace fairfeed {

[[nodiscard]] Unexpected<ProofFault> fault(ProofPart part, std::string explanation);
[[nodiscard]] Unexpected<ProofFault> fault(ProofPart part, std::string_view what, Reject reason);

// Checks that the header is of this network and of a block above 0, that a validator of its height
// proposed it, and that a quorum of these validators signed it (R21: blocks come in the order of
// the chain, and every earlier change of validators is attached).
[[nodiscard]] Result<void, ProofFault> check_block(ChainState& state, const BlockHeader& header,
                                                   const QuorumCertificate& certificate);
[[nodiscard]] bool is_included(const IncludedTransaction& included, const BlockHeader& header);
// Applies one of DGMD's later transactions, or an EVENT on which one depends, to the state after
// genesis. Not above height `before`.
[[nodiscard]] Result<void, ProofFault> add_registry(ChainState& state,
                                                    const RegistryEvidence& evidence,
                                                    Height before);

// The state that a proof file's registry and certified header lead to, from genesis on: the file is
// of this network, and both hold. `kind`: "proof" or "bill", for the explanation.
[[nodiscard]] Result<ChainState, ProofFault> state_of_file(
    const LoadedGenesis& genesis, const Digest& network,
    const std::vector<RegistryEvidence>& registry, const BlockHeader& header,
    const QuorumCertificate& certificate, std::string_view kind);

// Checks that the committee of the settlement's window certified this SETTLEMENT, or excerpt:
// proposer, slot, signature and endorsements of distinct members. The number of members.
[[nodiscard]] Result<std::size_t, ProofFault> check_batch(const ChainState& state,
                                                          const Transaction& batch);

[[nodiscard]] IncludedTransaction include(const Block& block, std::size_t index);

// A SETTLEMENT cut down to one meter's row and those of the late readings that are named, or to its
// head.
struct SettlementExcerpt {
    Transaction transaction;
    std::vector<RowPlace> rows;
};
// `entry` and `late`: places in the settlement's entries and late readings, ascending; without an
// entry the head alone.
[[nodiscard]] SettlementExcerpt cut_out(const Transaction& settlement,
                                        std::optional<std::size_t> entry,
                                        const std::vector<std::size_t>& late);
// Whether the rows of the excerpt are rows of its head: a meter's, then those of late readings.
[[nodiscard]] bool rows_are_included(const Transaction& excerpt, std::span<const RowPlace> rows);
// The number of meters that the head of a SETTLEMENT or of an excerpt names.
[[nodiscard]] std::size_t meters_settled(const Transaction& excerpt);

void write_included(cbor::Writer& writer, const IncludedTransaction& included);
[[nodiscard]] IncludedTransaction read_included(cbor::Reader& reader, const Digest& network);
void write_registry(cbor::Writer& writer, const std::vector<RegistryEvidence>& registry);
[[nodiscard]] std::vector<RegistryEvidence> read_registry(cbor::Reader& reader,
                                                          const Digest& network);
// The same with an excerpt of a SETTLEMENT.
[[nodiscard]] IncludedTransaction read_included_excerpt(cbor::Reader& reader,
                                                        const Digest& network);
void write_places(cbor::Writer& writer, std::span<const RowPlace> rows);
[[nodiscard]] std::vector<RowPlace> read_places(cbor::Reader& reader);
// Decodes, or sets the reader's fault.
template <class T>
[[nodiscard]] T decoded(cbor::Reader& reader, Result<T, Reject> result) {
    if (result) return std::move(*result);
    reader.fail(cbor::Fault::malformed);
    return T{};
}

}  // namespace fairfeed
