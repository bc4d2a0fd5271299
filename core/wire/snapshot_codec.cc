#include "core/wire/snapshot_codec.h"

#include "core/base/check.h"
#include "core/crypto/digest.h"
#include "core/crypto/sealing.h"
#include "core/wire/cbor.h"

namespace fairfeed {
namespace {

constexpr std::string_view kPurpose = "ff1/snapshot";

// What is clear in the file; bound to the seal, and to the wrapped key.
Bytes heading(const SnapshotOwner& owner, Height height) {
    cbor::Writer out;
    out.array(5);
    out.text(kPurpose);
    out.unsigned_integer(kSnapshotFormat);
    out.bytes(owner.network.view());
    out.text(owner.node.view());
    out.unsigned_integer(height);
    return out.take();
}

Bytes to_be_signed(ByteView heading, const WrappedKey& key, ByteView sealed) {
    cbor::Writer out;
    out.array(4);
    out.raw(heading);
    out.bytes(key.ephemeral.view());
    out.bytes(key.ciphertext);
    out.bytes(sha256(sealed).view());
    return out.take();
}

Bytes content_of(const Snapshot& snapshot) {
    cbor::Writer out;
    out.array(3);
    out.bytes(snapshot.ids.view());
    out.bytes(snapshot.state);
    out.bytes(snapshot.books);
    return out.take();
}

}  // namespace

Bytes seal_snapshot(const Snapshot& snapshot, const SnapshotOwner& owner, const Signer& signer,
                    const PublicKey& recipient, const RandomSource& random) {
    const auto key = random_fixed<SymmetricKey>(random);
    const Bytes clear = heading(owner, snapshot.height);
    const auto wrapped = wrap_key(recipient, key, clear);
    CHECK(wrapped.has_value());
    const Bytes sealed = seal(key, clear, content_of(snapshot));
    cbor::Writer out;
    out.array(8);
    out.unsigned_integer(kSnapshotFormat);
    out.bytes(owner.network.view());
    out.text(owner.node.view());
    out.unsigned_integer(snapshot.height);
    out.bytes(wrapped->ephemeral.view());
    out.bytes(wrapped->ciphertext);
    out.bytes(sealed);
    out.bytes(signer.sign(to_be_signed(clear, *wrapped, sealed)).view());
    return out.take();
}

Result<Snapshot, std::string_view> open_snapshot(ByteView bytes, const SnapshotOwner& owner,
                                                 const VerifyKey& key,
                                                 const AgreementKey& agreement) {
    cbor::Reader in(bytes);
    const std::size_t members = in.array();
    const std::uint64_t format = in.unsigned_integer();
    if (in.ok() && format != kSnapshotFormat) return unexpected("it has another format");
    SnapshotOwner said;
    Snapshot out;
    WrappedKey wrapped;
    said.network = in.fixed<Digest>();
    said.node = in.name<NodeId>();
    out.height = in.unsigned_integer();
    wrapped.ephemeral = in.fixed<PublicKey>();
    wrapped.ciphertext = to_bytes(in.bytes());
    const ByteView sealed = in.bytes();
    const auto signature = in.fixed<Signature>();
    if (!in.finish() || members != 8) return unexpected("it is damaged");
    if (said.network != owner.network) return unexpected("it is of another network");
    if (said.node != owner.node) return unexpected("it is of another node");
    const Bytes clear = heading(owner, out.height);
    if (key.verify_strict(to_be_signed(clear, wrapped, sealed), signature) !=
        SignatureFault::none) {
        return unexpected("its owner has not signed it as it is");
    }
    const auto opener = agreement.unwrap(wrapped, clear);
    const auto plain = opener ? unseal(*opener, clear, sealed) : std::nullopt;
    if (!plain) return unexpected("this node's agreement key does not open it");
    cbor::Reader content(*plain);
    content.array_of(3);
    out.ids = content.fixed<Digest>();
    out.state = to_bytes(content.bytes());
    out.books = to_bytes(content.bytes());
    if (!content.finish()) return unexpected("its content is damaged");
    return out;
}

}  // namespace fairfeed
