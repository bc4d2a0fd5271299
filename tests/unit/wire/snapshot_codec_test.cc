#include "core/wire/snapshot_codec.h"

#include <gtest/gtest.h>

#include "core/wire/cbor.h"
#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

struct Keys {
    SigningKey signing = SigningKey::generate();
    AgreementKey agreement = AgreementKey::generate();
    VerifyKey verifier = *VerifyKey::from_point(signing.public_key());
};

const SnapshotOwner kOwner{Digest{{1, 2, 3}}, NodeId("n1")};
const Snapshot kSnapshot{4711, Digest{{9}}, {1, 2, 3}, {4, 5, 6, 7}};

Bytes sealed(const Keys& keys, const SnapshotOwner& owner = kOwner) {
    return seal_snapshot(kSnapshot, owner, keys.signing, keys.agreement.public_key(),
                         test::counting_random());
}

Result<Snapshot, std::string_view> opened(ByteView bytes, const Keys& keys,
                                          const SnapshotOwner& owner = kOwner) {
    return open_snapshot(bytes, owner, keys.verifier, keys.agreement);
}

TEST(SnapshotCodec, opens_what_the_node_has_sealed) {
    const Keys keys;
    const auto snapshot = opened(sealed(keys), keys);
    ASSERT_TRUE(snapshot) << snapshot.error();
    EXPECT_EQ(*snapshot, kSnapshot);
}

TEST(SnapshotCodec, shows_nothing_of_the_books_to_others) {
    const Keys keys;
    const Snapshot secret{1, {}, {}, to_bytes(as_bytes("twelve kilowatt hours"))};
    const Bytes bytes = seal_snapshot(secret, kOwner, keys.signing, keys.agreement.public_key(),
                                      test::counting_random());
    EXPECT_EQ(as_text(bytes).find("kilowatt"), std::string_view::npos);
    Keys other;
    other.verifier = keys.verifier;
    EXPECT_EQ(opened(bytes, other).error(), "this node's agreement key does not open it");
}

// Anybody may know the agreement key to which a snapshot is sealed.
TEST(SnapshotCodec, refuses_what_somebody_else_has_sealed_to_the_node) {
    const Keys keys;
    const Keys forger;
    const Bytes bytes = seal_snapshot(kSnapshot, kOwner, forger.signing,
                                      keys.agreement.public_key(), test::counting_random());
    EXPECT_EQ(opened(bytes, keys).error(), "its owner has not signed it as it is");
}

TEST(SnapshotCodec, refuses_another_node_another_network_and_another_format) {
    const Keys keys;
    EXPECT_EQ(opened(sealed(keys), keys, {kOwner.network, NodeId("n2")}).error(),
              "it is of another node");
    EXPECT_EQ(opened(sealed(keys), keys, {Digest{}, kOwner.node}).error(),
              "it is of another network");
    Bytes newer = sealed(keys);
    ASSERT_EQ(newer[1], kSnapshotFormat);
    newer[1] = kSnapshotFormat + 1;
    EXPECT_EQ(opened(newer, keys).error(), "it has another format");
}

TEST(SnapshotCodec, refuses_every_cut_and_every_changed_bit) {
    const Keys keys;
    Bytes bytes = sealed(keys);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(opened(ByteView(bytes).first(size), keys)) << size;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
        EXPECT_FALSE(opened(bytes, keys)) << i;
        bytes[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
    }
    bytes.push_back(0);
    EXPECT_FALSE(opened(bytes, keys));
}

}  // namespace
}  // namespace fairfeed
