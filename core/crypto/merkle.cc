#include "core/crypto/merkle.h"

#include <bit>

#include "core/base/check.h"
#include "core/crypto/digest.h"

namespace fairfeed {
namespace {

constexpr std::uint8_t kLeafPrefix[] = {0x00};
constexpr std::uint8_t kNodePrefix[] = {0x01};

Digest node_hash(const Digest& left, const Digest& right) {
    return sha256({kNodePrefix, left.view(), right.view()});
}

// Computes the next row of the tree: hashes pairs and moves an odd last node up unchanged. Done row
// by row, this equals RFC 6962 2.1's split at the largest power of two.
void raise(std::vector<Digest>& row) {
    const std::size_t pairs = row.size() / 2;
    for (std::size_t i = 0; i < pairs; ++i)
        row[i] = node_hash(row[2 * i], row[2 * i + 1]);
    if (row.size() % 2 != 0) row[pairs] = row.back();
    row.resize(row.size() - pairs);
}

Digest root_of(std::vector<Digest> row) {
    if (row.empty()) return sha256(ByteView{});
    while (row.size() > 1)
        raise(row);
    return row.front();
}

std::vector<Digest> path_in(std::vector<Digest> row, std::uint64_t index) {
    CHECK(index < row.size());
    std::vector<Digest> path;
    for (; row.size() > 1; index /= 2) {
        const std::uint64_t sibling = index ^ 1U;
        if (sibling < row.size()) path.push_back(row[sibling]);
        raise(row);
    }
    return path;
}

template <class Leaf>
std::vector<Digest> leaf_hashes(std::span<const Leaf> leaves) {
    std::vector<Digest> out;
    out.reserve(leaves.size());
    for (const Leaf& leaf : leaves) {
        if constexpr (requires { leaf.view(); }) {
            out.push_back(merkle_leaf_hash(leaf.view()));
        } else {
            out.push_back(merkle_leaf_hash(leaf));
        }
    }
    return out;
}

}  // namespace

Digest merkle_leaf_hash(ByteView leaf) {
    return sha256({kLeafPrefix, leaf});
}

Digest merkle_root(std::span<const Bytes> leaves) {
    return root_of(leaf_hashes(leaves));
}

Digest merkle_root(std::span<const ByteView> leaves) {
    return root_of(leaf_hashes(leaves));
}

Digest merkle_root(std::span<const Digest> leaves) {
    return root_of(leaf_hashes(leaves));
}

std::vector<Digest> merkle_path(std::span<const Digest> leaves, std::uint64_t index) {
    return path_in(leaf_hashes(leaves), index);
}

std::vector<Digest> merkle_path(std::span<const ByteView> leaves, std::uint64_t index) {
    return path_in(leaf_hashes(leaves), index);
}

bool merkle_includes(const Digest& leaf_hash, std::uint64_t index, std::uint64_t tree_size,
                     std::span<const Digest> path, const Digest& root) {
    if (index >= tree_size) return false;
    std::uint64_t node = index;
    std::uint64_t last = tree_size - 1;
    Digest hash = leaf_hash;
    for (const Digest& sibling : path) {
        if (last == 0) return false;
        if (node % 2 == 1 || node == last) {
            hash = node_hash(sibling, hash);
            // A last node without a sibling moved up unhashed: skip those rows.
            const int rows = std::countr_zero(node);
            node >>= rows;
            last >>= rows;
        } else {
            hash = node_hash(hash, sibling);
        }
        node >>= 1U;
        last >>= 1U;
    }
    return last == 0 && hash == root;
}

}  // namespace fairfeed
