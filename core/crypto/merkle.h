// Merkle trees as RFC 6962 2.1 (0x00 before a leaf, 0x01 before a node, no duplicated last leaf)
// with inclusion proofs as RFC 9162 2.1.3 (paper A24, A58). Leaves are the raw leaf data: the
// ids of a block's transactions, or the rows of a settlement.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/bytes.h"

namespace fairfeed {

[[nodiscard]] Digest merkle_leaf_hash(ByteView leaf);
// The root of the tree with these leaves; the empty tree's root is SHA-256 of nothing.
[[nodiscard]] Digest merkle_root(std::span<const Bytes> leaves);
[[nodiscard]] Digest merkle_root(std::span<const ByteView> leaves);
[[nodiscard]] Digest merkle_root(std::span<const Digest> leaves);
// From the leaf's sibling up to the root's child; CHECKs index < leaves.size().
[[nodiscard]] std::vector<Digest> merkle_path(std::span<const Digest> leaves, std::uint64_t index);
[[nodiscard]] std::vector<Digest> merkle_path(std::span<const ByteView> leaves,
                                              std::uint64_t index);
// RFC 9162 2.1.3.2: whether this leaf hash stands at index in the tree of that size and root.
[[nodiscard]] bool merkle_includes(const Digest& leaf_hash, std::uint64_t index,
                                   std::uint64_t tree_size, std::span<const Digest> path,
                                   const Digest& root);

}  // namespace fairfeed
