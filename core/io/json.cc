#include "core/io/json.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "core/io/json_numbers.h"

namespace fairfeed {
namespace {

using Tree = nlohmann::ordered_json;
constexpr std::size_t kMaxDepth = 64;

Tree to_tree(const Json& value) {
    if (const auto* flag = value.as_bool()) return *flag;
    if (const auto* number = value.as_int()) return *number;
    if (const auto* text = value.as_text()) return *text;
    if (const auto* items = value.as_array()) {
        Tree tree = Tree::array();
        for (const Json& item : *items)
            tree.push_back(to_tree(item));
        return tree;
    }
    if (const auto* members = value.as_object()) {
        Tree tree = Tree::object();
        for (const auto& [key, member] : *members)
            tree[key] = to_tree(member);
        return tree;
    }
    return nullptr;
}

// Builds our tree from the parser's events; the first error ends the parse.
class Reader final : public nlohmann::json_sax<Tree> {
  public:
    explicit Reader(bool keeps_fractions) : keeps_fractions_(keeps_fractions) {}
    bool null() override { return place(Json()); }
    bool boolean(bool value) override { return place(value); }
    bool number_integer(number_integer_t value) override { return place(std::int64_t{value}); }
    bool number_unsigned(number_unsigned_t value) override {
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return keeps_fractions_ ? place(std::to_string(value))
                                    : refuse("integer beyond 64 bits");
        return place(static_cast<std::int64_t>(value));
    }
    bool number_float(number_float_t, const string_t& text) override {
        return keeps_fractions_ ? place(text) : refuse("'" + text + "' is not a 64-bit integer");
    }
    bool string(string_t& text) override { return place(std::move(text)); }
    bool binary(binary_t&) override { return refuse("binary value"); }
    bool start_object(std::size_t) override { return open(Json::object()); }
    bool start_array(std::size_t) override { return open(Json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override {
        if (open_.back().value.find(name) != nullptr) return refuse("duplicate key '" + name + "'");
        open_.back().key = std::move(name);
        return true;
    }
    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::detail::exception& why) override {
        return refuse("byte " + std::to_string(position) + ": " + why.what());
    }

    Json result;
    std::string error;

  private:
    struct Level {
        Json value;
        std::string key;  // of the member being read
    };
    bool refuse(std::string why) {
        error = std::move(why);
        return false;
    }
    bool open(Json empty) {
        if (open_.size() == kMaxDepth) return refuse("nested too deeply");
        open_.push_back({std::move(empty), {}});
        return true;
    }
    bool close() {
        Json done = std::move(open_.back().value);
        open_.pop_back();
        return place(std::move(done));
    }
    bool place(Json value) {
        if (open_.empty()) {
            result = std::move(value);
        } else if (open_.back().value.as_array() != nullptr) {
            open_.back().value.push(std::move(value));
        } else {
            open_.back().value.set(open_.back().key, std::move(value));
        }
        return true;
    }
    bool keeps_fractions_;
    std::vector<Level> open_;
};

Result<Json, std::string> parsed(std::string_view text, bool keeps_fractions) {
    Reader reader(keeps_fractions);
    if (!Tree::sax_parse(text.begin(), text.end(), &reader)) return unexpected(reader.error);
    return std::move(reader.result);
}

const Json& nothing() {
    static const Json null_value;
    return null_value;
}

}  // namespace

Json& Json::set(std::string_view key, Json value) {
    auto* members = std::get_if<Object>(&value_);
    CHECK(members != nullptr);
    for (auto& [name, member] : *members) {
        if (name != key) continue;
        member = std::move(value);
        return *this;
    }
    members->emplace_back(std::string(key), std::move(value));
    return *this;
}

Json& Json::push(Json value) {
    auto* items = std::get_if<Array>(&value_);
    CHECK(items != nullptr);
    items->push_back(std::move(value));
    return *this;
}

const Json* Json::find(std::string_view key) const {
    const auto* members = as_object();
    if (members == nullptr) return nullptr;
    for (const auto& [name, member] : *members) {
        if (name == key) return &member;
    }
    return nullptr;
}

const Json& Json::at(std::string_view key) const {
    const Json* member = find(key);
    return member != nullptr ? *member : nothing();
}

const Json& Json::at(std::size_t index) const {
    const auto* items = as_array();
    return items != nullptr && index < items->size() ? (*items)[index] : nothing();
}

std::string Json::dump(int indent) const {
    return to_tree(*this).dump(indent, ' ', false, Tree::error_handler_t::replace);
}

Result<Json, std::string> Json::parse(std::string_view text) {
    return parsed(text, false);
}

Result<Json, std::string> parse_json_with_fractions(std::string_view text) {
    return parsed(text, true);
}

}  // namespace fairfeed
