// Bytes of officers and inspectors, and of what an officer signs: an approval of a notice, or of
// block 0 as a whole. An approval is a witness beside the item: the item's id does not cover it, so
// any valid one serves (docs/protocol.md, "The office").
#pragma once

#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/model/certificate.h"
#include "core/model/office.h"
#include "core/model/reject.h"
#include "core/wire/cbor.h"

namespace fairfeed {

// Three keys of a map, from `first` on: threshold, officers, inspectors.
void write_office(cbor::Writer& writer, std::uint64_t first, const Office& office);
[[nodiscard]] Office read_office(cbor::Reader& reader, std::uint64_t first);

// `approved`: the id of a notice, or of block 0.
[[nodiscard]] Bytes approval_to_be_signed(const Digest& approved, const NodeId& officer,
                                          const Digest& network);
[[nodiscard]] Witness approve(const Digest& approved, const NodeId& officer, const Digest& network,
                              const Signer& signer);
// check_form (office.h), then every signature under the officer's key. Faults: those of check_form,
// malformed (a key that is no point), wrong_signature, high_s.
[[nodiscard]] Result<void, Reject> check_approvals(const Office& office, const Digest& approved,
                                                   const std::vector<Witness>& approvals,
                                                   const Digest& network);

}  // namespace fairfeed
