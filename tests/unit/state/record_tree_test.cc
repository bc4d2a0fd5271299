#include "core/state/record_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "core/base/ids.h"
#include "tests/support/dice.h"

namespace fairfeed {

struct NumberRecord {
    std::int64_t number = 0;
};

static Digest record_hash(const NumberRecord& record) {
    return sha256(as_bytes(std::to_string(record.number)));
}

namespace {

using test::Dice;
using Tree = RecordTree<MeterId, NumberRecord>;
using Plain = std::map<MeterId, std::int64_t>;

MeterId meter(std::int64_t i) {
    return MeterId("m" + std::to_string(i));
}

// The root by its definition, of ids that ascend.
Digest defined_root(const std::vector<std::pair<MeterId, std::int64_t>>& records) {
    if (records.empty()) return {};
    const auto top = std::max_element(records.begin(), records.end(), [](auto& a, auto& b) {
        return sha256(as_bytes(a.first.str())) < sha256(as_bytes(b.first.str()));
    });
    return sha256({as_bytes("\1"), defined_root({records.begin(), top}).view(),
                   record_hash(NumberRecord{top->second}).view(),
                   defined_root({top + 1, records.end()}).view()});
}

Digest defined_root(const Plain& records) {
    return defined_root(
        std::vector<std::pair<MeterId, std::int64_t>>(records.begin(), records.end()));
}

Plain listed(const Tree& tree) {
    Plain out;
    std::vector<MeterId> order;
    for (const auto& [id, record] : tree) {
        out.emplace(id, record.number);
        order.push_back(id);
    }
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
    EXPECT_EQ(tree.size(), out.size());
    return out;
}

TEST(RecordTree, is_empty_at_first) {
    const Tree tree;
    EXPECT_TRUE(tree.empty());
    EXPECT_EQ(tree.root(), Digest{});
    EXPECT_EQ(tree.find(meter(1)), nullptr);
    EXPECT_EQ(tree.begin(), tree.end());
}

TEST(RecordTree, holds_what_a_map_would_hold_and_has_the_root_that_is_defined) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Dice dice(seed);
        Tree tree;
        Plain plain;
        for (int i = 0; i < 100; ++i) {
            const MeterId id = meter(dice.between(0, 60));
            const std::int64_t number = dice.between(0, 9);
            tree.edit(id).number = number;
            plain[id] = number;
            if (dice.between(0, 3) == 0) {
                EXPECT_EQ(tree.root(), defined_root(plain)) << seed;
            }
        }
        EXPECT_EQ(listed(tree), plain);
        EXPECT_EQ(tree.root(), defined_root(plain));
    }
}

// Otherwise a node that started from a snapshot would disagree with one that replayed.
TEST(RecordTree, has_a_root_that_does_not_depend_on_the_order_of_the_edits) {
    Tree up;
    Tree down;
    for (std::int64_t i = 0; i < 200; ++i) {
        up.edit(meter(i)).number = i;
        down.edit(meter(199 - i)).number = 7;
    }
    EXPECT_NE(up.root(), down.root());
    for (std::int64_t i = 0; i < 200; ++i)
        down.edit(meter(i)).number = i;
    EXPECT_EQ(up.root(), down.root());
}

// A block that is tried on a copy must not change the state, whether it is decided or not.
TEST(RecordTree, keeps_a_copy_as_it_was) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Dice dice(seed);
        Tree tree;
        Plain plain;
        std::vector<std::tuple<Tree, Plain, Digest>> copies;
        for (int i = 0; i < 200; ++i) {
            if (dice.between(0, 9) == 0) copies.emplace_back(tree, plain, tree.root());
            if (!copies.empty() && dice.between(0, 19) == 0)
                std::tie(tree, plain, std::ignore) =
                    copies[static_cast<std::size_t>(dice.below(copies.size()))];
            const MeterId id = meter(dice.between(0, 40));
            plain[id] = tree.edit(id).number = i;
        }
        for (const auto& [copy, meant, root] : copies) {
            EXPECT_EQ(listed(copy), meant) << seed;
            EXPECT_EQ(copy.root(), root) << seed;
            EXPECT_EQ(root, defined_root(meant)) << seed;
        }
    }
}

TEST(RecordTree, tells_a_record_from_an_inner_node) {
    Tree one;
    one.edit(meter(1)).number = 1;
    EXPECT_NE(one.root(), record_hash(one.at(meter(1))));
}

}  // namespace
}  // namespace fairfeed
