// The records of one kind in the public state, by id: an ordered map that is also a Merkle tree. A
// copy costs nothing and shares what neither copy changes, so a block can be tried on a copy. An
// edit copies the records on its way, once, and the root hashes only what was edited since: both
// take O(log n) for each record that a block changes, whatever else the state holds.
//
// The tree is a treap: ascending by id, and the SHA-256 of a parent's id is above those of its
// children's ids. So its shape, and its root, depend on the records alone, not on their history
// (docs/state.md, "The app hash"). Records are never removed. Not thread-safe, not even for
// reading, because the root is cached.
#pragma once

#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/crypto/digest.h"

namespace fairfeed {

// Of Record there is `Digest record_hash(const Record&)`.
template <class Id, class Record>
class RecordTree {
    struct Kept {
        Record record;
        mutable std::optional<Digest> hash;
    };
    struct Node;
    using Link = std::shared_ptr<Node>;
    struct Node {
        Id id;
        Digest priority;  // SHA-256 of the id
        std::shared_ptr<Kept> kept;
        Link left;
        Link right;
        mutable std::optional<Digest> hash;
    };

  public:
    struct Entry {
        const Id& id;
        const Record& record;
    };
    class Iterator {
      public:
        using iterator_category = std::input_iterator_tag;
        using value_type = Entry;
        using difference_type = std::ptrdiff_t;
        using pointer = const Entry*;
        using reference = Entry;

        Entry operator*() const { return {path_.back()->id, path_.back()->kept->record}; }
        Iterator& operator++() {
            const Node* right = path_.back()->right.get();
            path_.pop_back();
            descend(right);
            return *this;
        }
        bool operator==(const Iterator&) const = default;

      private:
        friend class RecordTree;
        void descend(const Node* node) {
            for (; node != nullptr; node = node->left.get())
                path_.push_back(node);
        }
        std::vector<const Node*> path_;  // from the root: those whose record is still to come
    };

    // Ascending by id.
    [[nodiscard]] Iterator begin() const {
        Iterator first;
        first.descend(root_.get());
        return first;
    }
    [[nodiscard]] Iterator end() const { return {}; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }

    // nullptr: unknown. Valid until the tree is edited.
    [[nodiscard]] const Record* find(const Id& id) const {
        const Node* node = root_.get();
        while (node != nullptr && node->id != id)
            node = (id < node->id ? node->left : node->right).get();
        return node == nullptr ? nullptr : &node->kept->record;
    }
    [[nodiscard]] bool contains(const Id& id) const { return find(id) != nullptr; }
    // CHECKs that the record exists.
    [[nodiscard]] const Record& at(const Id& id) const {
        const Record* record = find(id);
        CHECK(record != nullptr);
        return *record;
    }
    // The record of the id, a new one if there is none. Its changes must be done before the tree is
    // copied, or asked for its root.
    Record& edit(const Id& id) { return *edit(root_, id); }

    // 32 zeros if there are no records.
    [[nodiscard]] Digest root() const { return hash_of(root_); }

  private:
    static Node& own(Link& link) {
        if (link.use_count() > 1) link = std::make_shared<Node>(*link);
        link->hash.reset();
        return *link;
    }
    static Record* own_record(Node& node) {
        if (node.kept.use_count() > 1) node.kept = std::make_shared<Kept>(*node.kept);
        node.kept->hash.reset();
        return &node.kept->record;
    }
    Record* edit(Link& link, const Id& id) {
        if (link == nullptr) {
            ++size_;
            const std::string name = id.str();
            link = std::make_shared<Node>(
                Node{id, sha256(as_bytes(name)), std::make_shared<Kept>(), nullptr, nullptr, {}});
            return &link->kept->record;
        }
        Node& node = own(link);
        if (node.id == id) return own_record(node);
        const bool is_left = id < node.id;
        Link& child = is_left ? node.left : node.right;
        Record* const record = edit(child, id);
        if (node.priority < child->priority) lift(link, is_left);
        return record;
    }
    // The child takes its parent's place. Both are this tree's own.
    static void lift(Link& link, bool is_left) {
        Link parent = std::move(link);
        link = std::move(is_left ? parent->left : parent->right);
        Link& inner = is_left ? link->right : link->left;
        (is_left ? parent->left : parent->right) = std::move(inner);
        inner = std::move(parent);
    }
    static Digest hash_of(const Link& link) {
        if (link == nullptr) return {};
        if (!link->hash) {
            if (!link->kept->hash) link->kept->hash = record_hash(link->kept->record);
            link->hash = sha256({as_bytes("\1"), hash_of(link->left).view(),
                                 link->kept->hash->view(), hash_of(link->right).view()});
        }
        return *link->hash;
    }

    Link root_;
    std::size_t size_ = 0;
};

}  // namespace fairfeed
