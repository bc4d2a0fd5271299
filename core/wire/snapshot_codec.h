// The file of a snapshot: what a node's ledger up to one height amounts to (docs/ledger-format.md,
// "Snapshot"). The content holds opened figures and data keys, so it is sealed to the node's own
// agreement key, and signed with its signing key, because anybody can seal to a public key. Nobody
// else reads it, and it is no part of the protocol between nodes: another format is another number.
// Pure.
#pragma once

#include <string_view>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/key_agreement.h"
#include "core/crypto/random.h"
#include "core/crypto/signing.h"

namespace fairfeed {

constexpr std::uint64_t kSnapshotFormat = 1;  // of the file and of everything inside

struct Snapshot {
    Height height = 0;  // of the last block in it
    Digest ids;         // of the blocks from 0 on, folded: SHA-256(.. SHA-256(zeros | id 0) | id 1)
    Bytes state;        // core/state/app_hash.h
    Bytes books;        // core/accounts/books_codec.h
    bool operator==(const Snapshot&) const = default;
};

// Whose it is.
struct SnapshotOwner {
    Digest network;
    NodeId node;
};

// `recipient`: the owner's agreement key, a point on the curve.
[[nodiscard]] Bytes seal_snapshot(const Snapshot& snapshot, const SnapshotOwner& owner,
                                  const Signer& signer, const PublicKey& recipient,
                                  const RandomSource& random);
// The error says why these bytes are no snapshot of the owner, for a person: "it is damaged".
[[nodiscard]] Result<Snapshot, std::string_view> open_snapshot(ByteView bytes,
                                                               const SnapshotOwner& owner,
                                                               const VerifyKey& key,
                                                               const AgreementKey& agreement);

}  // namespace fairfeed
