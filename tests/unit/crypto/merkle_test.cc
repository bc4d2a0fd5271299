#include "core/crypto/merkle.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "core/crypto/digest.h"
#include "core/io/json.h"

namespace fairfeed {
namespace {

// The leaves and roots that Certificate Transparency implementations test with.
constexpr std::string_view kLeaves[] = {"",
                                        "00",
                                        "10",
                                        "2021",
                                        "3031",
                                        "40414243",
                                        "5051525354555657",
                                        "606162636465666768696a6b6c6d6e6f"};
constexpr std::string_view kRoots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

std::vector<Digest> ids(std::size_t count) {
    std::vector<Digest> out;
    for (std::size_t i = 0; i < count; ++i)
        out.push_back(sha256(Bytes(i, 0x41)));
    return out;
}

TEST(Merkle, agrees_with_the_roots_of_rfc_6962_for_sizes_0_to_8) {
    std::vector<Bytes> leaves;
    for (std::size_t size = 0; size <= 8; ++size) {
        EXPECT_EQ(to_hex(merkle_root(leaves).view()), kRoots[size]) << size;
        if (size < 8) leaves.push_back(*from_hex(kLeaves[size]));
    }
}

TEST(Merkle, hashes_digest_leaves_like_the_same_bytes) {
    const std::vector<Digest> digests = ids(5);
    std::vector<Bytes> leaves;
    for (const Digest& digest : digests)
        leaves.push_back(to_bytes(digest.view()));
    EXPECT_EQ(merkle_root(digests), merkle_root(leaves));
}

TEST(Merkle, does_not_let_a_repeated_last_leaf_keep_the_root) {
    std::vector<Digest> leaves = ids(3);
    const Digest root = merkle_root(leaves);
    leaves.push_back(leaves.back());
    EXPECT_NE(merkle_root(leaves), root);
}

TEST(Merkle, does_not_take_a_node_for_a_leaf) {
    const std::vector<Digest> leaves = ids(2);
    Bytes node = to_bytes(merkle_leaf_hash(leaves[0].view()).view());
    append(node, merkle_leaf_hash(leaves[1].view()).view());
    EXPECT_NE(merkle_root(std::vector<Bytes>{node}), merkle_root(leaves));
}

TEST(Merkle, proves_every_leaf_of_every_size_and_no_other_place) {
    for (std::size_t size = 1; size <= 33; ++size) {
        const std::vector<Digest> leaves = ids(size);
        const Digest root = merkle_root(leaves);
        for (std::size_t index = 0; index < size; ++index) {
            const auto path = merkle_path(leaves, index);
            const Digest leaf = merkle_leaf_hash(leaves[index].view());
            EXPECT_TRUE(merkle_includes(leaf, index, size, path, root)) << index << '/' << size;
            for (std::size_t other = 0; other < size; ++other) {
                EXPECT_EQ(merkle_includes(leaf, other, size, path, root), other == index);
            }
            EXPECT_FALSE(merkle_includes(leaf, index + size, size, path, root));
        }
    }
}

TEST(Merkle, refuses_a_damaged_proof) {
    const std::vector<Digest> leaves = ids(21);
    const Digest root = merkle_root(leaves);
    const Digest leaf = merkle_leaf_hash(leaves[17].view());
    const auto path = merkle_path(leaves, 17);
    for (std::size_t i = 0; i < path.size(); ++i) {
        auto damaged = path;
        damaged[i].bytes[0] ^= 1U;
        EXPECT_FALSE(merkle_includes(leaf, 17, 21, damaged, root));
    }
    auto shorter = path;
    shorter.pop_back();
    auto longer = path;
    longer.push_back(root);
    EXPECT_FALSE(merkle_includes(leaf, 17, 21, shorter, root));
    EXPECT_FALSE(merkle_includes(leaf, 17, 21, longer, root));
    EXPECT_FALSE(merkle_includes(leaves[17], 17, 21, path, root));
    EXPECT_FALSE(merkle_includes(leaf, 0, 0, {}, root));
}

Bytes from_base64(std::string_view text) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    Bytes out;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        if (c == '=') break;
        bits = bits << 6U | static_cast<std::uint32_t>(kAlphabet.find(c));
        count += 6;
        if (count < 8) continue;
        count -= 8;
        out.push_back(static_cast<std::uint8_t>(bits >> count));
    }
    return out;
}

std::optional<Digest> digest_in(const Json& value) {
    return value.as_text() != nullptr ? Digest::from(from_base64(*value.as_text())) : std::nullopt;
}

// Our types hold hashes of 32 bytes only, so other lengths are refused before the check.
bool is_included(const Json& row) {
    std::vector<Digest> path;
    const Json& proof = row.at("proof");
    for (std::size_t i = 0; proof.as_array() != nullptr && i < proof.as_array()->size(); ++i) {
        const auto node = digest_in(proof.at(i));
        if (!node) return false;
        path.push_back(*node);
    }
    const auto leaf = digest_in(row.at("leafHash"));
    const auto root = digest_in(row.at("root"));
    if (!leaf || !root) return false;
    const std::uint64_t index = row.at("leafIdx").as_int() != nullptr
                                    ? static_cast<std::uint64_t>(*row.at("leafIdx").as_int())
                                    : std::stoull(*row.at("leafIdx").as_text());
    return merkle_includes(*leaf, index, static_cast<std::uint64_t>(*row.at("treeSize").as_int()),
                           path, *root);
}

// Our JSON has signed 64-bit integers, so the vectors' 2^64 - 1 becomes a text.
std::string quote_large_numbers(std::string text) {
    constexpr std::string_view kLarge = "18446744073709551615";
    for (auto at = text.find(kLarge); at != std::string::npos;
         at = text.find(kLarge, at + kLarge.size() + 2)) {
        text.insert(at + kLarge.size(), 1, '"').insert(at, 1, '"');
    }
    return text;
}

TEST(Merkle, agrees_with_the_transparency_vectors) {
    const std::filesystem::path file =
        FAIRFEED_SHARED_DIR "/data/crypto/merkle/rfc6962_vectors.json";
    if (!std::filesystem::exists(file)) GTEST_SKIP() << "no " << file;
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    const auto vectors = Json::parse(quote_large_numbers(text.str()));
    ASSERT_TRUE(vectors) << vectors.error();
    const Json& cases = vectors->at("inclusion");
    ASSERT_NE(cases.as_array(), nullptr);
    EXPECT_EQ(cases.as_array()->size(), 98U);
    for (const Json& row : *cases.as_array()) {
        EXPECT_EQ(is_included(row), !*row.at("wantErr").as_bool()) << *row.at("file").as_text();
    }
}

}  // namespace
}  // namespace fairfeed
