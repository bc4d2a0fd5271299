#include "core/crypto/merkle.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/properties.h"

// A path proves only its own leaf at its own place.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::Input input({data, size});
    std::vector<Digest> leaves(1 + input.byte() % 40U);
    for (Digest& leaf : leaves)
        leaf.bytes[0] = input.byte();
    const Digest root = merkle_root(leaves);
    const std::size_t index = input.below(leaves.size());
    std::vector<Digest> path = merkle_path(leaves, index);
    const Digest leaf = merkle_leaf_hash(leaves[index].view());
    CHECK(merkle_includes(leaf, index, leaves.size(), path, root));
    const std::uint64_t claimed = input.number(8);
    const std::uint64_t tree = input.number(8);
    if (merkle_includes(leaf, claimed, leaves.size(), path, root))
        CHECK(claimed < leaves.size() && leaves[claimed] == leaves[index]);
    (void)merkle_includes(leaf, claimed, tree, path, root);
    const std::size_t edit = input.byte();
    if (edit % 3 == 0) path.emplace_back();
    if (edit % 3 == 1 && !path.empty()) path.pop_back();
    if (edit % 3 == 2 && !path.empty()) path[edit % path.size()].bytes[edit % 32] ^= 1U;
    const bool is_same = path.empty() && leaves.size() == 1;
    CHECK(is_same || !merkle_includes(leaf, index, leaves.size(), path, root));
    ++fuzz::accepted_inputs;
    return 0;
}
